"""What a document is, told by its first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.formats import BY_MIME, FORMATS, HEAD_BYTES, UNKNOWN, sniff
from pdl.tasks import TASKS

KNOWN = {
    b"%PDF-1.7\n": "application/pdf",
    b"%PDF-1.4\n%PCLm 1.0\n": "application/PCLm",
    b"junk before\n%PDF-1.7\n1 0 obj": "application/pdf",
    b"\0" * 300 + b"%PDF-1.7\n": "application/pdf",
    b"RaS2PwgRaster\0": "image/pwg-raster",
    b"RaS2anything": "application/vnd.cups-raster",
    b"3SaR": "application/vnd.cups-raster",
    b"UNIRAST\0": "image/urf",
    b"\xff\xd8\xff\xe0": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%!PS-Adobe-3.0\n": "application/postscript",
    b"\x04%!PS": "application/postscript",
    b"\xc5\xd0\xd3\xc6\x1e": "application/postscript",
    b"\x1b%-12345X@PJL SET COPIES=2\r\n%PDF-1.4": "application/vnd.hp-PJL",
    b"\x1bE\x1b&l26A": "application/vnd.hp-PCL",
    b"\x1b&l1X": "application/vnd.hp-PCL",
    b") HP-PCL XL;2;0": "application/vnd.hp-PCLXL",
    b"\x1b%-1BIN;": "application/vnd.hp-HPGL",
    b"\x1b@hello": "application/vnd.epson.escpr",
    b"PK\x03\x04....FixedDocSeq.fdseq": "application/vnd.ms-xpsdocument",
    b"PK\x03\x04....word/document.xml": "application/zip",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1": "image/heic",  # these zeros are its own
    b"\x1f\x8b\x08": "application/gzip",
    b"plain words\r\n\f\tmore\b": "text/plain",
    "Grüße, Ωμέγα, مرحبا".encode(): "text/plain",
    "Grüße aus Köln".encode("latin-1"): "text/plain",
    b"<html><body>hello</body></html>": "text/plain",
    b"\n": "text/plain",
    b"the header %PDF-1.4 stands first in a PDF": "text/plain",
    b"": UNKNOWN,
    b"\0\0\0": UNKNOWN,
    b"text with \x1b escape": UNKNOWN,
    b"text with \0 zero": UNKNOWN,
    b"\x01": UNKNOWN,
    b"\xe9\xe8\xea\xeb": UNKNOWN,
    b"a\x80b": UNKNOWN,
}


@pytest.mark.parametrize(("head", "mime"), KNOWN.items())
def test_each_language_is_known_by_its_beginning(head, mime):
    assert sniff(head) == mime


def test_a_character_cut_off_by_the_end_of_the_head_is_still_text():
    text = ("x" + "é" * HEAD_BYTES).encode()
    assert text[HEAD_BYTES - 1] == 0xC3
    assert sniff(text) == "text/plain"


def test_a_header_beyond_the_first_kilobyte_is_none():
    assert sniff(b"\x01" * 2000 + b"%PDF-1.7\n1 0 obj") == UNKNOWN


def test_counters_are_tasks_and_names_are_unique():
    assert {row.counter for row in FORMATS} - {None} <= set(TASKS)
    names = [name for row in FORMATS for name in (row.mime, *row.names)]
    assert len(set(names)) == len(names)
    assert len(BY_MIME) == len(FORMATS)


@given(st.binary(max_size=200))
def test_anything_has_one_answer(head):
    assert sniff(head) in {*BY_MIME, UNKNOWN}


@given(st.binary(min_size=1, max_size=100), st.sampled_from(sorted(set(range(32)) - {8, 9, 10, 12, 13})))
def test_no_text_has_control_characters(head, control):
    assert sniff(b"a" + head + bytes([control])) != "text/plain"
