"""One process with LibreOffice in it, as the gateway sees it: started, given one document, ended."""

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Self

from pdl import office
from pdl.errors import DocumentRejected, LimitReached, PasswordNeeded, ReaderCrashed, SandboxFailed
from pdl.limits import MEBIBYTE, Limits
from pdl.office_worker import CONVERTED, HEAD, PASSWORD, PIECE, READY, REFUSED, SIZE
from pdl.program import Programs, Sink, end, overran
from pdl.source import Source

# What it may use all its life. What a document may use of this it is told with the document.
WHOLE = Limits(cpu_seconds=3600, memory_bytes=8192 * MEBIBYTE, output_bytes=1024 * MEBIBYTE)
START_SECONDS = 60.0
# Where Debian keeps what an administrator may change of LibreOffice.
READABLE = ("/etc/libreoffice", "/var/lib/libreoffice", "/var/spool/libreoffice")

_TEXT = Path(__file__).with_name("office_worker.py").read_text("utf-8")
_LOCKED = "The document opens only with a password. Print it from a program that knows it."
_DAMAGED = "The document is damaged and cannot be laid out. Print it as PDF from its application."


class OfficeProcess:
    """LibreOffice waiting for its only document."""

    def __init__(self, process: asyncio.subprocess.Process, belongings: contextlib.ExitStack) -> None:
        self._process = process
        self._belongings = belongings

    @classmethod
    async def start(cls, programs: Programs) -> Self:
        """Start one and wait until it is ready; SandboxFailed when it will not be."""
        folder = office.program_folder()
        if folder is None:
            raise SandboxFailed("LibreOffice is not installed.")
        with contextlib.ExitStack() as stack:
            process = await programs.start(
                ["nice", office.interpreter(), "-I", "-c", _TEXT, folder],
                WHOLE,
                stack,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                readable=(*READABLE, str(Path(folder).parent)),
            )
            made = cls(process, stack.pop_all())
        try:
            async with asyncio.timeout(START_SECONDS):
                ready = await made._read(len(READY)) == READY
        except TimeoutError:
            ready = False
        except BaseException:
            await made.end()
            raise
        if not ready:
            await made.end()
            raise SandboxFailed("LibreOffice does not start here: see whether it runs on this machine.")
        return made

    @property
    def alive(self) -> bool:
        """Whether it still waits."""
        return self._process.returncode is None

    async def convert(self, source: Source, mime: str, limits: Limits, sink: Sink) -> None:
        """Give it the document of type `mime` and write the PDF it makes to `sink`.

        Raises PasswordNeeded, DocumentRejected, LimitReached, ReaderCrashed, and what `source` and `sink` raise.
        """
        # One that ended meanwhile is noticed, with its reason, by the read.
        with contextlib.suppress(ConnectionError):
            await self._give(source, mime, limits)
        answer = await self._read(1)
        if answer == PASSWORD:
            raise PasswordNeeded(_LOCKED)
        if answer == REFUSED:
            raise DocumentRejected(_DAMAGED)
        if answer != CONVERTED:
            await self._explain()
        (left,) = SIZE.unpack(await self._exactly(SIZE.size))
        if left > limits.output_bytes:
            raise LimitReached(f"The document makes more than {limits.output_bytes} bytes of output.")
        while left:
            piece = await self._read(min(PIECE, left))
            if not piece:
                await self._explain()
            left -= len(piece)
            await sink(piece)

    async def end(self) -> None:
        """End it, whatever it does, and forget what it had."""
        with self._belongings:
            await end(self._process)

    async def _give(self, source: Source, mime: str, limits: Limits) -> None:
        stream = self._process.stdin
        assert stream is not None
        given = json.dumps(
            {
                "extension": office.KINDS[mime][0],
                "text": office.is_text(mime),
                "size": source.size,
                "cpu": limits.cpu_seconds,
                "memory": limits.memory_bytes,
            }
        ).encode()
        stream.write(HEAD.pack(len(given)) + given)
        for offset in range(0, source.size, PIECE):
            stream.write(await asyncio.to_thread(source.pread, offset, PIECE))
            await stream.drain()
        stream.close()

    async def _read(self, most: int) -> bytes:
        assert self._process.stdout is not None
        return await self._process.stdout.read(most)

    async def _exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            piece = await self._read(length - len(data))
            if not piece:
                await self._explain()
            data += piece
        return data

    async def _explain(self) -> None:
        """Raise the error that its silence means."""
        if overran(await self._process.wait()):
            raise LimitReached("The document takes too much processor time to lay out. Print fewer pages at once.")
        raise ReaderCrashed("The document stopped the program that laid it out. Print it as PDF from its application.")
