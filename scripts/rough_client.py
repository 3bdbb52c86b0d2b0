"""Connections to a gateway that send what they are told in a rough way, and watch what comes back."""

import asyncio
import collections
import contextlib
import random
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from rough_requests import Rough

from ipp.codec import decode
from ipp.enums import Status

PATIENCE = 30.0
"""Seconds within which whatever is sent must be answered, or its connection ended."""
_TRUSTING = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_TRUSTING.check_hostname = False
_TRUSTING.verify_mode = ssl.CERT_NONE
_UPGRADE = b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: TLS/1.2\r\n\r\n"
_OURS = (500, 502, 504)
"""HTTP statuses that say the gateway itself failed."""


class Odd(Exception):
    """The gateway answered in a way that it must not."""


@dataclass
class Seen:
    """What was sent and what came back, counted; and what must not have."""

    sent: collections.Counter[str] = field(default_factory=collections.Counter)
    http: collections.Counter[int] = field(default_factory=collections.Counter)
    ipp: collections.Counter[int] = field(default_factory=collections.Counter)
    operations: set[int] = field(default_factory=set)
    ended: int = 0
    faults: list[tuple[str, bytes]] = field(default_factory=list)

    def note(self, status: int, body: bytes, kind: str) -> None:
        """Count an answer; raises Odd for one that is not to be."""
        self.http[status] += 1
        if status in _OURS:
            raise Odd(f"HTTP status {status}")
        if status == 200 and kind == "application/ipp":
            try:
                message, rest = decode(body)
            except ValueError as error:
                raise Odd(f"an answer that cannot be read: {error}") from None
            self.ipp[message.code] += 1
            if rest or message.code == Status.SERVER_ERROR_INTERNAL_ERROR:
                raise Odd(f"status {Status(message.code).name}, {len(rest)} octets behind the message")


class Wire:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        self._reader, self.writer, self._seen = reader, writer, seen
        self._latest = b""

    @classmethod
    async def open(cls, port: int, seen: Seen, *, tls: bool = False) -> "Wire":
        """Connect to the gateway."""
        context = _TRUSTING if tls else None
        return cls(*await asyncio.open_connection("127.0.0.1", port, ssl=context, limit=1 << 20), seen)

    async def send(self, octets: bytes) -> None:
        """Send, unless the gateway has hung up, which it may."""
        self.writer.write(octets)
        with contextlib.suppress(OSError):
            await self.writer.drain()

    async def message(self) -> bytes:
        """Read the answer to a right request: its body. Raises Odd."""
        if not await self.answer() or not self._latest:
            raise Odd("no answer")
        return self._latest

    async def answer(self) -> bool:
        """Read one answer, interim ones passed over; False when the connection has ended. Raises Odd."""
        status = 100
        while status == 100:
            try:
                head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            except asyncio.IncompleteReadError as error:
                if error.partial:
                    raise Odd("an answer that stops in its head") from None
                self._seen.ended += 1
                return False
            status = int(head[0].split()[1])
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        body = self._latest = await self._body(fields)
        self._seen.note(status, body, fields.get("content-type", ""))
        return fields.get("connection", "") != "close"

    async def _body(self, fields: dict[str, str]) -> bytes:
        if fields.get("transfer-encoding") != "chunked":
            return await self._reader.readexactly(int(fields.get("content-length", 0)))
        body = b""
        while size := int(await self._reader.readline(), 16):
            body += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readline()
        return body

    async def switched(self) -> None:
        """Read the answer that goes before TLS, and begin it. Raises Odd."""
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101 "):
            raise Odd("no leave to go on over TLS")
        await self.writer.start_tls(_TRUSTING)

    async def rest(self) -> None:
        """Read answers until the connection ends, or is kept without a word."""
        while await self.answer():
            pass

    def cut(self) -> None:
        """End the connection by a reset."""
        plug = self.writer.get_extra_info("socket")
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.close()

    async def close(self) -> None:
        """End the connection."""
        self.writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(2):
                await self.writer.wait_closed()


