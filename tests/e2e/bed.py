"""Machines for end-to-end tests: namespaces with their own network, /run, D-Bus and avahi, and what runs on them.

Everything that is started here is a child of a namespace's first process: when that one is killed, the kernel ends the
rest. It dies with the test run as well, even when that is killed.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PRINTGATE = Path(sys.executable).parent / "printgate"
SBIN = "/usr/local/sbin:/usr/sbin:/sbin"

FIRST_PROCESS = """
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p /run/dbus /run/avahi-daemon /run/cups /run/lock /run/cups-ssl
chgrp lp /run/cups
hostname {name}
# Lookups of names that nobody knows fail at once instead of asking a name server that cannot be reached.
printf '127.0.0.1 localhost\\n{address} {name}\\n' >/run/hosts; mount --bind /run/hosts /etc/hosts
echo 'options timeout:1 attempts:1' >/run/resolv.conf; mount --bind /run/resolv.conf /etc/resolv.conf
# Certificates that CUPS trusts on first use land here, not in the machine's own folder.
mount --bind /run/cups-ssl /etc/cups/ssl
ip link set lo up
touch /run/begun
exec sleep infinity
"""

AVAHI = """[server]
use-ipv4=yes
use-ipv6=no
allow-interfaces={interface}
ratelimit-interval-usec=1000000
ratelimit-burst=1000
[publish]
publish-hinfo=no
publish-workstation=no
[rlimits]
"""


def need(*programs):
    """Skip the test where it cannot run at all; where it must run (in CI), what is missing is a failure."""
    path = f"{os.environ.get('PATH', '')}:{SBIN}"
    missing = [program for program in programs if shutil.which(program, path=path) is None]
    if os.geteuid() != 0:
        missing.append("the rights of root")
    if not missing:
        return
    words = f"needs {', '.join(missing)}: scripts/setup test installs the programs"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


def wait_for(found, what, seconds=10.0, pause=0.05):
    """Ask until `found` returns something true, and return that."""
    until = time.monotonic() + seconds
    while True:
        value = found()
        if value:
            return value
        assert time.monotonic() < until, f"{what}: not within {seconds:g} s"
        time.sleep(pause)


def folder():
    """A new folder that the user `lp` may enter, as pytest's own may not be."""
    path = Path(tempfile.mkdtemp(prefix="printgate-e2e-"))
    path.chmod(0o755)
    return path


class Machine:
    """A machine of its own: network, mounts, host name and processes."""

    def __init__(self, name="lonely", address="127.0.1.1"):
        need("unshare", "nsenter", "setpriv", "ip")
        self.name = name
        self.folder = folder()
        script = FIRST_PROCESS.format(name=name, address=address)
        shell = ["unshare", "-n", "-m", "-u", "-p", "-f", "--kill-child", "--mount-proc", "sh", "-ec", script]
        self._outer = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *shell], env=_environment(self.folder))
        self._started = [self._outer]
        try:
            self.pid = int(wait_for(self._first_child, f"the first process of {name}"))
            wait_for(lambda: self.run("test", "-e", "/run/begun", check=False).returncode == 0, f"{name} to begin")
        except BaseException:
            self.end()
            raise

    def _first_child(self):
        children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children").read_text().split()
        # Until it has its own network it is still a fork of unshare, on its way.
        return children[0] if children and _network(children[0]) != _network("self") else None

    def inside(self, *command):
        return ["nsenter", "-t", str(self.pid), "-n", "-m", "-u", "-p", *map(str, command)]

    def run(self, *command, check=True, timeout=30, data=None, **variables):
        """Run to the end and return the subprocess.CompletedProcess, with text."""
        done = subprocess.run(
            self.inside(*command),
            check=False,
            capture_output=True,
            text=True,
            timeout=timeout,
            input=data,
            env=_environment(self.folder) | variables,
        )
        assert not check or done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def start(self, *command, log=None, **variables):
        """Start what runs until the machine ends, or `stop`."""
        with open(log or self.folder / f"{Path(str(command[0])).name}.log", "ab") as written:
            process = subprocess.Popen(
                self.inside(*command),
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=_environment(self.folder) | variables,
            )
        self._started.append(process)
        return process

    def avahi(self, interface="lo"):
        """Start D-Bus and avahi, which ippeveprinter and CUPS's discovery cannot do without."""
        need("dbus-daemon", "avahi-daemon")
        if interface == "lo":
            self.run("ip", "link", "set", "lo", "multicast", "on")
            self.run("ip", "route", "add", "224.0.0.0/4", "dev", "lo")
        written = self.folder / "avahi.conf"
        written.write_text(AVAHI.format(interface=interface))
        self.run("dbus-daemon", "--system", "--fork", "--nopidfile")
        self.run("avahi-daemon", "-f", written, "--no-chroot", "--no-drop-root", "--no-rlimits", "-D")

    def end(self):
        """End it and everything on it, and take its files away."""
        with contextlib.suppress(AttributeError, ProcessLookupError):
            os.kill(self.pid, 9)
        self._outer.kill()
        for process in self._started:
            process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def _network(pid):
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{pid}/ns/net")
    return os.readlink("/proc/self/ns/net")


