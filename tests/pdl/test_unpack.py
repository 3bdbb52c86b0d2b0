"""Packed documents: unpacked piece by piece, within limits, then inspected as what they are."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.errors import DocumentRejected, LimitReached, PdlError
from pdl.inspect import inspect
from pdl.sandbox import Sandbox
from pdl.source import BytesSource
from pdl.unpack import CHUNK, unpack
from tests.pdl import documents


def unpacked(data):
    parts = []
    answer = unpack(BytesSource(data), {}, parts.append)
    assert answer == {"size": sum(map(len, parts))}
    assert all(len(part) <= CHUNK for part in parts)
    return b"".join(parts)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 4 * CHUNK, 4 * CHUNK + 7])
def test_whatever_was_packed_comes_out(size):
    data = bytes(range(256)) * (size // 256 + 1)
    assert unpacked(gzip.compress(data[:size])) == data[:size]
    assert unpacked(gzip.compress(bytes(size))) == bytes(size)


def test_members_make_one_document_and_what_follows_is_no_part_of_it():
    members = gzip.compress(b"one, ") + gzip.compress(b"") + gzip.compress(b"two")
    assert unpacked(members) == b"one, two"
    assert unpacked(members + bytes(700)) == b"one, two"
    assert unpacked(members + b"anything") == b"one, two"
    assert unpacked(b"\0\0" + members) == b"one, two"


@pytest.mark.parametrize("cut", [1, 5, 12, 400])
def test_half_a_file_is_refused(cut):
    data = gzip.compress(bytes(range(256)) * 40)
    with pytest.raises(DocumentRejected, match="incomplete"):
        unpacked(data[:-cut])


def test_damage_is_refused():
    data = bytearray(gzip.compress(bytes(range(256)) * 40))
    data[-6] ^= 1  # the checksum
    with pytest.raises(DocumentRejected, match="damaged"):
        unpacked(bytes(data))
    with pytest.raises(DocumentRejected, match="damaged"):
        unpacked(b"\x1f\x8b\x08" + b"\xff" * 100)


def test_a_bomb_stops_early():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(16 * 1024 * 1024)) for _ in range(32)) + packer.flush()
    got = 0

    def take(part):
        nonlocal got
        got += len(part)

    with pytest.raises(LimitReached, match="several hundred times"):
        unpack(BytesSource(bomb), {}, take)
    assert got < 400 * 1024 * 1024


@given(st.binary(max_size=300), st.integers(0, 60), st.integers(0, 255))
def test_mutated_files_are_unpacked_or_refused(data, at, byte):
    packed = bytearray(gzip.compress(data))
    packed[at % len(packed)] = byte
    try:
        unpacked(bytes(packed))
    except PdlError as fault:
        assert fault.reason.endswith(".")


@pytest.fixture
async def sandbox():
    made = Sandbox()
    await made.start()
    yield made
    await made.stop()


async def test_the_report_speaks_of_what_was_packed(sandbox):
    report = await inspect(BytesSource(gzip.compress(documents.pdf(3))), sandbox)
    assert (report.format, report.verdict, report.pages, report.color_pages) == ("application/pdf", "ok", 3, (1, 2, 3))
    report = await inspect(BytesSource(gzip.compress(gzip.compress(b"some words"))), sandbox)
    assert (report.format, report.pages) == ("text/plain", 1)


async def test_what_is_packed_may_be_unknown_or_empty(sandbox):
    report = await inspect(BytesSource(gzip.compress(b"\1\2\3")), sandbox)
    assert (report.format, report.verdict) == ("application/octet-stream", "rejected")
    report = await inspect(BytesSource(gzip.compress(b"")), sandbox)
    assert (report.verdict, report.reason) == ("rejected", "The document is empty.")
    packed = b"words"
    for _ in range(6):
        packed = gzip.compress(packed)
    report = await inspect(BytesSource(packed), sandbox)
    assert report.verdict == "rejected"
    assert "too often" in report.reason
