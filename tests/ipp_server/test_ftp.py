"""Documents fetched by FTP from servers that speak it well or badly."""

import asyncio
import contextlib

import pytest

from ipp_server.fetching import Fetcher, Limits
from ipp_server.sources import NotFetched, sources

WORDS = b"%PDF-1.4 by FTP\n" * 5000
GOOD = {
    "": "220-Welcome\r\n220-to this\r\n220 server",
    "USER": "331 your mail address, please",
    "PASS": "230 in",
    "TYPE": "200 binary",
    "EPSV": "229 Extended (|||{port}|)",
    "RETR": "150 here it comes",
    "done": "226 that was it",
}


class FtpServer:
    def __init__(self, replies, document):
        self.replies, self.document, self.asked = GOOD | replies, document, []

    async def control(self, reader, writer):
        self._say(writer, "")
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                self.asked.append(line.decode().strip())
                word = line.decode().split()[0]
                self._say(writer, word)
                if word == "RETR" and self.replies["RETR"].startswith("1"):
                    await self.sent.wait()
                    self._say(writer, "done")
        writer.close()

    def _say(self, writer, word):
        writer.write(self.replies.get(word, "500 what?").format(port=self.data_port).encode() + b"\r\n")

    async def data(self, reader, writer):
        writer.write(self.document)
        await writer.drain()
        writer.close()
        self.sent.set()


@contextlib.asynccontextmanager
async def serving(replies=(), document=WORDS):
    server = FtpServer(dict(replies), document)
    server.sent = asyncio.Event()
    data = await asyncio.start_server(server.data, "127.0.0.1", 0)
    server.data_port = data.sockets[0].getsockname()[1]
    control = await asyncio.start_server(server.control, "127.0.0.1", 0)
    server.port = control.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        for one in (control, data):
            one.close()


async def got(server, path="/pub/a.pdf"):
    async def resolve(host, port):
        return ["127.0.0.1"]

    fetcher = Fetcher(sources(["ftp://docs.example:*"]), Limits(connect=1, idle=0.5, total=5), resolve=resolve)
    async with fetcher.open(f"ftp://docs.example:{server.port}{path}") as found:
        return found.name, b"".join([chunk async for chunk in found.chunks])


async def test_a_document_comes_by_ftp():
    async with serving() as server:
        assert await got(server, "/pub/My%20file.pdf") == ("My file.pdf", WORDS)
    assert server.asked == ["USER anonymous", "PASS anonymous@", "TYPE I", "EPSV", "RETR pub/My file.pdf"]


async def test_an_old_server_is_asked_in_the_old_way():
    async with serving({"USER": "230 in", "EPSV": "500 what?"}) as server:
        high, low = divmod(server.data_port, 256)
        # Another host in the reply would be a way to other machines: it is not heeded.
        server.replies["PASV"] = f"227 Entering (10,0,0,1,{high},{low})"
        assert (await got(server))[1] == WORDS


@pytest.mark.parametrize(
    "replies",
    [
        {"": "421 too many"},
        {"PASS": "530 no"},
        {"RETR": "550 no such file"},
        {"EPSV": "229 (|||22|)", "PASV": "227 (127,0,0,1,0,22)"},
        {"EPSV": "500 what?"},
        {"done": "426 broken off"},
        {"": "220" + "x" * 9000},
        {"": "220-endless\r\n" * 300},
        {"TYPE": "nonsense"},
    ],
)
async def test_a_server_that_does_not_give_it_is_left(replies):
    async with serving(replies) as server:
        with pytest.raises(NotFetched):
            await got(server)


@pytest.mark.parametrize("path", ["", "/", "/a%0d%0aDELE%20b", "/a%00"])
async def test_a_path_names_one_document(path):
    async with serving() as server:
        with pytest.raises(NotFetched, match="names no document"):
            await got(server, path)
    assert not server.asked


async def test_a_server_that_is_not_there_is_said_to_be_so():
    async with serving() as server:
        pass
    with pytest.raises(NotFetched, match="not answer"):
        await got(server)
