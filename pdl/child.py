"""One document, one child: a keeper that watches, and below it the process that reads.

The keeper is forked from the warm process. It forks the reader (in a PID namespace of its own where that
works, so that its death is the death of all below it), ends it when the clock or the gateway says so, and
reports how it ended. The reader gives up everything but one socket, then does its task.
"""

import importlib
import json
import os
import select
import signal
import socket
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pdl import confine, kernel, wire
from pdl.errors import DocumentRejected, LimitReached, PasswordNeeded
from pdl.limits import Limits

# The kernel counts a limit in ticks and usage more finely: at the limit the two differ by a little.
TICK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Shelter:
    """What the warm process found to work here, and the table of tasks its children serve."""

    protection: confine.Protection
    held_bytes: int
    tasks: dict[str, str]


class RemoteSource:
    """The document as the reader sees it: blocks asked for over the socket."""

    def __init__(self, connection: socket.socket, size: int) -> None:
        self._connection = connection
        self._size = size
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Length of the document in bytes."""
        return self._size

    def pread(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer only at the end."""
        end = min(offset + length, self._size)
        parts = []
        while offset < end:
            count = min(end - offset, wire.LONGEST_READ)
            with self._lock:
                self._connection.sendall(wire.frame(wire.READ, wire.READ_REQUEST.pack(offset, count)))
                part = receive(self._connection)
            if not part:
                raise OSError("the document ended before its size")
            parts.append(part)
            offset += len(part)
        return b"".join(parts)


def receive(connection: socket.socket) -> bytes:
    """One length-prefixed message from the gateway; OSError when it has gone."""
    return _exactly(connection, wire.LENGTH.unpack(_exactly(connection, wire.LENGTH.size))[0])


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = bytearray(length)
    view = memoryview(data)
    filled = 0
    while filled < length:
        count = connection.recv_into(view[filled:])
        if not count:
            raise ConnectionAbortedError("the gateway has gone")
        filled += count
    return bytes(data)


def keep(connection: socket.socket, life: socket.socket, limits: Limits, shelter: Shelter) -> None:
    """Run the reader to its end and say on `life` how that was; in a process of its own."""
    # A session of its own: no terminal reaches it, and no signal to the gateway's group.
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # For the child to come: its process 1 is the reader, and the kernel ends all below when that ends.
    if shelter.protection.namespaces:
        kernel.unshare(kernel.CLONE_NEWPID)
    process = os.fork()
    if process == 0:
        life.close()  # else the reader could speak for the keeper
        _read(connection, limits, shelter)
    connection.close()
    overdue = _wait(process, life, limits.wall_seconds)
    # The reader cannot fork, and where namespaces work it is the init of its own: with it goes whatever it left.
    os.kill(process, signal.SIGKILL)
    _, status, usage = os.wait4(process, 0)
    spent = usage.ru_utime + usage.ru_stime
    ended = {
        "code": os.waitstatus_to_exitcode(status),
        "overdue": overdue,
        "processor": spent + TICK_SECONDS >= limits.cpu_seconds,
    }
    life.sendall(json.dumps(ended).encode() + b"\n")


def _wait(process: int, life: socket.socket, seconds: float) -> bool:
    """Until the reader ends or the gateway hangs up (False), or the time is over (True)."""
    handle = os.pidfd_open(process)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(life, select.POLLIN | select.POLLHUP)
    try:
        return not poll.poll(seconds * 1000)
    finally:
        os.close(handle)


def _read(connection: socket.socket, limits: Limits, shelter: Shelter) -> None:
    """Confine this process, do the task, answer, end. Never returns."""
    code = 1
    try:
        confine.set_limits(limits, held_bytes=shelter.held_bytes)
        confine.apply(shelter.protection)
        # From here on a hostile document may speak: not into the operator's log.
        os.dup2(1, 2)
        job = json.loads(receive(connection))
        connection.sendall(_answer(job, connection, shelter.tasks))
        code = 0
    except ConnectionError:
        pass  # the gateway has lost interest
    except BaseException:  # no measure taken, no document opened: the log tells why
        traceback.print_exc()
    finally:
        os._exit(code)


def _answer(job: dict[str, Any], connection: socket.socket, tasks: dict[str, str]) -> bytes:
    """Do the task and put its result, or what stopped it, in the last frame."""
    try:
        result = _task(tasks[job["task"]])(
            RemoteSource(connection, job["size"]), job["arguments"], lambda data: _emit(connection, data)
        )
        return wire.frame(wire.ANSWER, json.dumps(result, separators=(",", ":")).encode())
    except PasswordNeeded as fault:
        return wire.frame(wire.PASSWORD, json.dumps([fault.reason]).encode())
    except DocumentRejected as fault:
        return wire.frame(wire.REJECTED, json.dumps([fault.reason, fault.state_reason]).encode())
    except LimitReached as fault:
        return wire.frame(wire.LIMIT, json.dumps([fault.reason]).encode())
    except MemoryError:
        return wire.frame(wire.LIMIT, json.dumps(["The document needs more memory than it may use."]).encode())
    except ConnectionError:
        raise
    except Exception as fault:  # hostile input reaches parsers in ways nobody lists: the document is at fault
        words = f"The document is damaged and cannot be read ({type(fault).__name__})."
        return wire.frame(wire.REJECTED, json.dumps([words, "document-format-error"]).encode())


def _task(name: str) -> Callable[..., dict[str, Any]]:
    module, _, function = name.partition(":")
    found: Callable[..., dict[str, Any]] = getattr(importlib.import_module(module), function)
    return found


def _emit(connection: socket.socket, data: bytes) -> None:
    view = memoryview(data)
    for start in range(0, len(view), wire.LONGEST_OUTPUT):
        connection.sendall(wire.frame(wire.OUTPUT, bytes(view[start : start + wire.LONGEST_OUTPUT])))
