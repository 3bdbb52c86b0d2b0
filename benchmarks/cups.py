"""CUPS beside which the gateway is measured: a private cupsd, and its program for devices that take raw bytes."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from benchmarks.servers import START, Server

CUPSD = "/usr/sbin/cupsd"
SOCKET_BACKEND = "/usr/lib/cups/backend/socket"


class SocketBackend(Server):
    """CUPS's program that sends a document to port 9100; it is started for each, and there is nothing to connect to."""

    name = "socket backend"
    stores = False

    def __init__(self, folder: Path) -> None:
        super().__init__(0)
        self._folder = folder

    @property
    def uri(self) -> str:
        """Where it sends is said to `send`."""
        return "socket://127.0.0.1"

    def launch(self) -> subprocess.Popen[bytes]:
        """Nothing runs until there is a document."""
        raise RuntimeError("the socket backend is started by send")

    def __enter__(self) -> Self:
        return self

    def processor_time(self) -> float:
        """That of the programs that ended."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def send(self, pieces: Iterator[bytes], port: int) -> None:
        """Send one document, from a file in memory."""
        document = self._folder / "document"
        with document.open("wb") as file:
            file.writelines(pieces)
        command = [SOCKET_BACKEND, "1", "bench", "benchmark", "1", "", str(document)]
        environment = {**os.environ, "DEVICE_URI": f"socket://127.0.0.1:{port}/?waiteof=false"}
        subprocess.run(
            command, env=environment, check=True, timeout=START, stdin=subprocess.DEVNULL, capture_output=True
        )


class Cupsd(Server):
    """A private cupsd with one queue that holds its jobs; its spool is in memory and never synced."""

    name = "cupsd"

    def __init__(self, port: int, folder: Path) -> None:
        super().__init__(port)
        self._folder = folder

    @property
    def uri(self) -> str:
        """The printer's URI."""
        return f"ipp://127.0.0.1:{self.port}/printers/held"

    def launch(self) -> subprocess.Popen[bytes]:
        """Start it with an empty spool."""
        shutil.rmtree(self._folder, ignore_errors=True)
        for name in ("etc/ppd", "spool/tmp", "cache/rss", "state/certs", "log", "ssl"):
            (self._folder / name).mkdir(parents=True)
        values = {"folder": self._folder, "port": self.port}
        files = self._folder / "cups-files.conf"
        files.write_text(_CUPS_FILES.format(**values))
        (self._folder / "etc/cupsd.conf").write_text(_CUPSD.format(**values))
        names = ["held", *(f"held-{number}" for number in range(2, self.queues + 1))]
        (self._folder / "etc/printers.conf").write_text("".join(_PRINTER.format(name=name) for name in names))
        for path in (self._folder, *self._folder.rglob("*")):
            shutil.chown(path, "lp", "lp")
        self._folder.chmod(0o755)
        (self._folder / "state").chmod(0o755)
        (self._folder / "spool").chmod(0o710)
        (self._folder / "spool/tmp").chmod(0o1770)
        with (self._folder / "log/out").open("ab") as log:
            command = [CUPSD, "-f", "-c", str(self._folder / "etc/cupsd.conf"), "-s", str(files)]
            return subprocess.Popen(command, stdout=log, stderr=log)


_CUPS_FILES = """ServerRoot {folder}/etc
RequestRoot {folder}/spool
TempDir {folder}/spool/tmp
CacheDir {folder}/cache
StateDir {folder}/state
AccessLog {folder}/log/access_log
ErrorLog {folder}/log/error_log
PageLog {folder}/log/page_log
ServerKeychain {folder}/ssl
SystemGroup root
User lp
Group lp
FileDevice Yes
Sandboxing Relaxed
SyncOnClose No
Printcap
"""

_CUPSD = """LogLevel error
AccessLogLevel none
PageLogFormat
MaxLogSize 0
Listen 127.0.0.1:{port}
Listen {folder}/state/cups.sock
Browsing Off
WebInterface No
DefaultAuthType None
DefaultEncryption IfRequested
MaxClients 5000
MaxClientsPerHost 5000
MaxJobs 0
MaxJobsPerPrinter 0
MaxJobsPerUser 0
MaxRequestSize 0
HostNameLookups Off
PreserveJobHistory Yes
PreserveJobFiles Yes
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

_PRINTER = """<Printer {name}>
Info Held
MakeModel Local Raw Printer
DeviceURI file:///dev/null
State Idle
Accepting Yes
Shared Yes
JobSheets none none
OpPolicy default
ErrorPolicy retry-job
Option job-hold-until indefinite
</Printer>
"""


def cupsd_missing() -> str:
    """Why cupsd cannot run beside us; empty if it can."""
    if not os.path.exists(CUPSD):
        return "cupsd is not installed"
    return "" if os.geteuid() == 0 else "a private cupsd needs root"
