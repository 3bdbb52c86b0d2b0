"""The control socket: one line each way, whatever the path of the home and whoever talks."""

import asyncio
import json
import stat

import pytest

from gateway.asking import NAME, Refused, ask
from gateway.commands import Commands
from gateway.config import Settings
from gateway.control import ControlServer
from gateway.core import Core
from jobs.errors import NotPossible


@pytest.fixture
async def home(tmp_path):
    """A served home whose path is longer than a socket address."""
    folder = tmp_path / ("long-" * 20) / ("longer-" * 20) / "home"
    core = await Core.open(Settings(folder, disk_reserve=0))
    server = ControlServer(folder, Commands(core))
    await server.start()
    assert len(str(folder / NAME)) > 108
    yield folder
    await server.stop()
    assert not (folder / NAME).exists()
    await core.close()


async def test_commands(home):
    assert await asyncio.to_thread(ask, home, "queue list", {}) == []
    added = await asyncio.to_thread(ask, home, "queue add", {"name": "print"})
    assert added["name"] == "print"
    with pytest.raises(Refused, match="There is no queue called other"):
        await asyncio.to_thread(ask, home, "queue show", {"name": "other"})
    with pytest.raises(Refused, match="cannot be read"):
        await asyncio.to_thread(ask, home, "queue show", {})


async def test_only_its_owner_may_speak_to_it(home):
    assert stat.S_IMODE((home / NAME).stat().st_mode) == 0o600 and stat.S_IMODE(home.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"nonsense\n",
        b"[]\n",
        b"{}\n",
        b'{"command": 1}\n',
        b'{"command": "queue list", "arguments": 3}\n',
        b"\xff\n",
        b"x" * 100_000,
    ],
)
async def test_nonsense_does_not_hurt(home, line):
    def send():
        import socket

        from gateway.asking import short_path

        with socket.socket(socket.AF_UNIX) as sock, short_path(home) as path:
            sock.settimeout(10)
            sock.connect(path)
            sock.sendall(line)
            sock.shutdown(socket.SHUT_WR)
            return sock.makefile("rb").readline()

    answer = await asyncio.to_thread(send)
    assert answer == b"" or "refused" in json.loads(answer)
    assert await asyncio.to_thread(ask, home, "queue list", {}) == []


async def test_where_no_server_runs(tmp_path):
    with pytest.raises(FileNotFoundError):
        ask(tmp_path, "queue list", {})
    with pytest.raises(FileNotFoundError):
        ask(tmp_path / "nowhere", "queue list", {})


async def test_a_socket_left_by_a_crash_is_replaced(home, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / NAME).touch()

    class Refusing:
        async def run(self, name, arguments):
            raise NotPossible(f"{name} is not possible.")

    server = ControlServer(tmp_path / "other", Refusing())
    await server.start()
    with pytest.raises(Refused, match="dance is not possible"):
        await asyncio.to_thread(ask, tmp_path / "other", "dance", {})
    await server.stop()
