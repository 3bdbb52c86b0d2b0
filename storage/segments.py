"""Segments: files to which small documents are appended, many with one disk sync. Used by the writer thread alone."""

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from storage import files
from storage.errors import from_os
from storage.sealed import Sealed

SEGMENT_BYTES = 256 * 2**20
SUFFIX = ".segment"
# The kernel takes at most IOV_MAX (1024) buffers a call.
_BUFFERS = 512


class Segments:
    """Appends ciphertexts to the current segment; a new one at each start, each UTC day and every 256 MB."""

    def __init__(
        self,
        folder: Path,
        token: str,
        today: Callable[[], dt.date],
        limit: int = SEGMENT_BYTES,
    ) -> None:
        self._folder = folder
        self._token = token
        self._today = today
        self._limit = limit
        self._made = 0
        self._descriptor = -1
        self._length = 0
        self._day = ""
        self.current = ""  # name below the spool's folder; empty when none is open

    @property
    def today(self) -> str:
        """Name of the folder that new files belong in."""
        return self._today().isoformat()

    def append(self, documents: Sequence[Sealed]) -> None:
        """Append the ciphertexts, sync, then write each place into its document; on any error none has a place."""
        try:
            self._roll()
            self._write([document.ciphertext for document in documents])
            self._sync()
        except OSError as error:
            raise from_os(error, str(self._folder)) from error
        for document in documents:
            document.name, document.offset = self.current, self._length
            self._length += len(document.ciphertext)

    def close(self) -> None:
        """Close the current segment for ever: the next append begins a new one."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self.current, self._length = -1, "", 0

    def _roll(self) -> None:
        day = self.today
        if self._descriptor >= 0 and self._length < self._limit and day == self._day:
            return
        self.close()
        files.make_folder(self._folder / day)
        self._made += 1
        # Named before its file is there: nobody may take it for an old one that no row speaks of.
        self.current, self._day = f"{day}/{self._token}-{self._made:06d}{SUFFIX}", day
        try:
            self._descriptor = files.create(self._folder / self.current)
            files.sync_folder(self._folder / day)
        except OSError:
            # A name that may not survive must hold nothing.
            self.close()
            raise

    def _write(self, buffers: list[bytes]) -> None:
        at = self._length
        try:
            for first in range(0, len(buffers), _BUFFERS):
                at += _write_all(self._descriptor, buffers[first : first + _BUFFERS], at)
        except OSError:
            # Half a batch belongs to no row: give its room back, for the disk is probably full.
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._length)
            raise

    def _sync(self) -> None:
        try:
            os.fdatasync(self._descriptor)
        except OSError:
            # After a failed sync the kernel marks the lost pages clean and a second sync would succeed: never retry.
            self.close()
            raise


def _write_all(descriptor: int, buffers: Sequence[bytes], at: int) -> int:
    """Write the buffers one after the other from offset `at`, however short the kernel's writes are."""
    views = [memoryview(buffer) for buffer in buffers]
    total = 0
    while views:
        written = os.pwritev(descriptor, views, at + total)
        total += written
        while views and written >= len(views[0]):
            written -= len(views.pop(0))
        if written:
            views[0] = views[0][written:]
    return total
