"""Documents as bytes, files and seekable files."""

import io
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.source import BLOCK_SIZE, CACHED_BLOCKS, BytesSource, FileSource, SourceFile, open_source


class Counting(BytesSource):
    """Remembers what it was asked for."""

    def __init__(self, data):
        super().__init__(data)
        self.asked = []

    def pread(self, offset, length):
        self.asked.append((offset, length))
        return super().pread(offset, length)


def test_a_file_reads_like_its_bytes(tmp_path):
    data = os.urandom(70_000)
    (tmp_path / "document").write_bytes(data)
    with FileSource(tmp_path / "document") as source:
        assert source.size == len(data)
        assert source.pread(0, 10) == data[:10]
        assert source.pread(69_990, 100) == data[69_990:]
        assert source.pread(80_000, 1) == b""


def test_a_file_keeps_the_size_it_had(tmp_path):
    (tmp_path / "document").write_bytes(b"1234")
    with FileSource(tmp_path / "document") as source:
        (tmp_path / "document").write_bytes(b"12345678")
        assert source.pread(0, 100) == b"1234"


def test_only_regular_files_are_documents(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", tmp_path, "/dev/zero"):
        with pytest.raises(OSError):
            FileSource(path)


def test_a_closed_file_is_an_error_not_another_file(tmp_path):
    (tmp_path / "document").write_bytes(b"1234")
    source = FileSource(tmp_path / "document")
    source.close()
    source.close()
    with pytest.raises(OSError):
        source.pread(0, 1)


@given(
    st.binary(max_size=200),
    st.lists(st.tuples(st.sampled_from(["read", "set", "cur", "end"]), st.integers(-250, 250)), max_size=20),
)
def test_a_source_file_behaves_as_bytesio(data, steps):
    ours, theirs = open_source(BytesSource(data)), io.BytesIO(data)
    for step, number in steps:
        if step == "read":
            assert ours.read(number if number >= 0 else -1) == theirs.read(number if number >= 0 else -1)
            continue
        whence = {"set": io.SEEK_SET, "cur": io.SEEK_CUR, "end": io.SEEK_END}[step]
        base = {"set": 0, "cur": theirs.tell(), "end": len(data)}[step]
        if base + number < 0:
            with pytest.raises((ValueError, OSError)):
                ours.seek(number, whence)
        else:
            assert ours.seek(number, whence) == theirs.seek(base + number)


def test_reading_in_order_reads_ahead_and_each_block_once():
    data = os.urandom(12 * BLOCK_SIZE + 5)
    source = Counting(data)
    assert io.BufferedReader(SourceFile(source)).read() == data
    assert len(source.asked) <= 6
    assert sum(length for _, length in source.asked) <= len(data) + 4 * BLOCK_SIZE
    assert len({offset for offset, _ in source.asked}) == len(source.asked)


def test_the_cache_is_bounded_and_serves_what_it_has():
    source = Counting(bytes(40 * BLOCK_SIZE))
    file = SourceFile(source)
    for index in range(0, 40, 2):
        file.seek(index * BLOCK_SIZE)
        assert file.read(1) == b"\0"
    assert len(file._blocks) <= CACHED_BLOCKS
    before = len(source.asked)
    file.seek(38 * BLOCK_SIZE + 7)
    assert file.read(1) == b"\0"
    assert len(source.asked) == before


def test_several_threads_read_their_own_bytes():
    data = os.urandom(3 * BLOCK_SIZE)
    source = BytesSource(data)
    wrong = []

    def read(start):
        offsets = range(start, len(data), 10_007)
        wrong.extend(offset for offset in offsets if source.pread(offset, 100) != data[offset : offset + 100])

    threads = [threading.Thread(target=read, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_lengths_that_a_document_claims_are_not_made_room_for():
    with open_source(BytesSource(b"1234")) as file:
        assert file.read(2**62) == b"1234"
        file.seek(2)
        assert (file.read(), file.read(), file.read(None)) == (b"34", b"", b"")