class Sender:
    """Sends rough requests, one after the other, each in a way of its own."""

    def __init__(self, port: int, rough: Rough, seen: Seen) -> None:
        self._port, self._rough, self._seen = port, rough, seen
        self._chance: random.Random = rough.chance
        self._latest = b""
        self._ways: dict[str, tuple[int, Callable[[Wire], Awaitable[None]]]] = {
            "whole": (30, self._whole), "kept": (10, self._kept), "chunks": (12, self._chunks),
            "pieces": (6, self._pieces), "expect": (8, self._expect), "at once": (5, self._at_once),
            "cut off": (10, self._cut_off), "half closed": (6, self._half_closed), "nonsense": (12, self._nonsense),
            "upgraded": (2, self._upgraded), "wrong length": (4, self._wrong_length),
        }  # fmt: skip

    async def run(self, until: float) -> None:
        """Send until the loop's clock shows `until`."""
        loop = asyncio.get_running_loop()
        names = list(self._ways)
        weights = [weight for weight, _ in self._ways.values()]
        while loop.time() < until:
            name = self._chance.choices(names, weights)[0]
            await self._one(name)

    async def _one(self, name: str) -> None:
        self._seen.sent[name] += 1
        self._latest = b""
        tls = name not in ("upgraded", "half closed") and self._chance.random() < 0.1
        wire = None
        try:
            async with asyncio.timeout(PATIENCE):
                wire = await Wire.open(self._port, self._seen, tls=tls)
                await self._ways[name][1](wire)
        except TimeoutError:
            self._seen.faults.append((f"{name}: neither answered nor ended within {PATIENCE:.0f} s", self._latest))
        except Odd as odd:
            self._seen.faults.append((f"{name}: {odd}", self._latest))
        except (OSError, asyncio.IncompleteReadError):
            self._seen.ended += 1
        finally:
            if wire is not None:
                await wire.close()

    def _body(self) -> bytes:
        self._latest = self._rough.body()
        self._seen.operations.add(int.from_bytes(self._latest[2:4], "big"))
        return self._latest

    async def _whole(self, wire: Wire) -> None:
        body = self._body()
        await wire.send(self._rough.head(len(body), also=["Connection: close"]) + body)
        await wire.rest()

    async def _kept(self, wire: Wire) -> None:
        for _ in range(8):
            body = self._body()
            await wire.send(self._rough.head(len(body)) + body)
            if not await wire.answer():
                return

    async def _chunks(self, wire: Wire) -> None:
        await wire.send(self._rough.head(None) + self._rough.chunks(self._body()))
        await wire.answer()

    async def _pieces(self, wire: Wire) -> None:
        body = self._body()
        octets = self._rough.head(len(body)) + body
        at = 0
        while at < len(octets) and not wire.writer.is_closing():
            size = self._chance.choice((1, 10, 200, 10_000)) + len(octets) // 100
            await wire.send(octets[at : at + size])
            await asyncio.sleep(self._chance.choice((0, 0, 0.001, 0.01)))
            at += size
        await wire.answer()

    async def _expect(self, wire: Wire) -> None:
        body = self._body()
        await wire.send(self._rough.head(len(body), also=["Expect: 100-continue", "Connection: close"]))
        await asyncio.sleep(self._chance.choice((0, 0, 0.02)))
        await wire.send(body)
        await wire.rest()

    async def _at_once(self, wire: Wire) -> None:
        bodies = [self._body() for _ in range(10)]
        self._latest = b"".join(self._rough.head(len(body)) + body for body in bodies)
        await wire.send(self._latest)
        for _ in bodies:
            if not await wire.answer():
                return

    async def _cut_off(self, wire: Wire) -> None:
        body = self._body()
        octets = self._rough.head(len(body)) + body
        await wire.send(octets[: self._chance.randrange(len(octets))])
        await asyncio.sleep(self._chance.choice((0, 0.005)))
        wire.cut()

    async def _half_closed(self, wire: Wire) -> None:
        body = self._body()
        octets = self._rough.head(len(body)) + body
        await wire.send(octets[: self._chance.choice((len(octets), self._chance.randrange(len(octets))))])
        wire.writer.write_eof()
        await wire.rest()

    async def _nonsense(self, wire: Wire) -> None:
        self._latest = self._rough.nonsense()
        await wire.send(self._latest)
        await self._ended(wire)

    async def _upgraded(self, wire: Wire) -> None:
        body = self._body()
        await wire.send(_UPGRADE)
        await wire.switched()
        await wire.answer()
        await wire.send(self._rough.head(len(body), also=["Connection: close"]) + body)
        await wire.rest()

    async def _wrong_length(self, wire: Wire) -> None:
        body = self._body()
        length = max(0, len(body) + self._chance.choice((-100, -10, -1, 1, 10, 100_000)))
        await wire.send(self._rough.head(length) + body)
        await self._ended(wire)

    async def _ended(self, wire: Wire) -> None:
        """Say that no more follows, and read what is answered."""
        if wire.writer.can_write_eof():
            wire.writer.write_eof()
            await wire.rest()
        else:
            wire.cut()
