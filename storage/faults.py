"""Named points at which a test may kill the process, to prove what is promised about power cuts."""

import os
import signal
from pathlib import Path

_name, _, _passage = os.environ.get("PRINTGATE_FAULT", "").partition(":")


class _Countdown:
    """Kills this process at the Nth passage of one point."""

    def __init__(self, name: str, passages: int) -> None:
        self.name = name
        self.left = passages

    def __call__(self, name: str) -> None:
        if name != self.name:
            return
        self.left -= 1
        if self.left <= 0:
            # SIGKILL runs no handler and flushes no buffer: the nearest thing to a pulled plug.
            os.kill(os.getpid(), signal.SIGKILL)


class _Armed:
    """Kills this process at the point that a file names at that moment, so that a test can choose while it runs."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, name: str) -> None:
        try:
            wanted = self.path.read_text("ascii")
        except FileNotFoundError:
            return
        if wanted == name:
            os.kill(os.getpid(), signal.SIGKILL)


def _pass(name: str) -> None:
    """Do nothing: no fault was asked for."""


# Decided once, so that a point costs one empty call in production.
_point = _Armed(Path(_name[1:])) if _name[:1] == "@" else _Countdown(_name, int(_passage or 1)) if _name else _pass


def point(name: str) -> None:
    """Mark a commit point; the process dies here if PRINTGATE_FAULT says `name` or `name:N` (Nth passage).

    `@FILE` in its place lets the file say the name, each time anew; without the file nothing happens.
    """
    _point(name)
