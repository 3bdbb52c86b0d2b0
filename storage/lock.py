"""One process owns a home: an exclusive lock says so."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.errors import HomeBusy, from_os


class HomeLock:
    """The held lock of a home. A forked child inherits it: fork helpers before acquiring, or close it in them."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, home: Path) -> Self:
        """Lock HOME/lock or raise HomeBusy, which names the process that holds it."""
        path = home / "lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise from_os(error, str(path)) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise HomeBusy(f"{home} is in use by process {holder}: stop that one first, or talk to it.") from error
        except OSError as error:
            os.close(descriptor)
            raise from_os(error, str(path)) from error
        return cls(descriptor)

    @property
    def descriptor(self) -> int:
        """The file descriptor that carries the lock, for a forked child to close."""
        return self._descriptor

    def release(self) -> None:
        """Give the home back; the file stays, since unlinking it would let two processes hold two locks."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()
