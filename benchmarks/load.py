"""The load generator: many connections in one thread over epoll, each answer checked for status, length and end."""

import contextlib
import resource
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

_HEAD_END = b"\r\n\r\n"
_ENDED = b"\x03"  # end-of-attributes-tag: the last octet of every answer without a document
_RECEIVE = 1 << 18
_SILENCE = 30.0


@dataclass(slots=True)
class Outcome:
    """What a run saw. Times in seconds."""

    answers: int = 0
    failed: int = 0
    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    unmeasured: int = 0
    """Answers while warming up."""
    longest_answer: int = 0
    fault: str = ""

    @property
    def rate(self) -> float:
        """Good answers per second."""
        return self.answers / self.seconds if self.seconds else 0.0

    def wait(self, share: float) -> float:
        """The time within which that share of the answers came."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Answers:
    """Reads answers, of known length or chunked; remembers heads already read, as servers repeat them."""

    def __init__(self) -> None:
        self._lengths: dict[bytes, int] = {}

    def length(self, buffer: bytearray) -> tuple[int, int] | None:
        """Where the body begins and its length (-1: chunked); None while the head is not whole."""
        end = buffer.find(_HEAD_END)
        if end < 0:
            return None
        head = bytes(buffer[:end])
        known = self._lengths.get(head)
        if known is None:
            known = _body_length(head)
            if len(self._lengths) > 1000:  # heads carry the time of day
                self._lengths.clear()
            self._lengths[head] = known
        return end + len(_HEAD_END), known

    def take(self, buffer: bytearray) -> bytes | None:
        """Cut one whole answer's body off the buffer; None while it is not there. Raises ValueError."""
        found = self.length(buffer)
        if found is None:
            return None
        at, length = found
        if length < 0:
            return _dechunked(buffer, at)
        if len(buffer) < at + length:
            return None
        body = bytes(buffer[at : at + length])
        del buffer[: at + length]
        return body


def _body_length(head: bytes) -> int:
    status, *lines = head.split(b"\r\n")
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    if status.split(b" ")[1] != b"200":
        raise ValueError(status.decode("latin-1"))
    return -1 if b"content-length" not in fields else int(fields[b"content-length"])


def _dechunked(buffer: bytearray, at: int) -> bytes | None:
    # Long answers come in many pieces: only once the last chunk may be there is it worth a look.
    if not buffer.endswith(b"0\r\n\r\n"):
        return None
    parts: list[bytearray] = []
    while True:
        end = buffer.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(buffer[at:end], 16)
        at = end + 2 + size + 2
        if at > len(buffer):
            return None
        if size == 0:
            del buffer[:at]
            return b"".join(parts)
        parts.append(buffer[end + 2 : end + 2 + size])


class _Connection:
    """One client: sends its request, reads the answer, begins again."""

    def __init__(self, load: "_Load") -> None:
        self._load = load
        self.buffer = bytearray()
        self.unsent: memoryview = memoryview(b"")
        self.began = 0.0
        self.shaken = False
        self.sock: socket.socket = self._open()

    def _open(self) -> socket.socket:
        sock = socket.create_connection(self._load.address, 10)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        self.shaken = self._load.tls is None
        if self._load.tls is not None:
            sock = self._load.tls.wrap_socket(sock, do_handshake_on_connect=False)
        return sock

    def begin(self) -> None:
        self.began = time.perf_counter()
        self.unsent = self._load.request

    def step(self) -> bool:
        """Do what can be done now; tells whether an answer was finished."""
        try:
            if not self.shaken:
                self.sock.do_handshake()  # type: ignore[attr-defined]
                self.shaken = True
            while self.unsent:
                sent = self.sock.send(self.unsent)
                self.unsent = self.unsent[sent:]
            return self._receive()
        except (ssl.SSLWantReadError, BlockingIOError, ssl.SSLWantWriteError):
            return False

    def _receive(self) -> bool:
        while True:
            count = self.sock.recv_into(self._load.incoming)
            if not count:
                raise ConnectionError("the server hung up before its answer was whole")
            self.buffer += self._load.view[:count]
            body = self._load.answers.take(self.buffer)
            if body is not None:
                self._load.check(body)
                return True

    def again(self) -> None:
        """Give the old connection up and open a new one."""
        self.sock.close()
        self.buffer.clear()
        self.sock = self._open()


