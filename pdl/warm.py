"""The warm process of the sandbox: Python with the parsers loaded, forked once for each document.

Started by the gateway as `python -m pdl.warm DESCRIPTOR TABLE`. On the descriptor it says once what
protects its children, then takes one message for each document: JSON limits, and with it two sockets, the
reader's and its own, on which it reports how the reader ended. It opens no document itself, and ends when the
gateway does, its children with it.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass, fields

from pdl import confine, kernel
from pdl.child import Shelter, read
from pdl.limits import Limits

LONGEST_MESSAGE = 4096
NICE = 10
HIGHEST_DESCRIPTOR = 1024
# The kernel counts a limit in ticks and usage more finely: at the limit the two differ by a little.
TICK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Child:
    """One running child: its process and the handle of it, where to report its end, its limits in seconds."""

    process: int
    handle: int
    life: socket.socket
    until: float
    cpu_seconds: int


def prepare(table: str) -> Shelter:
    """Load what the tasks of `table` (a module with TASKS) need, and find out what protects them here."""
    tasks: dict[str, str] = importlib.import_module(table).TASKS
    for name in dict.fromkeys(name.partition(":")[0] for name in tasks.values()):
        module = importlib.import_module(name)
        # What a library sets up at its first use is set up here once, over a document of the module's own.
        getattr(module, "warm_up", _nothing)()
    protection = confine.probe()
    gc.collect()
    gc.freeze()  # children share these pages: the collector must not write to them
    return Shelter(protection, confine.address_space(), tasks)


def _nothing() -> None:
    """Stand in for the warm_up() of a module that needs none."""


class Keeper:
    """Watches the children: ends each when its time is over or the gateway hangs up, and reports how it ended."""

    def __init__(self, control: socket.socket, shelter: Shelter) -> None:
        self._control, self._shelter = control, shelter
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._children: dict[int, Child] = {}  # by descriptor: of the process, and of the gateway's ear for it
        # Its process 1 is the reader itself, and the kernel ends all below when that ends.
        self._flags = kernel.CLONE_NEWPID if shelter.protection.namespaces else 0

    def serve(self) -> None:
        """Fork a child for each message until the gateway closes the socket."""
        while True:
            ready = [descriptor for descriptor, _ in self._poll.poll(self._patience())]
            for descriptor in ready:
                if descriptor in self._children:
                    self._end(self._children[descriptor])
            # Last: a new child may get the descriptors of one that has just ended.
            if self._control.fileno() in ready and not self._begin():
                return
            overdue = [child for child in set(self._children.values()) if child.until <= time.monotonic()]
            for child in overdue:
                self._end(child, overdue=True)

    def _patience(self) -> float | None:
        """Milliseconds until the next child is overdue; None when there is none."""
        first = min((child.until for child in self._children.values()), default=None)
        return None if first is None else max(0.0, first - time.monotonic()) * 1000 + 1

    def _begin(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, LONGEST_MESSAGE, 2)
        if not message:
            return False
        reader, life = (socket.socket(fileno=number) for number in descriptors)
        given = json.loads(message)
        limits = Limits(**{field.name: given[field.name] for field in fields(Limits)})
        process = kernel.fork(self._flags)
        if process == 0:
            try:
                self._leave_open(reader)
                read(reader, limits, self._shelter)
            finally:
                os._exit(1)
        # With this open the gateway would never see the reader hang up.
        reader.close()
        handle = os.pidfd_open(process)
        child = Child(process, handle, life, time.monotonic() + limits.wall_seconds, limits.cpu_seconds)
        for descriptor in (handle, life.fileno()):
            self._children[descriptor] = child
            self._poll.register(descriptor, select.POLLIN | select.POLLHUP)
        return True

    def _leave_open(self, reader: socket.socket) -> None:
        """Close what belongs to the keeper: a reader that held another's socket could speak for that one."""
        rules = self._shelter.protection.rules
        kept = sorted({reader.fileno()} | ({rules} if rules is not None else set()))
        for start, stop in zip((2, *kept), (*kept, HIGHEST_DESCRIPTOR), strict=True):
            os.closerange(start + 1, stop)

    def _end(self, child: Child, *, overdue: bool = False) -> None:
        for descriptor in (child.handle, child.life.fileno()):
            del self._children[descriptor]
            self._poll.unregister(descriptor)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.process, signal.SIGKILL)
        _, status, usage = os.wait4(child.process, 0)
        os.close(child.handle)
        ended = {
            "code": os.waitstatus_to_exitcode(status),
            "overdue": overdue,
            "processor": usage.ru_utime + usage.ru_stime + TICK_SECONDS >= child.cpu_seconds,
        }
        # A gateway that has lost interest is not told.
        with contextlib.suppress(OSError), child.life:
            child.life.send(json.dumps(ended).encode() + b"\n")


def main() -> None:
    """Serve the gateway at the other end of the descriptor named by the first argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # Documents are opened with what processor time the acceptance of others leaves.
    os.nice(NICE)
    shelter = prepare(sys.argv[2])
    # A Ctrl-C at the terminal is the gateway's to handle; it closes the socket when it has.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control.sendall(json.dumps({"level": shelter.protection.level}).encode())
    Keeper(control, shelter).serve()


if __name__ == "__main__":
    main()
