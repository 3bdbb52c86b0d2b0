"""Where a document's bytes come from: read at any offset, never written."""

import io
import os
import stat
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Protocol, Self

BLOCK_SIZE = 256 * 1024
CACHED_BLOCKS = 16
READ_AHEAD_BLOCKS = 4


class Source(Protocol):
    """A document's bytes: blocking, safe to use from several threads at once."""

    @property
    def size(self) -> int:
        """Length of the document in bytes."""
        ...

    def pread(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer only at the end."""
        ...


class BytesSource:
    """A document held in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """Length of the document in bytes."""
        return len(self._data)

    def pread(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer only at the end."""
        return self._data[offset : offset + length]


class FileSource:
    """A document in a regular file; its size is what it was when opened. OSError as open() raises it."""

    def __init__(self, path: Path | str) -> None:
        # O_NONBLOCK: a FIFO put in the file's place must not hang the opener before it is refused.
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        found = os.fstat(self._descriptor)
        if not stat.S_ISREG(found.st_mode):
            os.close(self._descriptor)
            raise OSError(f"{path} is not a regular file")
        self._size = found.st_size

    @property
    def size(self) -> int:
        """Length of the document in bytes."""
        return self._size

    def pread(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer only at the end."""
        wanted = max(0, min(length, self._size - offset))
        parts: list[bytes] = []
        # One pread may return less than asked (signals, 2 GiB cap): go on until the end of the file.
        while wanted and (part := os.pread(self._descriptor, wanted, offset)):
            parts.append(part)
            offset += len(part)
            wanted -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Give the file back; reading afterwards is an OSError."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SliceSource:
    """A stretch of another document, from `start` to before `end`."""

    def __init__(self, source: Source, start: int, end: int) -> None:
        self._source = source
        self._start = max(0, min(start, source.size))
        self._size = max(0, min(end, source.size) - self._start)

    @property
    def size(self) -> int:
        """Length of the stretch in bytes."""
        return self._size

    def pread(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset` of the stretch; fewer only at its end."""
        return self._source.pread(self._start + offset, max(0, min(length, self._size - offset)))


class ChainSource:
    """Several documents one after the other, as one."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)
        self._ends = tuple(accumulate(source.size for source in self._sources))

    @property
    def size(self) -> int:
        """Length of all documents in bytes."""
        return self._ends[-1] if self._ends else 0

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where each document begins and ends, its end exclusive."""
        return tuple(zip((0, *self._ends), self._ends, strict=False))

    def pread(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer only at the end of the last."""
        parts: list[bytes] = []
        for index in range(bisect_right(self._ends, offset), len(self._sources)):
            source, end = self._sources[index], self._ends[index]
            part = source.pread(offset - end + source.size, min(length, end - offset))
            parts.append(part)
            offset, length = offset + len(part), length - len(part)
            if offset < end or not length:
                break
        return b"".join(parts)


class SourceFile(io.RawIOBase):
    """A seekable, read-only binary file over a Source, for parsers that want a file.

    Keeps a few blocks, and reads ahead when it is read in order.
    """

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._last_missed = -2
        self._lock = threading.Lock()

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be read in any order."""
        return True

    def tell(self) -> int:
        """Offset of the next byte read."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to `offset` from the start, the current place or the end; ValueError before the start."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._source.size}[whence]
        if base + offset < 0:
            raise ValueError("cannot seek before the start of a document")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer` as far as one block reaches; 0 at the end."""
        view = memoryview(buffer).cast("B")
        with self._lock:
            index, start = divmod(self._position, BLOCK_SIZE)
            part = self._block(index)[start : start + len(view)]
            view[: len(part)] = part
            self._position += len(part)
            return len(part)

    def _block(self, index: int) -> bytes:
        if index in self._blocks:
            self._blocks.move_to_end(index)
            return self._blocks[index]
        if index * BLOCK_SIZE >= self._source.size:
            return b""
        # Two misses in a row side by side: someone reads in order, one larger request costs less than four.
        count = READ_AHEAD_BLOCKS if index == self._last_missed + 1 else 1
        data = self._source.pread(index * BLOCK_SIZE, count * BLOCK_SIZE)
        self._last_missed = index + count - 1
        for step in reversed(range(max(1, -(-len(data) // BLOCK_SIZE)))):
            self._blocks[index + step] = data[step * BLOCK_SIZE : (step + 1) * BLOCK_SIZE]
        while len(self._blocks) > CACHED_BLOCKS:
            self._blocks.popitem(last=False)
        self._blocks.move_to_end(index)
        return self._blocks[index]


class _Reader(io.BufferedReader):
    """Makes no more room than the document has bytes, whatever lengths within it claim."""

    def __init__(self, source: Source) -> None:
        super().__init__(SourceFile(source), BLOCK_SIZE)
        self._most = source.size

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(size if size is None else min(size, self._most))


def open_source(source: Source) -> io.BufferedReader:
    """Open a buffered file over `source`, as pikepdf and PIL want one."""
    return _Reader(source)
