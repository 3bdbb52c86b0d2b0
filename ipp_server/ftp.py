"""One document fetched by FTP (RFC 959, RFC 2428), as anonymous, in passive mode, from an address that was checked."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import unquote

from ipp_server.sources import NotFetched, Target

_LONGEST: Final = 4096  # octets of one line of a reply
_LINES: Final = 200  # of one reply
_PIECE: Final = 64 * 1024
_EXTENDED: Final = re.compile(r"\(([\x21-\x7e])\1\1(\d{1,5})\1\)")
_PASSIVE: Final = re.compile(r"(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})")
_FAILED: Final = "The server there does not give it by FTP."


@contextlib.asynccontextmanager
async def retrieve(wanted: Target, addresses: list[str]) -> AsyncIterator[AsyncIterator[bytes]]:
    """Begin to fetch a document; gives its bytes. Raises NotFetched."""
    path = unquote(wanted.path.partition(";")[0].lstrip("/"), errors="surrogateescape")
    if not path or any(ord(letter) < 32 or ord(letter) == 127 for letter in path):
        raise NotFetched("The URI names no document.")
    address, control = await _connected(addresses, wanted.port)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(control.close)
        await control.expect("", "2")
        if await control.expect("USER anonymous", "23") == "3":
            await control.expect("PASS anonymous@", "2")
        await control.expect("TYPE I", "2")
        reader, writer = await _opened(address, await control.passive())
        stack.callback(writer.close)
        await control.expect(f"RETR {path}", "1")
        yield _bytes(reader, control)


class _Control:
    """The connection on which commands and replies go."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def expect(self, command: str, kinds: str) -> str:
        """Send a command (none if it is empty), and return the first digit of the reply; it must be one of `kinds`."""
        reply = await self._ask(command)
        if reply[0] not in kinds:
            raise NotFetched(_FAILED)
        return reply[0]

    async def passive(self) -> int:
        """The port on which the document comes; the host that a reply may name is not heeded."""
        found = _EXTENDED.search(await self._ask("EPSV"))
        if found:
            return _port(int(found[2]))
        found = _PASSIVE.search(await self._ask("PASV"))
        if not found:
            raise NotFetched(_FAILED)
        return _port(int(found[5]) * 256 + int(found[6]))

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    async def _ask(self, command: str) -> str:
        if command:
            self._writer.write(command.encode("utf-8", "surrogateescape") + b"\r\n")
        try:
            await self._writer.drain()
            for _ in range(_LINES):
                line = await self._reader.readline()
                text = line.decode("utf-8", "replace")
                if re.match(r"\d{3} ", text):
                    return text
                if not line:
                    break
        except (OSError, ValueError):  # broken off, or a line without end
            pass
        raise NotFetched(_FAILED)


async def _connected(addresses: list[str], port: int) -> tuple[str, _Control]:
    for address in addresses:
        with contextlib.suppress(OSError):
            return address, _Control(*await asyncio.open_connection(address, port, limit=_LONGEST))
    raise NotFetched("The server there does not answer.")


async def _opened(address: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        return await asyncio.open_connection(address, port)
    except OSError:
        raise NotFetched(_FAILED) from None


async def _bytes(reader: asyncio.StreamReader, control: _Control) -> AsyncIterator[bytes]:
    try:
        while chunk := await reader.read(_PIECE):
            yield chunk
    except OSError:
        raise NotFetched("The server there broke off.") from None
    # Without this word nobody knows whether it was all.
    await control.expect("", "2")


def _port(number: int) -> int:
    if not 1024 <= number <= 65535:
        raise NotFetched(_FAILED)
    return number
