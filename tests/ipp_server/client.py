"""An IPP client that sends exactly what a test wants, right or wrong, and reads the answers with the codec."""

import base64
import contextlib
import http.client
import io
import socket
import ssl
from dataclasses import dataclass

from ipp import build
from ipp.codec import decode, encode, encode_group, encode_header
from ipp.enums import GroupTag, JobState, Operation, Status
from ipp.message import Group, Message

CHARSET = build.charset("attributes-charset", "utf-8")
LANGUAGE = build.language("attributes-natural-language", "en")
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""

TRUSTING = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TRUSTING.check_hostname = False
TRUSTING.verify_mode = ssl.CERT_NONE


@dataclass
class Answer:
    """An IPP answer, and the HTTP status it came with."""

    http: int
    message: Message | None
    headers: dict

    @property
    def status(self):
        assert self.http == 200, self.http
        return Status(self.message.code)

    @property
    def words(self):
        return self.message.group(GroupTag.OPERATION).string("status-message") or ""

    @property
    def job(self):
        return self.message.group(GroupTag.JOB)

    @property
    def jobs(self):
        return self.message.groups_of(GroupTag.JOB)

    @property
    def printer(self):
        return self.message.group(GroupTag.PRINTER)

    @property
    def unsupported(self):
        group = self.message.group(GroupTag.UNSUPPORTED)
        return {attribute.name: attribute for attribute in group.attributes} if group else {}

    @property
    def number(self):
        return self.job.integer("job-id")

    @property
    def state(self):
        return JobState(self.job.integer("job-state"))

    @property
    def reasons(self):
        return set(self.job.strings("job-state-reasons"))


class Door:
    """The gateway's port."""

    def __init__(self, port):
        self.port = port
        self.authority = f"127.0.0.1:{port}"

    def uri(self, queue="held", scheme="ipp"):
        return f"{scheme}://{self.authority}/ipp/print/{queue}"

    def operation(self, operation, *extra, queue="held", user="carol", job=None, template=(), scheme="ipp"):
        """A right request: charset and language, target, who asks, and what else is given."""
        first = [CHARSET, LANGUAGE, build.uri("printer-uri", self.uri(queue, scheme))]
        if job is not None:
            first.append(build.integer("job-id", job))
        if user is not None:
            first.append(build.name("requesting-user-name", user))
        groups = [Group(GroupTag.OPERATION, [*first, *extra])]
        if template:
            groups.append(Group(GroupTag.JOB, list(template)))
        return Message((2, 0), operation, 7, groups)

    def ask(self, operation, *extra, document=b"", sign_in=None, tls=None, headers=(), **words):
        """Send a right request, by default as a user whose name the network vouches for."""
        tls = sign_in is not None if tls is None else tls
        body = encode(self.operation(operation, *extra, scheme="ipps" if tls else "ipp", **words)) + document
        return self.send(body, sign_in=sign_in, tls=tls, headers=headers)

    def send(self, body, *, sign_in=None, tls=False, headers=(), path="/ipp/print", method="POST"):
        """Send these bytes as one HTTP request."""
        made = {"Content-Type": "application/ipp"} | dict(headers)
        if sign_in:
            made["Authorization"] = basic(*sign_in)
        with contextlib.closing(self.connection(tls=tls)) as connection:
            connection.request(method, path, body, made)
            response = connection.getresponse()
            data = response.read()
            kind = response.headers.get("Content-Type", "")
            message = decode(data)[0] if kind == "application/ipp" else None
            return Answer(response.status, message, response.headers)

    def connection(self, *, tls=False, timeout=20):
        if tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=TRUSTING)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def plug(self, *, tls=False, timeout=20):
        """A bare socket."""
        made = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        return TRUSTING.wrap_socket(made) if tls else made

    # The requests that tests send again and again.

    def print(self, document=PDF, *extra, **words):
        return self.ask(Operation.PRINT_JOB, *extra, document=document, **words)

    def create(self, *extra, **words):
        return self.ask(Operation.CREATE_JOB, *extra, **words)

    def send_document(self, number, document=PDF, *extra, last=True, **words):
        flag = () if last is None else (build.boolean("last-document", last),)
        return self.ask(Operation.SEND_DOCUMENT, *flag, *extra, document=document, job=number, **words)

    def look(self, number, *names, **words):
        asked = (build.keyword("requested-attributes", *names),) if names else ()
        return self.ask(Operation.GET_JOB_ATTRIBUTES, *asked, job=number, **words)


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def head(length=None, *, method="POST", path="/ipp/print", version="1.1", **fields):
    """The head of an HTTP request as bytes."""
    lines = [f"{method} {path} HTTP/{version}", "Host: 127.0.0.1", "Content-Type: application/ipp"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    lines += [] if length is None else [f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


def raw(attributes, *, version=(2, 0), code=Operation.GET_PRINTER_ATTRIBUTES, request_id=7, groups=None):
    """A message from its parts, without any of the codec's care for their order."""
    parts = [encode_group(GroupTag.OPERATION, attributes)] if groups is None else groups
    return encode_header(version, code, request_id) + b"".join(parts) + b"\x03"


def read_answer(plug):
    """Read one HTTP answer from a bare socket, and not an octet more: its status, header and body."""
    top = _line(plug, b"\r\n\r\n")
    first, _, fields = top.partition(b"\r\n")
    status = int(first.split()[1])
    if status == 100:
        return read_answer(plug)
    headers = http.client.parse_headers(io.BytesIO(fields))
    if headers.get("Transfer-Encoding") == "chunked":
        body = b""
        while size := int(_line(plug, b"\r\n"), 16):
            body += _exactly(plug, size + 2)[:-2]
        _exactly(plug, 2)
        return status, headers, body
    return status, headers, _exactly(plug, int(headers.get("Content-Length", 0)))


def _line(plug, end):
    data = b""
    while not data.endswith(end):
        data += _exactly(plug, 1)
    return data


def _exactly(plug, count):
    data = b""
    while len(data) < count:
        got = plug.recv(count - len(data))
        if not got:
            raise ConnectionError(f"the connection ended after {data!r}")
        data += got
    return data


def read_until_closed(plug):
    data = b""
    with contextlib.suppress(ConnectionError):
        while chunk := plug.recv(65536):
            data += chunk
    return data
