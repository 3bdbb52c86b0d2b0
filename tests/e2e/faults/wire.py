"""An IPP client that owns its socket, so that it can stop in the middle of a document and see what was answered."""

import contextlib
import socket

from ipp import build
from ipp.codec import decode, encode
from ipp.enums import GroupTag, Operation, Status
from ipp.message import Group, Message


class Answer:
    """What the gateway answered."""

    def __init__(self, message):
        self.status = Status(message.code)
        self.ok = self.status.is_success
        first = message.group(GroupTag.OPERATION)
        self.words = first.string("status-message") or ""
        job = message.group(GroupTag.JOB)
        self.job_id = job.integer("job-id") if job else None


class Upload:
    """A request whose document goes out by hand: `send` some of it, then `answer`, or let go."""

    def __init__(self, port, queue, operation, document=None, *attributes, user="alice", timeout=60):
        uri = f"ipp://127.0.0.1:{port}/ipp/print/{queue}"
        first = [
            build.charset("attributes-charset", "utf-8"),
            build.language("attributes-natural-language", "en"),
            build.uri("printer-uri", uri),
            *(a for a in attributes if a.name == "job-id"),
            build.name("requesting-user-name", user),
            *(a for a in attributes if a.name != "job-id"),
        ]
        head = encode(Message((2, 0), operation, 1, [Group(GroupTag.OPERATION, first)]))
        size = len(head) + (document.size if document else 0)
        self._pieces = document.pieces() if document else iter(())
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        self._socket.sendall(
            f"POST /ipp/print/{queue} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/ipp\r\n"
            f"Content-Length: {size}\r\nConnection: close\r\n\r\n".encode()
            + head
        )

    def send(self, most=None):
        """Send the rest of the document, or `most` bytes of it."""
        for piece in self._pieces:
            cut = piece if most is None else piece[:most]
            self._socket.sendall(cut)
            if most is not None:
                most -= len(cut)
                if not most:
                    return

    def answer(self):
        """The answer; None when the connection ended without one."""
        received = b""
        with self._socket, contextlib.suppress(ConnectionError):
            while data := self._socket.recv(65536):
                received += data
        head, _, body = received.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 ") or not body:
            return None
        return Answer(decode(body)[0])

    def close(self):
        self._socket.close()


def _exchange(upload):
    # A gateway that refuses early ends its side while we still send: its answer is there all the same.
    with contextlib.suppress(ConnectionError):
        upload.send()
    return upload.answer()


def printing(port, queue, document):
    """Begin a Print-Job."""
    return Upload(port, queue, Operation.PRINT_JOB, document, build.name("job-name", document.title))


def print_job(port, queue, document):
    """Print-Job; returns the answer, None if there was none."""
    try:
        return _exchange(printing(port, queue, document))
    except ConnectionError:
        return None


def create_job(port, queue, document):
    """Create-Job."""
    return _exchange(Upload(port, queue, Operation.CREATE_JOB, None, build.name("job-name", document.title)))


def sending(port, queue, job_id, document):
    """Begin a Send-Document, the last."""
    last = build.boolean("last-document", True)
    return Upload(port, queue, Operation.SEND_DOCUMENT, document, build.integer("job-id", job_id), last)


def send_document(port, queue, job_id, document):
    """Send-Document, the last; returns the answer."""
    return _exchange(sending(port, queue, job_id, document))
