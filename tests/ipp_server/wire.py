"""HTTP written octet by octet, and everything that came back for it."""

import contextlib
import io
import socket
import time
from dataclasses import dataclass, field

from ipp import build
from ipp.codec import decode, encode
from ipp.enums import Operation, Status
from tests.ipp_server.client import read_answer

FIELDS = {"Host": "127.0.0.1", "Content-Type": "application/ipp"}


def question(door, *names, queue="held", **words):
    """A Get-Printer-Attributes request for a few attributes."""
    wanted = build.keyword("requested-attributes", *(names or ("printer-name",)))
    return encode(door.operation(Operation.GET_PRINTER_ATTRIBUTES, wanted, queue=queue, **words))


def written(body=b"", *, line="POST /ipp/print HTTP/1.1", more=(), **fields):
    """A request as octets: its fields are FIELDS, its length, and `fields` over them (None leaves one out)."""
    all_of_them = {**FIELDS, "Content-Length": str(len(body))}
    all_of_them |= {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [line, *(f"{name}: {value}" for name, value in all_of_them.items() if value is not None), *more]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


@dataclass
class Said:
    """What came back on a connection, and whether the gateway ended it."""

    statuses: list = field(default_factory=list)
    headers: list = field(default_factory=list)
    bodies: list = field(default_factory=list)
    closed: bool = False
    rest: bytes = b""

    def code(self, at=-1):
        return Status(decode(self.bodies[at])[0].code)

    def message(self, at=-1):
        return decode(self.bodies[at])[0]


class _Read:
    """Octets that came before, read as a socket is."""

    def __init__(self, data):
        self._stream = io.BytesIO(data)

    def recv(self, count):
        return self._stream.read(count)

    @property
    def rest(self):
        return self._stream.read()


def exchange(door, *parts, tls=False, half_close=False, wait=10.0, until=None):
    """Send each part in a segment of its own (a number is a pause in seconds) and read until the gateway hangs up.

    With `until`, reading ends after so many answers, and `closed` is False.
    """
    with contextlib.closing(door.plug(tls=tls, timeout=wait)) as plug:
        if until is not None:
            _send(plug, parts)
            return _answers(plug, until)
        said = b""
        with contextlib.suppress(ConnectionError):
            _send(plug, parts)
            if half_close:
                plug.shutdown(socket.SHUT_WR)
            while chunk := plug.recv(65536):
                said += chunk
        stream = _Read(said)
        found = _answers(stream, 1000)
        found.closed = True
        return found


def _send(plug, parts):
    for part in parts:
        if isinstance(part, bytes):
            plug.sendall(part)
        else:
            time.sleep(part)


def _answers(plug, most):
    found = Said()
    with contextlib.suppress(ConnectionError):
        for _ in range(most):
            status, headers, body = read_answer(plug)
            found.statuses.append(status)
            found.headers.append(headers)
            found.bodies.append(body)
    return found
