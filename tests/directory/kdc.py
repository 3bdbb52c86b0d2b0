"""A Kerberos realm on a loopback port: a real KDC with people and a service's keytab, for tests."""

import os
import shutil
import subprocess
import time
from pathlib import Path

REALM = "PRINT.TEST"
CONF = """[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
[realms]
 {realm} = {{
  kdc = 127.0.0.1:{port}
 }}
[domain_realm]
 {host} = {realm}
"""
KDC_CONF = """[kdcdefaults]
 kdc_listen = ""
 kdc_tcp_listen = 127.0.0.1:{port}
[realms]
 {realm} = {{
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
  acl_file = {folder}/acl
  max_life = 1h
  supported_enctypes = aes256-cts-hmac-sha1-96:normal
 }}
[logging]
 kdc = FILE:{folder}/kdc.log
"""


def available():
    """Whether a KDC and the library of its clients are installed."""
    return bool(program("krb5kdc") and program("kadmin.local") and program("kinit"))


def program(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


class Kdc:
    """A running KDC; `end` stops it. `wrap` makes of a command one that runs where the KDC's clients are."""

    def __init__(self, folder: Path, port: int, host: str = "localhost", wrap=list) -> None:
        self.folder, self._wrap = folder, wrap
        self.keytab = folder / "http.keytab"
        (folder / "krb5.conf").write_text(CONF.format(realm=REALM, port=port, host=host))
        (folder / "kdc.conf").write_text(KDC_CONF.format(realm=REALM, port=port, folder=folder))
        self.environment = os.environ | {
            "KRB5_CONFIG": str(folder / "krb5.conf"),
            "KRB5_KDC_PROFILE": str(folder / "kdc.conf"),
            "KRB5RCACHEDIR": str(folder),
            "KRB5CCNAME": f"FILE:{folder / 'ccache'}",
        }
        self.run("kdb5_util", "create", "-s", "-r", REALM, "-P", "master")
        self.admin(f"addprinc -randkey HTTP/{host}@{REALM}")
        self.admin(f"ktadd -k {self.keytab} HTTP/{host}@{REALM}")
        self.process = subprocess.Popen(wrap([program("krb5kdc"), "-n", "-r", REALM]), env=self.environment)
        until = time.monotonic() + 20
        while "commencing operation" not in self._log():
            assert time.monotonic() < until and self.process.poll() is None, self._log()
            time.sleep(0.05)

    def _log(self):
        path = self.folder / "kdc.log"
        return path.read_text() if path.exists() else ""

    def run(self, name, *words, stdin=""):
        done = subprocess.run(  # noqa: PLW1510
            self._wrap([program(name), *words]),
            input=stdin,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def admin(self, line):
        self.run("kadmin.local", "-r", REALM, "-q", line)

    def person(self, name, password):
        self.admin(f"addprinc -pw {password} {name}@{REALM}")

    def sign_in(self, name, password):
        """A file with the tickets of somebody, for KRB5CCNAME."""
        cache = self.folder / f"tickets-{name.replace('/', '_')}"
        self.run("kinit", "-c", f"FILE:{cache}", f"{name}@{REALM}", stdin=f"{password}\n")
        return f"FILE:{cache}"

    def end(self):
        self.process.terminate()
        self.process.wait(10)