class _Load:
    """One run: what all its connections share."""

    def __init__(self, address: tuple[str, int], request: bytes, tls: ssl.SSLContext | None, fresh: bool) -> None:
        self.address, self.request, self.tls, self.fresh = address, memoryview(request), tls, fresh
        self.incoming = bytearray(_RECEIVE)
        self.view = memoryview(self.incoming)
        self.answers = Answers()
        self.outcome = Outcome()
        self.expected = 0

    def check(self, body: bytes) -> None:
        """Raise ValueError unless an answer is successful, ends as it must, and is as long as the others."""
        if len(body) < 9 or body[2] != 0 or body[-1:] != _ENDED:
            raise ValueError(f"IPP status {body[2:4].hex()}")
        self.outcome.longest_answer = max(self.outcome.longest_answer, len(body))
        # job-id and the like are of fixed size, printer-uri of a job is not: a tenth covers its digits.
        self.expected = self.expected or len(body)
        if abs(len(body) - self.expected) > self.expected // 10 + 16:
            raise ValueError(f"an answer of {len(body)} octets after one of {self.expected}")

    def run(self, connections: int, warm: float, seconds: float, most: int | None) -> Outcome:
        poll = select.epoll()
        clients: dict[int, _Connection] = {}

        def enter(client: _Connection) -> None:
            client.begin()
            clients[client.sock.fileno()] = client
            poll.register(client.sock, select.EPOLLIN | select.EPOLLOUT | select.EPOLLET)

        try:
            for _ in range(connections):
                enter(_Connection(self))
            self._measure(poll, clients, enter, warm, seconds, most)
        finally:
            for client in clients.values():
                with contextlib.suppress(OSError):
                    client.sock.close()
            poll.close()
        return self.outcome

    def _measure(
        self,
        poll: select.epoll,
        clients: dict[int, _Connection],
        enter: Callable[[_Connection], None],
        warm: float,
        seconds: float,
        most: int | None,
    ) -> None:
        outcome = self.outcome
        start = time.perf_counter() + warm
        end = start + seconds
        while True:
            events = poll.poll(_SILENCE)
            if not events:
                self._failed("the server fell silent")
                break
            for number, _ in events:
                client = clients[number]
                try:
                    while client.step():
                        now = time.perf_counter()
                        if now >= start:
                            outcome.answers += 1
                            outcome.waits.append(now - client.began)
                        else:
                            outcome.unmeasured += 1
                        if self.fresh:
                            del clients[number]
                            client.again()
                            enter(client)
                            break
                        client.begin()
                except (OSError, ValueError) as error:
                    self._failed(str(error))
                    clients.pop(number, None)
                    client.again()
                    enter(client)
            now = time.perf_counter()
            enough = outcome.answers >= most if most is not None else bool(outcome.answers) and now >= end
            if enough or now >= end + _SILENCE or outcome.failed > 1000:
                break
        if not outcome.answers:
            self._failed("no answer in time")
        outcome.seconds = max(time.perf_counter() - start, 1e-9)

    def _failed(self, words: str) -> None:
        self.outcome.failed += 1
        self.outcome.fault = self.outcome.fault or words


def unverified() -> ssl.SSLContext:
    """TLS without looking at certificates: these are the benchmark's own servers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def repeat(
    address: tuple[str, int],
    request: bytes,
    *,
    connections: int = 1,
    seconds: float = 2.0,
    warm: float = 0.3,
    most: int | None = None,
    tls: bool = False,
    fresh: bool = False,
) -> Outcome:
    """Send one request again and again over each of the connections, for so long or so often."""
    return _Load(address, request, unverified() if tls else None, fresh).run(connections, warm, seconds, most)


def upload(address: tuple[str, int], head: bytes, pieces: Iterable[bytes], *, chunked: bool) -> Outcome:
    """Send one large document over one connection."""
    outcome = Outcome()
    with socket.create_connection(address, 10) as sock:
        sock.settimeout(_SILENCE * 2)
        began = time.perf_counter()
        sock.sendall(head)
        for piece in pieces:
            if chunked:
                sock.sendall(b"%x\r\n" % len(piece))
            sock.sendall(piece)
            if chunked:
                sock.sendall(b"\r\n")
        if chunked:
            sock.sendall(b"0\r\n\r\n")
        buffer, answers, body = bytearray(), Answers(), None
        try:
            while body is None:
                more = sock.recv(_RECEIVE)
                if not more:
                    raise ConnectionError("the server hung up before its answer was whole")
                buffer += more
                body = answers.take(buffer)
            if body[2] != 0:
                raise ValueError(f"IPP status {body[2:4].hex()}")
            outcome.answers = 1
        except (OSError, ValueError) as error:
            outcome.failed, outcome.fault = 1, str(error)
        outcome.seconds = time.perf_counter() - began
    return outcome


@contextlib.contextmanager
def idle(address: tuple[str, int], request: bytes, count: int) -> Iterator[list[socket.socket]]:
    """Hold that many connections open, each after one answer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, count + 200)), hard))
    with contextlib.ExitStack() as stack:
        sockets = []
        for _ in range(count):
            sock = stack.enter_context(socket.create_connection(address, 10))
            sock.sendall(request)
            buffer, answers = bytearray(), Answers()
            while answers.take(buffer) is None:
                more = sock.recv(_RECEIVE)
                if not more:
                    raise ConnectionError("the server hung up before its answer was whole")
                buffer += more
            sockets.append(sock)
        yield sockets
