"""Large documents: 512 KiB chunks, each sealed under its number, so that cuts and swaps fail the tag.

chunk i     AES-256-GCM, nonce = i (11 bytes, big endian) + last flag (1 byte), bound to the document's id
on disk     ciphertext and tag of chunk 0, of chunk 1, ...; only the last one is shorter
"""

import ctypes
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import DocumentCorrupt, StorageUnavailable, from_os
from storage.sealed import CHANGED, TAG_BYTES

CHUNK = 512 * 1024
SEALED_CHUNK = CHUNK + TAG_BYTES
# Write-out is begun this often, so that the last sync finds little left to do.
_FLUSH_EVERY = 16
_SYNC_FILE_RANGE_WRITE = 2
# Decrypted chunks a reader keeps: a parser jumps between a table at the end and what it points to.
_KEPT_CHUNKS = 4

_libc = ctypes.CDLL(None)
_ciphertexts = threading.local()


def stored_length(size: int) -> int:
    """Return the bytes on disk of a chunked document of `size` bytes; even an empty one has a (last) chunk."""
    return size + TAG_BYTES * chunks_of(size)


def chunks_of(size: int) -> int:
    """Return how many chunks a document of `size` bytes has."""
    return max(1, -(-size // CHUNK))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _ciphertext_buffer() -> bytearray:
    # One per thread of the pool, not per upload: memory stays flat however many upload at once.
    buffer = getattr(_ciphertexts, "buffer", None)
    if buffer is None:
        buffer = _ciphertexts.buffer = bytearray(SEALED_CHUNK)
    return buffer


def _begin_write_out(descriptor: int, offset: int, length: int) -> None:
    """Ask the kernel to begin writing a range to disk; only a hint, the sync at the end is what counts."""
    call = getattr(_libc, "sync_file_range", None)
    if call is not None:
        call(descriptor, ctypes.c_int64(offset), ctypes.c_int64(length), ctypes.c_uint(_SYNC_FILE_RANGE_WRITE))


class ChunkWriter:
    """Seals chunks into a descriptor, which it owns until `detach`. Blocks; safe against a late `close`."""

    def __init__(self, descriptor: int, key: bytes, document_id: bytes, where: str) -> None:
        self._descriptor = descriptor
        self._cipher = AESGCM(key)
        self._document_id = document_id
        self._where = where
        self._lock = threading.Lock()
        self._number = 0
        self._written = 0

    def write(self, chunk: bytearray | memoryview, *, last: bool) -> None:
        """Seal and write one chunk: CHUNK bytes, or fewer if it is the last."""
        with self._lock:
            if self._descriptor < 0:
                raise StorageUnavailable(f"{self._where} was closed while it was being written.")
            buffer = _ciphertext_buffer()
            nonce = _nonce(self._number, last)
            # The tag follows the ciphertext, and the buffer must have exactly their length.
            with memoryview(buffer)[: len(chunk) + TAG_BYTES] as sealed:
                self._cipher.encrypt_into(nonce, chunk, self._document_id, sealed)
                try:
                    self._write_all(sealed)
                except OSError as error:
                    raise from_os(error, self._where) from error
            self._number += 1
            if self._number % _FLUSH_EVERY == 0:
                span = _FLUSH_EVERY * SEALED_CHUNK
                _begin_write_out(self._descriptor, self._written - span, span)

    def sync(self) -> None:
        """Make the content durable."""
        with self._lock:
            try:
                os.fdatasync(self._descriptor)
            except OSError as error:
                raise from_os(error, self._where) from error

    def detach(self) -> int:
        """Return the descriptor, which the caller owns from now on."""
        with self._lock:
            descriptor, self._descriptor = self._descriptor, -1
            return descriptor

    def close(self) -> None:
        """Close the file; waits for a write that is under way in another thread."""
        descriptor = self.detach()
        if descriptor >= 0:
            os.close(descriptor)

    def _write_all(self, sealed: memoryview) -> None:
        rest = sealed
        while rest:
            written = os.pwrite(self._descriptor, rest, self._written)
            self._written += written
            rest = rest[written:]


class ChunkReader:
    """Decrypts chunks of a descriptor, which it owns. Blocks; safe to use from several threads."""

    def __init__(self, descriptor: int, key: bytes, document_id: bytes, size: int) -> None:
        self._descriptor = descriptor
        self._cipher = AESGCM(key)
        self._document_id = document_id
        self._size = size
        self._last = chunks_of(size) - 1
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def pread(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; fewer only at the end."""
        return b"".join(self.pieces(offset, length))

    def pieces(self, offset: int, length: int) -> Iterator[bytes]:
        """Yield the bytes from `offset` on, one piece per chunk they lie in."""
        end = min(offset + length, self._size)
        while offset < end:
            number, start = divmod(offset, CHUNK)
            piece = self.chunk(number)
            if start or end - offset < len(piece) - start:
                piece = piece[start : start + end - offset]
            yield piece
            offset += len(piece)

    def chunk(self, number: int) -> bytes:
        """Return one decrypted chunk; raises DocumentCorrupt when it is not as written."""
        with self._lock:
            kept = self._kept.get(number)
            if kept is not None:
                self._kept.move_to_end(number)
                return kept
            plain = self._decrypt(number)
            self._kept[number] = plain
            if len(self._kept) > _KEPT_CHUNKS:
                self._kept.popitem(last=False)
            return plain

    def close(self) -> None:
        """Close the file and forget what was decrypted."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
            self._descriptor = -1
            self._kept.clear()

    def _decrypt(self, number: int) -> bytes:
        if self._descriptor < 0:
            raise StorageUnavailable("The document was closed while it was being read.")
        last = number == self._last
        expected = self._size - number * CHUNK + TAG_BYTES if last else SEALED_CHUNK
        try:
            sealed = os.pread(self._descriptor, expected, number * SEALED_CHUNK)
        except OSError as error:
            raise from_os(error, "The document's file") from error
        try:
            plain = self._cipher.decrypt(_nonce(number, last), sealed, self._document_id)
        except (InvalidTag, ValueError) as error:
            raise DocumentCorrupt(CHANGED) from error
        if len(plain) != expected - TAG_BYTES:
            # The chunk is whole, and the row promises more than was ever written.
            raise DocumentCorrupt(CHANGED)
        return plain
