"""The protocol of one connection with short limits: slow heads, slow bodies, answers that nobody reads."""

import asyncio
import contextlib
import gc
import ssl
import weakref

import pytest
from aiohttp import web

from ipp_server import refusal
from ipp_server.answer import IppAnswer, streamed
from ipp_server.body import Body, Patience
from ipp_server.connection import connections
from ipp_server.errors import DocumentStalled
from ipp_server.listener import Listener

pytestmark = pytest.mark.usefixtures("quiet")
HEAD = b"POST / HTTP/1.1\r\nHost: h\r\n"
ASKED = HEAD + b"Content-Length: 0\r\n\r\n"


@contextlib.asynccontextmanager
async def served(handler, *, keep_alive=30.0, unread=30.0):
    """A port that answers by `handler`."""
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    listener = Listener(connections(runner.server, keep_alive), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), unread=unread)
    try:
        yield listener, listener.listen("127.0.0.1", 0)
    finally:
        listener.close()
        await runner.cleanup()


async def hello(_):
    return IppAnswer(b"hello")


async def ended(reader, seconds=10.0):
    """Everything until the gateway ends the connection."""
    async with asyncio.timeout(seconds):
        return await reader.read()


async def test_an_idle_connection_ends():
    async with served(hello, keep_alive=0.3) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED)
        assert (await ended(reader)).endswith(b"hello")
        writer.close()


async def test_a_head_that_never_ends_is_not_waited_for():
    """A line now and then does not prolong the time that a head may take."""
    async with served(hello, keep_alive=0.5) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        begun = asyncio.get_running_loop().time()

        async def drip():
            writer.write(HEAD)
            while True:
                writer.write(b"X-Note: a\r\n")
                await asyncio.sleep(0.05)

        task = asyncio.create_task(drip())
        with contextlib.suppress(ConnectionError):
            assert await ended(reader) == b""
        task.cancel()
        writer.close()
        assert asyncio.get_running_loop().time() - begun < 5


async def test_a_request_that_takes_long_is_not_taken_for_idle():
    async def slow(_):
        await asyncio.sleep(0.6)
        return IppAnswer(b"hello")

    async with served(slow, keep_alive=0.2) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED)
        assert (await ended(reader)).endswith(b"hello")
        writer.close()


def reading(patience):
    """A handler that reads a document with so much patience, and says how that ended."""

    async def read(request):
        body = Body(request, patience)
        size = 0
        try:
            async for chunk in body.document("none"):
                size += len(chunk)
        except DocumentStalled as error:
            return IppAnswer(str(error).encode(), last=True)
        return IppAnswer(str(size).encode())

    return read


async def sent(port, *parts, pause, length=1_000_000):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + f"Content-Length: {length}\r\n\r\n".encode())

    async def drip():
        for part in parts:
            writer.write(part)
            await asyncio.sleep(pause)

    task = asyncio.create_task(drip())
    said = b""
    with contextlib.suppress(ConnectionError):
        said = await ended(reader)
    task.cancel()
    writer.close()
    return said.partition(b"\r\n\r\n")[2]


async def test_a_body_that_stops_is_given_up():
    async with served(reading(Patience(idle=0.3))) as (_, port):
        assert b"Nothing more came" in await sent(port, b"x", pause=0)


async def test_a_body_that_only_trickles_is_given_up():
    async with served(reading(Patience(idle=5, grace=0.3, slowest=10_000))) as (_, port):
        assert b"too slowly" in await sent(port, *[b"x"] * 200, pause=0.02)


async def test_a_slow_body_that_keeps_the_least_rate_is_read():
    async with served(reading(Patience(idle=5, grace=0.3, slowest=1000))) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD + b"Connection: close\r\nContent-Length: 50000\r\n\r\n")
        for _ in range(50):
            writer.write(bytes(1000))
            await asyncio.sleep(0.02)
        assert (await ended(reader)).endswith(b"\r\n\r\n50000")
        writer.close()


async def unread(handler, size):
    """A client that asks and reads nothing; returns how the connection ended for it when it looks again."""
    async with served(handler, unread=1.0) as (listener, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.transport.pause_reading()
        writer.write(ASKED)
        loop = asyncio.get_running_loop()
        until = loop.time() + 20
        await asyncio.sleep(0.2)
        # Others are served meanwhile.
        other_reader, other = await asyncio.open_connection("127.0.0.1", port)
        other.write(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        await other_reader.readline()
        other.close()
        while listener.connections:
            assert loop.time() < until, "the connection is still there"
            await asyncio.sleep(0.1)
        writer.transport.resume_reading()
        got = 0
        with pytest.raises(ConnectionResetError):
            while chunk := await reader.read(1 << 20):
                got += len(chunk)
        writer.close()
        assert got < size


async def test_an_answer_that_nobody_reads_does_not_hold_its_connection():
    size = 50_000_000

    async def large(request):
        return IppAnswer(bytes(size if request.method == "POST" else 1))

    await unread(large, size)


async def test_a_list_that_nobody_reads_does_not_hold_its_connection():
    size = 50_000_000
    ends = []

    async def parts():
        for _ in range(size // 50_000):
            yield bytes(50_000)

    async def listed(request):
        if request.method != "POST":
            return IppAnswer(b"x")
        try:
            return await streamed(request, b"", parts())
        finally:
            ends.append(request.path)

    await unread(listed, size)
    assert ends == ["/"]


async def test_a_fault_of_the_gateway_is_said_and_logged(caplog):
    async def broken(_):
        raise ZeroDivisionError

    async with served(broken) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED)
        assert (await ended(reader)).startswith(b"HTTP/1.1 500 ")
        writer.close()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    caplog.clear()


async def test_what_could_not_be_read_is_forgotten_at_once(monkeypatch):
    """It would else be kept by a cycle of error and traceback, with all that came, until the collector's next long walk."""
    kept, of_parser = [], refusal.of_parser

    def noting(error):
        kept.append(weakref.ref(error))
        return of_parser(error)

    monkeypatch.setattr(refusal, "of_parser", noting)
    gc.disable()
    try:
        async with served(hello) as (_, port):
            for _ in range(3):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"POST /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n")
                assert (await ended(reader)).startswith(b"HTTP/1.1 414 ")
                writer.close()
                await writer.wait_closed()
            await asyncio.sleep(0.1)
            assert [error for error in kept if error() is not None] == []
    finally:
        gc.enable()
    assert len(kept) == 3
