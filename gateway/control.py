"""HOME/control.sock: how the command line speaks to the server that owns the home. One JSON line each way."""

import asyncio
import contextlib
import json
import socket
from pathlib import Path
from typing import Any, Final

import structlog

from accounting.errors import AccountingError
from devices.errors import DeviceError
from directory.errors import DirectoryError
from gateway.asking import NAME, PATIENCE, short_path
from gateway.commands import Commands
from jobs.errors import JobError
from release.errors import ReleaseError
from storage.errors import StorageError

log = structlog.get_logger(__name__)

_LONGEST: Final = 4 << 20

REFUSALS: Final = (AccountingError, DeviceError, DirectoryError, JobError, ReleaseError, StorageError)
"""Errors whose words are for the person at the command line."""


class ControlServer:
    """Answers commands on the socket; whoever may open the home's folder may command."""

    def __init__(self, home: Path, commands: Commands) -> None:
        self._home, self._commands = home, commands
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. A socket left by a crash is replaced: the lock says that nobody else serves this home."""
        with contextlib.suppress(FileNotFoundError):
            (self._home / NAME).unlink()
        with short_path(self._home) as path:
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            sock.bind(path)
        (self._home / NAME).chmod(0o600)
        self._server = await asyncio.start_unix_server(self._serve, sock=sock, limit=_LONGEST)

    async def stop(self) -> None:
        """Stop listening and take the socket away."""
        if self._server is not None:
            self._server.close()
        with contextlib.suppress(FileNotFoundError):
            (self._home / NAME).unlink()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                request = json.loads(await reader.readline())
                answer = await self._answer(request)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (TimeoutError, ValueError, ConnectionError) as error:
            log.warning("command not answered", error=str(error))
        finally:
            writer.close()

    async def _answer(self, request: Any) -> dict[str, Any]:
        try:
            return {"result": await self._commands.run(str(request["command"]), dict(request["arguments"]))}
        except REFUSALS as error:
            return {"refused": str(error)}
        except (KeyError, TypeError, ValueError) as error:
            return {"refused": f"That command cannot be read: {error}"}