def _environment(home):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CUPS_", "PRINTGATE_", "LC_"))}
    return kept | {"HOME": str(home), "LANG": "C.UTF-8", "PATH": f"{os.environ['PATH']}:{SBIN}"}


class Gateway:
    """`printgate serve` on a machine, and the words of its command line."""

    def __init__(self, machine, *words, home=None):
        self.machine, self.home = machine, home or machine.folder / "home"
        self.log = machine.folder / "gateway.log"
        self._words = words
        self.serve()

    def serve(self):
        self._process = self.machine.start(
            PRINTGATE, "--home", self.home, "serve", *self._words, log=self.log, PRINTGATE_DEVICE_INTERVAL="5"
        )
        ready = wait_for(self._ready, "the gateway to be ready", 20)
        self.port = int(ready[1])

    def _ready(self):
        assert self._process.poll() is None, self.log.read_text()
        found = re.findall(r"^ready ipp://(.*):(\d+)/", self.log.read_text(), re.MULTILINE)
        return found[-1] if found else None

    def stop(self):
        """Stop it as a service is stopped, and wait for its end."""
        # nsenter waits outside for the process inside, and does not pass signals on.
        for child in _children(self._process.pid):
            os.kill(child, 15)
        assert self._process.wait(30) == 0, self.log.read_text()

    def command(self, *words, data=None):
        """Run the command line as an administrator does; returns what it says, from JSON."""
        command = [PRINTGATE, "--home", self.home, *words, "--json"]
        done = subprocess.run(
            list(map(str, command)), check=False, capture_output=True, text=True, timeout=30, input=data
        )
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return json.loads(done.stdout)

    def add_user(self, name, password):
        return self.command("user", "add", name, "--password-stdin", data=password + "\n")

    def jobs(self, **wanted):
        """Jobs of all states whose fields have these values, the newest first."""
        found = self.command("job", "list", "--all")
        return [job for job in found if all(job[name] == value for name, value in wanted.items())]

    def job(self, number):
        return self.command("job", "show", number)

    def release(self, number, device):
        return self.command("job", "release", number, "--device", device)

    def printed(self, number, seconds=30):
        """Wait until a job has ended, and return it with its ledger line."""
        ended = ("completed", "aborted", "canceled")
        return wait_for(lambda: (j := self.job(number))["state"] in ended and j, f"job {number} to end", seconds)

    def held(self, **wanted):
        """Wait for the one job with these values to be held and counted, and return it."""

        def look():
            found = [job for job in self.jobs(**wanted) if job["state"] == "pending-held" and job["pages"]]
            return found[0] if len(found) == 1 else None

        return wait_for(look, f"one held job with {wanted}", 30)


def _children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


ENGINE = """#!/bin/sh
# The device's engine: notes how the document was to be printed, and says what it counted, if it counts.
env >"$1.env"
[ ! -e {folder}/count ] || echo "ATTR: job-impressions-completed=$(cat {folder}/count)" >&2
"""


class EvePrinter:
    """CUPS's own IPP Everywhere printer, which keeps what it is sent."""

    def __init__(self, machine, port, *options, name="Eve"):
        need("ippeveprinter")
        self._machine, self.port = machine, port
        self.folder = machine.folder / f"eve-{port}"
        self.folder.mkdir()
        engine = self.folder / "engine"
        engine.write_text(ENGINE.format(folder=self.folder))
        engine.chmod(0o755)
        keys = machine.folder / "eve-keys"
        keys.mkdir(exist_ok=True)
        self.log = machine.folder / f"eve-{port}.log"
        settings = ["-n", "localhost", "-p", port, "-d", self.folder, "-k", "-K", keys, "-c", engine]
        self.process = machine.start("ippeveprinter", *settings, *options, f"{name} {port}", log=self.log)
        self.uri = f"ipp://localhost:{port}/ipp/print"
        wait_for(lambda: machine.run(*_listens(port), check=False).stdout, f"a printer on port {port}")

    def counts(self, impressions):
        """From now on the engine says so many impressions; None: it counts none."""
        path = self.folder / "count"
        if impressions is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(str(impressions))

    def received(self):
        """Documents in the order of their arrival, each with the job attributes that came with it."""
        kept = [p for p in self.folder.iterdir() if re.match(r"\d+-", p.name) and p.suffix not in (".env", ".prn")]
        return [Received(path) for path in sorted(kept, key=lambda path: int(path.name.split("-")[0]))]

    def latest(self):
        return self.received()[-1]


