"""Asking the server of a home over HOME/control.sock. Imports nothing slow: every command begins here."""

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

NAME: Final = "control.sock"
PATIENCE: Final = 120.0
"""Seconds that a command may take."""


class Refused(Exception):
    """The gateway refused a command, in its own words."""


def ask(home: Path, command: str, arguments: dict[str, Any]) -> Any:
    """Ask the server of a home. Raises Refused, or ConnectionError/FileNotFoundError when none runs."""
    try:
        line = _exchange(home, json.dumps({"command": command, "arguments": arguments}).encode() + b"\n")
    except TimeoutError:
        raise Refused("The gateway does not answer. Look at its log.") from None
    except PermissionError:
        raise Refused(f"{home} belongs to somebody else. Run this as the gateway's own user, or as root.") from None
    if not line:
        raise Refused("The gateway ended before it answered. Try again.")
    answer = json.loads(line)
    if "refused" in answer:
        raise Refused(answer["refused"])
    return answer["result"]


def _exchange(home: Path, line: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(PATIENCE + 5)  # the server gives up first, and says so
        with short_path(home) as path:
            sock.connect(path)
        sock.sendall(line)
        with sock.makefile("rb") as stream:
            return stream.readline()


@contextlib.contextmanager
def short_path(home: Path) -> Iterator[str]:
    """Yield a path of the socket that fits the 108 bytes of a socket address, however long the home's is."""
    folder = os.open(home, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)
