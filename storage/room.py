"""The disk's reserve: room kept free for rows, so that held documents can always be released and deleted."""

import os
import threading
import time
from pathlib import Path

from storage.errors import StorageFull, from_os

# A look at the disk is kept this long (seconds), so that thousands of uploads a second cost no system call each.
_LOOK_LASTS = 1.0


class Room:
    """What is free on one file system, against the reserve in bytes."""

    def __init__(self, folder: Path, reserve_bytes: int) -> None:
        self._folder = folder
        self._reserve = reserve_bytes
        self._free = 0
        self._looked = float("-inf")
        self._lock = threading.Lock()

    def check(self, expected: int = 0) -> None:
        """Raise StorageFull when `expected` bytes more would eat into the reserve."""
        if self._look() - expected < self._reserve:
            raise StorageFull(
                f"The disk of {self._folder} has reached its reserve of {self._reserve // 2**20} MB: "
                "free some space, enlarge the disk, or release held jobs."
            )

    def take(self, size: int) -> None:
        """Check for `size` bytes and count them as used until the next look."""
        self.check(size)
        with self._lock:
            self._free -= size

    def _look(self) -> int:
        now = time.monotonic()
        with self._lock:
            if now - self._looked >= _LOOK_LASTS:
                try:
                    disk = os.statvfs(self._folder)
                except OSError as error:
                    raise from_os(error, str(self._folder)) from error
                self._free = disk.f_bavail * disk.f_frsize
                self._looked = now
            return self._free
