"""The gateway's end of the warm process: started when it is needed, and again when it has died."""

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from pdl.errors import SandboxFailed

START_SECONDS = 30.0


class WarmLink:
    """Keeps one warm process that serves the tasks of `table`, with `folders` on its path."""

    def __init__(self, table: str, folders: Sequence[Path]) -> None:
        self._table, self._folders = table, tuple(folders)
        self._starting = asyncio.Lock()
        self._control: socket.socket | None = None
        self.process: asyncio.subprocess.Process | None = None
        self.level = ""
        """What protects its children; '' before it was first started."""

    async def control(self) -> socket.socket:
        """Give the socket that takes requests for children; SandboxFailed when the process does not start."""
        async with self._starting:
            if self.process is not None and self.process.returncode is None and self._control is not None:
                return self._control
            await self._drop()
            return await self._start()

    async def forget(self, control: socket.socket) -> None:
        """End the process behind `control`, which does not answer any more."""
        async with self._starting:
            if self._control is control:
                await self._drop()

    async def stop(self) -> None:
        """End the warm process and, with its sockets, what it started."""
        async with self._starting:
            await self._drop()

    async def _start(self) -> socket.socket:
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        here.setblocking(False)
        with there:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-s", "-m", "pdl.warm", str(there.fileno()), self._table),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                pass_fds=[there.fileno()],
                start_new_session=True,
                env=_environment(self._folders),
            )
        self._control = here
        try:
            async with asyncio.timeout(START_SECONDS):
                hello = await asyncio.get_running_loop().sock_recv(here, 4096)
        except TimeoutError:
            hello = b""
        except BaseException:
            # Nobody would ever hear what it says of its protection.
            await self._drop()
            raise
        if not hello:
            await self._drop()
            raise SandboxFailed("The process that opens documents did not start: see the log for its last words.")
        self.level = json.loads(hello)["level"]
        return here

    async def _drop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()
            self.process = None


def _environment(folders: Sequence[Path]) -> dict[str, str]:
    """Nothing of the gateway's environment; one thread in numpy, because threads do not survive a fork."""
    home = Path(__file__).resolve().parent.parent
    return {
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in (home, *folders)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