class Received:
    """One document at an EvePrinter."""

    def __init__(self, path):
        self.path, self.kind = path, path.suffix.lstrip(".")
        self.data = path.read_bytes()
        lines = path.with_name(path.name + ".env").read_text().splitlines()
        # Job attributes as ippeveprinter shows them to its engine: IPP_COPIES and so on.
        self.attributes = dict(line[4:].split("=", 1) for line in lines if line.startswith("IPP_") and "=" in line)


class Sink:
    """A raw 9100 printer with PJL."""

    def __init__(self, machine, port):
        self.folder = machine.folder / f"sink-{port}"
        self.folder.mkdir()
        log = machine.folder / f"sink-{port}.log"
        self.process = machine.start(sys.executable, "-m", "tests.e2e.sink", port, self.folder, log=log)
        wait_for(lambda: machine.run(*_listens(port), check=False).stdout, f"a raw printer on port {port}")

    def latest(self):
        """PJL and document of the last job."""
        kept = sorted(self.folder.glob("*.prn"))
        return kept[-1].read_bytes()


def _listens(port):
    return "ss", "-Hltn", f"sport = :{port}"


CUPS_FILES = """ServerRoot {0}/etc
RequestRoot {0}/spool
TempDir {0}/spool/tmp
CacheDir {0}/cache
StateDir {0}/run
AccessLog {0}/log/access_log
ErrorLog {0}/log/error_log
PageLog {0}/log/page_log
ServerKeychain {0}/etc/ssl
User lp
Group lp
SystemGroup root
Sandboxing relaxed
"""
CUPSD = """LogLevel debug
MaxLogSize 0
Listen 127.0.0.1:{1}
Listen /run/cups/cups.sock
Browsing {2}
BrowseLocalProtocols {3}
DefaultShared No
DefaultAuthType None
WebInterface No
PreserveJobHistory Yes
PreserveJobFiles No
JobRetryInterval 2
JobRetryLimit 2
ErrorPolicy retry-job
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess all
  JobPrivateValues none
  SubscriptionPrivateAccess all
  SubscriptionPrivateValues none
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""


class Cups:
    """A person's computer: cupsd with its spool, and the commands that print."""

    def __init__(self, machine, port=8632, *, browsing=False):
        need("cupsd", "lp", "lpadmin", "lpstat", "ipptool")
        self.machine, self.port = machine, port
        self.folder = base = machine.folder / "cups"
        for name in ("etc/ppd", "etc/ssl", "spool/tmp", "cache", "run/certs", "log"):
            (base / name).mkdir(parents=True)
        (base / "etc/cups-files.conf").write_text(CUPS_FILES.format(base))
        words = ("On", "dnssd") if browsing else ("Off", "none")
        (base / "etc/cupsd.conf").write_text(CUPSD.format(base, port, *words))
        for name in ("spool", "spool/tmp", "cache", "run", "run/certs", "log"):
            shutil.chown(base / name, "lp", "lp")
        (base / "spool").chmod(0o710)
        (base / "spool/tmp").chmod(0o1770)
        machine.start("cupsd", "-f", "-c", base / "etc/cupsd.conf", "-s", base / "etc/cups-files.conf")
        wait_for(lambda: machine.run("lpstat", "-r", check=False).stdout == "scheduler is running\n", "cupsd")

    def add(self, name, uri):
        """Add a queue from what the printer says of itself, as desktops do."""
        return self.machine.run("lpadmin", "-p", name, "-E", "-v", uri, "-m", "everywhere")

    def print(self, queue, path, *options, user="root", title=""):
        """Print a file; returns the number of the job in CUPS."""
        titled = ["-t", title] if title else []
        done = self.machine.run("lp", "-d", queue, "-U", user, *titled, *options, path)
        return int(re.search(r"-(\d+) ", done.stdout)[1])

    def waiting(self, queue):
        """Numbers of the jobs that have not left this computer."""
        lines = self.machine.run("lpstat", "-W", "not-completed", "-o", queue).stdout.splitlines()
        return [int(line.split()[0].rpartition("-")[2]) for line in lines]

    def error_log(self):
        return (self.folder / "log/error_log").read_text(errors="replace")
