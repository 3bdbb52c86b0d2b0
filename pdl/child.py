"""The process that opens one document: forked from the warm process, it gives up everything but one socket.

It takes its task from that socket, asks over it for the document's bytes, answers, and ends.
"""

import importlib
import json
import os
import socket
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from pdl import confine, wire
from pdl.errors import DocumentRejected, LimitReached, PasswordNeeded
from pdl.limits import Limits


@dataclass(frozen=True, slots=True)
class Shelter:
    """What the warm process found to work here, and the table of tasks its children serve."""

    protection: confine.Protection
    held_bytes: int
    tasks: dict[str, str]


class RemoteSource:
    """The document as the reader sees it: its beginning came with the task, other blocks are asked for."""

    def __init__(self, connection: socket.socket, size: int, head: bytes) -> None:
        self._connection = connection
        self._size = size
        self._head = head
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Length of the document in bytes."""
        return self._size

    def pread(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer only at the end."""
        end = min(offset + length, self._size)
        if end <= len(self._head):
            return self._head[offset:end]
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


def read(connection: socket.socket, limits: Limits, shelter: Shelter) -> NoReturn:
    """Confine this process, do the task, answer, end."""
    code = 1
    try:
        # A session of its own: no terminal reaches it, and no signal to the gateway's group.
        os.setsid()
        confine.set_limits(limits, held_bytes=shelter.held_bytes)
        confine.apply(shelter.protection)
        # From here on a hostile document may speak: not into the operator's log.
        os.dup2(1, 2)
        job = json.loads(receive(connection))
        document = RemoteSource(connection, job["size"], receive(connection))
        connection.sendall(_answer(job, document, connection, shelter.tasks))
        code = 0
    except ConnectionError:
        pass  # the gateway has lost interest
    except BaseException:  # no measure taken, no document opened: the log tells why
        traceback.print_exc()
    finally:
        os._exit(code)


def _answer(job: dict[str, Any], document: RemoteSource, connection: socket.socket, tasks: dict[str, str]) -> bytes:
    """Do the task and put its result, or what stopped it, in the last frame."""
    try:
        result = _task(tasks[job["task"]])(document, job["arguments"], lambda data: _emit(connection, data))
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
