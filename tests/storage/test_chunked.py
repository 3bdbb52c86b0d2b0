"""Chunks: read from anywhere, and neither cut, swapped, repeated nor moved to another document unnoticed."""

import os
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.chunked import CHUNK, SEALED_CHUNK, ChunkReader, ChunkWriter, stored_length
from storage.errors import DocumentCorrupt, StorageUnavailable

_KEY, _ID = bytes(range(32)), bytes(range(16))


def _written(document, key=_KEY, document_id=_ID):
    """A nameless file with the document's chunks; its descriptor."""
    with tempfile.TemporaryFile() as file:
        descriptor = os.dup(file.fileno())
    writer = ChunkWriter(descriptor, key, document_id, "the test's file")
    starts = range(0, max(1, len(document)), CHUNK)
    for at in starts:
        writer.write(memoryview(document)[at : at + CHUNK], last=at == starts[-1])
    writer.sync()
    return writer.detach()


def _read(descriptor, size, key=_KEY, document_id=_ID):
    reader = ChunkReader(descriptor, key, document_id, size)
    try:
        return reader.pread(0, size)
    finally:
        reader.close()


@settings(max_examples=25, deadline=None)
@given(
    size=st.one_of(st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK]), st.integers(0, 6 * CHUNK)),
    reads=st.lists(st.tuples(st.integers(0, 6 * CHUNK), st.integers(0, 2 * CHUNK)), max_size=8),
)
def test_any_range_reads_as_written(size, reads):
    document = os.urandom(size)
    descriptor = _written(document)
    assert os.fstat(descriptor).st_size == stored_length(size)
    reader = ChunkReader(descriptor, _KEY, _ID, size)
    for at, length in reads:
        assert reader.pread(at, length) == document[at : at + length]
    assert reader.pread(0, size) == document
    reader.close()


def _swap(content):
    return content[SEALED_CHUNK : 2 * SEALED_CHUNK] + content[:SEALED_CHUNK] + content[2 * SEALED_CHUNK :]


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(_swap, id="swapped"),
        pytest.param(lambda content: content[:SEALED_CHUNK] * 2 + content[2 * SEALED_CHUNK :], id="repeated"),
        pytest.param(lambda content: content[:-1], id="cut by a byte"),
        pytest.param(lambda content: content[: 2 * SEALED_CHUNK], id="cut at a chunk"),
        pytest.param(lambda content: b"", id="emptied"),
        pytest.param(lambda content: content[:-1] + bytes([content[-1] ^ 128]), id="a bit of a tag"),
    ],
)
def test_tampering_is_found(tamper):
    document = os.urandom(2 * CHUNK + 1000)
    descriptor = _written(document)
    content = tamper(os.pread(descriptor, 4 * CHUNK, 0))
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, content, 0)
    with pytest.raises(DocumentCorrupt):
        _read(descriptor, len(document))


@pytest.mark.parametrize("size", [CHUNK, 2 * CHUNK, 2 * CHUNK + 999, 3 * CHUNK])
def test_a_false_size_is_found(size):
    """A row that was changed to hide the end, or to promise more."""
    with pytest.raises(DocumentCorrupt):
        _read(_written(os.urandom(2 * CHUNK + 1000)), size)


def test_another_documents_bytes_are_not_taken():
    document = os.urandom(CHUNK + 5)
    with pytest.raises(DocumentCorrupt):
        _read(_written(document), len(document), document_id=bytes(16))
    with pytest.raises(DocumentCorrupt):
        _read(_written(document), len(document), key=bytes(32))


def test_a_closed_writer_writes_nothing():
    with tempfile.TemporaryFile() as file:
        writer = ChunkWriter(os.dup(file.fileno()), _KEY, _ID, "the test's file")
        writer.close()
        writer.close()
        with pytest.raises(StorageUnavailable, match="closed"):
            writer.write(memoryview(b"x"), last=True)
