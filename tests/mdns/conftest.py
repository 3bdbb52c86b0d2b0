"""Two machines on one wire, each a network namespace: `gate` tells printers, `client` listens with avahi.

Nothing here ever touches the network of the machine the tests run on.
"""

import concurrent.futures
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROGRAMS = ("unshare", "nsenter", "ip", "dbus-daemon", "avahi-daemon", "avahi-browse", "ippfind")
AVAHI = """[server]
use-ipv4=yes
use-ipv6=yes
ratelimit-interval-usec=0
[publish]
publish-hinfo=no
publish-workstation=no
"""


class Node:
    """A machine: a process that holds a namespace open, and what is run beside it."""

    def __init__(self, cleanup, name):
        self._cleanup = cleanup
        script = f"mount --make-rprivate / && mount -t tmpfs tmpfs /run && mkdir -p /run/dbus /run/avahi-daemon && hostname {name} && ip link set lo up && touch /run/ready && exec sleep 600"
        self.pid = self._start(["unshare", "-n", "-m", "-u", "sh", "-ec", script]).pid
        self.wait_for("/run/ready")

    def _start(self, command, **options):
        process = subprocess.Popen(command, **options)
        self._cleanup.callback(_end, process)
        return process

    def inside(self, *command):
        return ["nsenter", "-t", str(self.pid), "-n", "-m", "-u", *map(str, command)]

    def run(self, *command):
        return subprocess.run(self.inside(*command), check=True, capture_output=True, text=True, timeout=15).stdout

    def start(self, *command, **options):
        return self._start(self.inside(*command), **options)

    def wait_for(self, path):
        until = time.monotonic() + 10
        # In the beginning the process has not entered its namespace, and /run is the machine's own.
        while subprocess.run(self.inside("test", "-e", path), check=False, stderr=subprocess.DEVNULL).returncode:
            assert time.monotonic() < until, f"{path} did not appear"
            time.sleep(0.02)

    def plug(self, other, name="eth0", others="eth0"):
        """Lay a cable to another machine."""
        cable = ("ip", "link", "add", name, "type", "veth", "peer", "name", others, "netns", other.pid)
        self.run(*cable)

    def join(self, number, name="eth0", network=77, families="46l"):
        """Take addresses on an interface: IPv4, IPv6 and link-local ones, as `families` has 4, 6 and l."""
        self.run("ip", "link", "set", name, "addrgenmode", "none")
        each = {"4": f"10.{network}.0.{number}/24", "6": f"fd{network}::{number}/64", "l": f"fe80::{number}/64"}
        # nodad: the wire has no other machine, and duplicate detection takes seconds.
        for address in (each[family] for family in families):
            self.run("ip", "addr", "add", address, "dev", name, *(["nodad"] if ":" in address else []))
        self.run("ip", "link", "set", name, "up")
        self.run("ip", "route", "add", "224.0.0.0/4", "dev", name, "metric", network)

    def avahi(self, folder):
        """Start avahi, which hears on every interface."""
        self.start("dbus-daemon", "--system", "--nofork", "--nopidfile", stderr=subprocess.DEVNULL)
        self.wait_for("/run/dbus/system_bus_socket")
        configuration = folder / "avahi.conf"
        configuration.write_text(AVAHI)
        options = ("--no-chroot", "--no-drop-root", "--no-rlimits")
        self.start("avahi-daemon", "-f", configuration, *options, stderr=subprocess.DEVNULL)
        self.wait_for("/run/avahi-daemon/socket")

    def packets(self, name="eth0"):
        """How many were sent on an interface so far."""
        line = next(
            line for line in self.run("cat", "/proc/net/dev").splitlines() if line.strip().startswith(f"{name}:")
        )
        return int(line.partition(":")[2].split()[9])

    def browse(self, *services):
        """What avahi finds for each service: {instance: (host, port, {TXT}, {addresses})}, resolved.

        avahi-browse takes a second for each: they run beside one another.
        """
        with concurrent.futures.ThreadPoolExecutor(len(services)) as pool:
            return list(pool.map(self._browse, services))

    def heard(self, *services):
        """What avahi has heard so far, without asking: as `browse`, and at once."""
        return [self._browse(service, "-prck") for service in services]

    def names(self, service):
        """Instances that avahi has heard of, without asking for any: one that has just gone would be waited for."""
        lines = self.run("avahi-browse", "-pck", service).splitlines()
        return {_unescaped(line.split(";")[3]) for line in lines if line.startswith("+")}

    def settles(self, expected, *services):
        """Whether the instances heard of for each service soon become these; a goodbye takes a second (RFC 6762 §10.1)."""
        until = time.monotonic() + 5
        while time.monotonic() < until:
            found = [sorted(self.names(service)) for service in services]
            if found == [sorted(expected)] * len(services):
                return True
            time.sleep(0.1)
        print(found)
        return False

    def _browse(self, service, how="-prtk"):
        found = {}
        for line in self.run("avahi-browse", how, service).splitlines():
            if not line.startswith("="):
                continue
            _, _, _, name, _, _, host, address, port, text = map(_unescaped, line.split(";", 9))
            strings = dict(pair.split("=", 1) for pair in re.findall(r'"([^"]*)"', text))
            entry = found.setdefault(name, (host, int(port), strings, set()))
            entry[3].add(address)
        return found


class Teller:
    """An Advertiser in its own process on a node, told what to do line by line."""

    def __init__(self, node, host, **settings):
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
        command = (sys.executable, "-W", "error", HERE / "teller.py", json.dumps({"host": host, **settings}))
        self._process = node.start(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        assert self._answer() == "started"

    def __call__(self, verb, **arguments):
        self._process.stdin.write(json.dumps([verb, arguments]) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def end(self):
        assert self("stop") is None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def _answer(self):
        line = self._process.stdout.readline()
        assert line, "the advertiser's process ended"
        return json.loads(line)


def need(*programs):
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")


@pytest.fixture(scope="session")
def wire(tmp_path_factory):
    """The two nodes (gate, client) with avahi running on the client."""
    need(*PROGRAMS)
    with contextlib.ExitStack() as cleanup:
        gate, client = Node(cleanup, "gate"), Node(cleanup, "client")
        client.plug(gate)
        gate.join(1)
        client.join(2)
        client.avahi(tmp_path_factory.mktemp("avahi"))
        yield gate, client


@pytest.fixture
def machines():
    """Make further machines, which are gone when the test ends: `machines("one", "two")`."""
    need(*PROGRAMS)
    with contextlib.ExitStack() as cleanup:
        yield lambda *names: [Node(cleanup, name) for name in names]


@pytest.fixture
def tell(wire):
    """Start advertisers on the gate; each is stopped properly when the test ends."""
    started = []

    def begin(host, node=None, **settings):
        started.append(Teller(node or wire[0], host, **settings))
        return started[-1]

    yield begin
    for teller in started:
        teller.end()


def _end(process):
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()


def _unescaped(name):
    data = re.sub(rb"\\(\d{3}|.)", lambda m: bytes([int(m[1])]) if m[1].isdigit() else m[1], name.encode())
    return data.decode()
