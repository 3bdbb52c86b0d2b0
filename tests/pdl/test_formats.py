"""What a document is, told by its first bytes."""

import gzip
import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.format_names import PJL_LANGUAGES, agrees
from pdl.formats import (
    BY_MIME,
    FORMATS,
    HEAD_BYTES,
    UNKNOWN,
    canonical,
    leading_nulls,
    sniff,
    sniff_language,
)
from pdl.tasks import TASKS

OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
TYPES = '<?xml version="1.0"?><Types xmlns="..."><Override PartName="/x" ContentType="{}"/></Types>'


def zipped(*entries, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return stream.getvalue()


def package(content_type, *others):
    return zipped(("[Content_Types].xml", TYPES.format(content_type)), *others)


def compound(*names, sector=1):
    """A compound file whose directory lies in `sector`, its first entry the root, the others its children in a row."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[30:32] = struct.pack("<H", 9)
    header[48:52] = struct.pack("<I", sector)
    nobody = 0xFFFFFFFF
    entries = [("Root Entry", nobody, 1 if names else nobody)]
    entries += [(name, number if number < len(names) + 1 else nobody, nobody) for number, name in enumerate(names, 2)]
    directory = b"".join(
        struct.pack(
            "<64sHBBIII48x", name.encode("utf-16-le"), 2 * len(name) + 2, 5 if not at else 2, 0, nobody, right, child
        )
        for at, (name, right, child) in enumerate(entries)
    )
    return bytes(header) + bytes(512 * sector) + directory


def boxed(*brands):
    return (
        struct.pack(">I4s4sI", 16 + 4 * (len(brands) - 1), b"ftyp", brands[0], 0)
        + b"".join(brands[1:])
        + b"\0\0\0\x08meta"
    )


KNOWN = {
    b"%PDF-1.7\n": "application/pdf",
    b"%PDF-1.4\n%PCLm 1.0\n": "application/PCLm",
    b"junk before\n%PDF-1.7\n1 0 obj": "application/pdf",
    b"\x00\x01\xff junk \x90%PDF-1.7\r1 0 obj": "application/pdf",
    b"\0" * 300 + b"%PDF-1.7\n": "application/pdf",
    b"%!PS-Adobe-3.0 PDF-1.4\n%PDF-1.4\n1 0 obj": "application/pdf",
    b"the header %PDF-1.4 stands first in a PDF, before 1 0 obj": "text/plain",
    b"RaS2PwgRaster\0": "image/pwg-raster",
    b"RaS2anything": "application/vnd.cups-raster",
    b"RaSt": "application/vnd.cups-raster",
    b"3SaR": "application/vnd.cups-raster",
    b"UNIRAST\0": "image/urf",
    b"\xff\xd8\xff\xe0": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
    b"II+\0\x08\0\0\0": "image/tiff",
    b"MM\0+\0\x08\0\0": "image/tiff",
    boxed(b"heic", b"mif1", b"heic"): "image/heic",
    boxed(b"mif1", b"mif1", b"heic"): "image/heic",
    boxed(b"mif1", b"avif", b"mif1", b"miaf"): "image/avif",
    boxed(b"avis", b"avif"): "image/avif",
    boxed(b"isom", b"mp41"): UNKNOWN,
    b"GIF89a\1\0": "image/gif",
    b"RIFF\x10\0\0\0WEBPVP8L": "image/webp",
    b"RIFF\x10\0\0\0WAVEfmt ": UNKNOWN,
    b"BM" + struct.pack("<IIIIiiHH", 100, 0, 54, 40, 1, 1, 1, 24): "image/bmp",
    struct.pack("<IiiHH", 40, 1, 1, 1, 24) + bytes(30): "image/bmp",
    b"BM stands for bitmap, and this is text": "text/plain",
    b"%!PS-Adobe-3.0\n": "application/postscript",
    b"\x04%!PS": "application/postscript",
    b"\r\n\x04 %!\n1 1 add": "application/postscript",
    b"\xef\xbb\xbf%!PS": "application/postscript",
    b"\xc5\xd0\xd3\xc6\x1e": "application/postscript",
    b"%!TEX root = main.tex\n": "text/plain",
    b"\x1b%-12345X@PJL SET COPIES=2\r\n%PDF-1.4\n1 0 obj": "application/vnd.hp-PJL",
    b"\0" * 11_000 + b"\x1b%-12345X@PJL\r\n": "application/vnd.hp-PJL",
    b"@PJL JOB\r\n": "application/vnd.hp-PJL",
    b"\r\n\x1b%-12345X": "application/vnd.hp-PJL",
    b"\x1bE\x1b&l26A": "application/vnd.hp-PCL",
    b"\x1b&l1X": "application/vnd.hp-PCL",
    b"\x1b*t300R": "application/vnd.hp-PCL",
    b"\x1b(10U": "application/vnd.hp-PCL",
    b"Dear reader,\r\n\x1b(s3Bbold\x1b(s0B\x0c": "application/vnd.hp-PCL",
    b") HP-PCL XL;2;0": "application/vnd.hp-PCLXL",
    b"( HP-PCL XL;2;0": "application/vnd.hp-PCLXL",
    b"' HP-PCL XL;2;0": "application/vnd.hp-PCLXL",
    b") BROTHER XL2HB;1;0": "application/vnd.hp-PCLXL",
    b"\x1b%-1BIN;": "application/vnd.hp-HPGL",
    b"\x1b%0BIN;": "application/vnd.hp-HPGL",
    b"IN;": "application/vnd.hp-HPGL",
    b"IN;SP1;PU0,0;PD1000,0,1000,1000;LBtext; and more\x03PU;SP0;\n": "application/vnd.hp-HPGL",
    b'BP5,1,1,"a drawing";IN;PS10000,8000;SP1PU10 20PD30,40;': "application/vnd.hp-HPGL",
    b"\x1b.(\x1b.I81;;17:IN;SP1;": "application/vnd.hp-HPGL",
    b"\x03IN;PA;PU0,0;PD2969,433;": "application/vnd.hp-HPGL",
    # Captured from an instrument, which asks for the plotter's limits first.
    b"OP;\r\nPU;SP1;LT;;PU;PA0,11181;PD;PA230,11507;PU;PA132,11368;PD;PA263,11368;LB5 kHz\x03PU;": "application/vnd.hp-HPGL",
    b"in the beginning was the word": "text/plain",
    b"IN; and out; are words": "text/plain",
    b"PUT IT DOWN; SPOT": "text/plain",
    b"\x1b@hello": "application/vnd.epson.escp",
    b"\0\0\0\x1b\x01@EJL 1284.4\n@EJL     \n\x1b@": "application/vnd.epson.escp",
    b"\x1b@\x1b(G\1\0\1": "application/vnd.epson.escp",
    b"\x1b@\x1b(R\x06\0\0ESCPR\x1b": "application/vnd.epson.escpr",
    b"\x1b\x01@EJL \n@EJL SE LA=ESC/PAGE\n": "application/x-escpage",
    b"\x1b%@\x1bP41;300;1JGhostscript": "application/vnd.canon-lips",
    b"\x1b\x12!@R00\x1b ": "application/x-rpdl",
    b"\x1bc1\x1b": "application/x-npdl",
    b"\x1b[K\x02\0\0\x0f": "application/x-canon-bj",
    b"\xcd\xca\x10\0": "application/x-ufr2",
    b"JZJZ\0\0\0": "application/x-zjstream",
    b",XQX\0\0\0\1": "application/x-xqx",
    b"$\1\0\0\x07": "application/x-lidil",
    b"^XA^FO50,50^FDtext^FS^XZ": "application/x-zpl",
    b"\x02L\rD11\r": "application/x-dpl",
    b"Z\0\x10\xd3\xa8\xa8\0\0\0": "application/vnd.ibm.modcap",
    b"\xf7\x02\x01\x83\x92\xc0\x1c\x3b": "application/x-dvi",
    b"{\\rtf1\\ansi": "application/rtf",
    b"\x1f\x8b\x08\0": "application/gzip",
    b'<svg xmlns="http://www.w3.org/2000/svg"/>': "image/svg+xml",
    b'<?xml version="1.0"?>\n<!-- <html> -->\n<!DOCTYPE svg [<!ENTITY a "<b>">]>\n<svg:svg width="1">': "image/svg+xml",
    b"\xef\xbb\xbf<svg >": "image/svg+xml",
    '<?xml version="1.0" encoding="UTF-16"?><svg/>'.encode("utf-16"): "image/svg+xml",
    b"<html><svg></svg></html>": "text/plain",
    f'<?xml version="1.0"?><office:document a="1" office:mimetype="{ODF}text">'.encode(): f"{ODF}text",
    package(OOXML + "wordprocessingml.document.main+xml"): OOXML + "wordprocessingml.document",
    package("application/vnd.ms-word.document.macroEnabled.main+xml"): OOXML + "wordprocessingml.document",
    package(OOXML + "spreadsheetml.template.main+xml"): OOXML + "spreadsheetml.sheet",
    package(OOXML + "presentationml.slideshow.main+xml"): OOXML + "presentationml.presentation",
    package("application/vnd.ms-package.xps-fixeddocumentsequence+xml"): "application/vnd.ms-xpsdocument",
    zipped(("a/b.fpage", "<FixedPage/>")): "application/vnd.ms-xpsdocument",
    zipped(("_rels/.rels/[0].piece", ".../xps/2005/06/fixedrepresentation")): "application/vnd.ms-xpsdocument",
    zipped(("docProps/app.xml", "x"), ("word/document.xml", "x")): OOXML + "wordprocessingml.document",
    zipped(("mimetype", ODF + "spreadsheet-template"), method=zipfile.ZIP_STORED): ODF + "spreadsheet",
    zipped(("content.xml", "<a/>"), ("META-INF/manifest.xml", f'<f media-type="{ODF}spreadsheet"/>')): ODF
    + "spreadsheet",
    zipped(("mimetype", "application/epub+zip"), method=zipfile.ZIP_STORED): "application/epub+zip",
    zipped(("a.txt", "word/ is here")): "application/zip",
    b"PK\x03\x04 and no more": "application/zip",
    compound("WordDocument"): "application/msword",
    compound("ObjectPool", "WORKBOOK", sector=3): "application/vnd.ms-excel",
    compound("Current User", "PowerPoint Document", sector=60): "application/vnd.ms-powerpoint",
    compound("EncryptedPackage"): "application/x-ole-storage",
    compound(sector=100)[:2000]: "application/x-ole-storage",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "application/x-ole-storage",
    b"plain words\r\n\f\tmore\b": "text/plain",
    "Grüße, Ωμέγα, مرحبا".encode(): "text/plain",
    "Grüße aus Köln".encode("latin-1"): "text/plain",
    "“Viele Grüße” – aus Köln und Bonn…".encode("cp1252"): "text/plain",
    "Viele Grüße aus Köln und aus München".encode("cp850"): "text/plain",
    "Words".encode("utf-16"): "text/plain",
    "Words, über alles".encode("utf-16-le"): "text/plain",
    "Words, über alles".encode("utf-16-be"): "text/plain",
    "漢字".encode("utf-16"): "text/plain",
    b"of DOS\r\n\x1a": "text/plain",
    b"<html><body>hello</body></html>": "text/plain",
    b"\n": "text/plain",
    b"": UNKNOWN,
    b"\0\0\0": UNKNOWN,
    b"text with \x1b escape": UNKNOWN,
    b"\x1b[31mred\x1b[0m": UNKNOWN,
    b"text with \0 zero": UNKNOWN,
    b"\x01": UNKNOWN,
    b"\xe9\xe8\xea\xeb": UNKNOWN,
    b"a\x80b": UNKNOWN,
    b"\xff\xfe\0\0": UNKNOWN,
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
    assert {row.task for row in FORMATS} - {""} <= set(TASKS)
    names = [name.lower() for row in FORMATS for name in (row.mime, *row.names)]
    assert len(set(names)) == len(names)
    assert len(BY_MIME) == len(FORMATS)
    assert all(row.way is not None for row in FORMATS if row.task)


def test_what_pjl_names_is_in_the_table():
    assert set(PJL_LANGUAGES.values()) <= set(BY_MIME)
    assert all(name == name.upper() for name in PJL_LANGUAGES)
    assert BY_MIME[PJL_LANGUAGES["QPDL"]].way is None
    assert BY_MIME[PJL_LANGUAGES["PCLXL"]].way == "stream"


def test_a_directory_beyond_the_head_leaves_the_kind_open():
    assert sniff(compound("WordDocument", sector=200)[:HEAD_BYTES]) == "application/x-ole-storage"
    known = bytearray(compound("WordDocument", sector=200)[:HEAD_BYTES])
    known[512:514] = b"\xec\xa5"
    assert sniff(bytes(known)) == "application/msword"


def test_streams_of_an_embedded_document_do_not_count():
    data = bytearray(compound("Workbook", "WordDocument"))
    # The second stream is taken out of the row: it lies below a storage.
    data[1024 + 128 + 72 : 1024 + 128 + 76] = b"\xff" * 4
    assert sniff(bytes(data)) == "application/vnd.ms-excel"


def test_entries_of_unknown_length_are_passed():
    stream = io.BytesIO()

    class Pipe(io.RawIOBase):
        def writable(self):
            return True

        def write(self, data):
            return stream.write(data)

    with zipfile.ZipFile(Pipe(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("docProps/app.xml", "x" * 500)
        archive.writestr("[Content_Types].xml", TYPES.format(OOXML + "presentationml.presentation.main+xml"))
    assert sniff(stream.getvalue()) == OOXML + "presentationml.presentation"


def test_a_bomb_of_content_types_is_bounded():
    assert sniff(zipped(("[Content_Types].xml", b" " * 50_000_000))) == "application/zip"


@pytest.mark.parametrize(
    ("declared", "mime"),
    [
        ("application/PDF; version=1.4", "application/pdf"),
        ("APPLICATION/VND.HP-PCL", "application/vnd.hp-PCL"),
        ("image/jpg", "image/jpeg"),
        ("application/octet-stream", UNKNOWN),
        ("application/oxps", "application/vnd.ms-xpsdocument"),
        ("text/html", "text/plain"),
        ("application/x-nobody-knows", None),
        ("", None),
    ],
)
def test_declared_types_have_one_name(declared, mime):
    assert canonical(declared) == mime


@pytest.mark.parametrize(
    ("declared", "found", "agreed"),
    [
        ("application/octet-stream", "image/png", True),
        ("application/vnd.cups-raw", "application/vnd.hp-PCL", True),
        ("application/pdf", "application/pdf", True),
        ("application/pdf", "application/PCLm", True),
        ("application/pdf", "application/vnd.hp-PJL", True),
        ("application/pdf", "image/jpeg", False),
        ("application/vnd.hp-PCL", "application/vnd.hp-PJL", True),
        ("application/vnd.hp-PCL", "application/vnd.hp-PCLXL", True),
        ("application/postscript", "application/vnd.hp-PJL", True),
        ("application/postscript", "text/plain", False),
        ("text/html", "text/plain", True),
        ("text/x-anything; charset=utf-8", "text/plain", True),
        ("text/plain", "application/pdf", False),
        ("image/svg+xml", "application/gzip", True),
        ("application/zip", OOXML + "wordprocessingml.document", True),
        ("application/msword", "application/x-ole-storage", True),
        ("application/vnd.ms-excel", "application/msword", False),
        ("image/jpeg", "image/png", False),
        ("application/x-nobody-knows", "application/pdf", False),
    ],
)
def test_what_was_declared_may_agree_with_what_was_found(declared, found, agreed):
    assert agrees(declared, found) is agreed


def test_what_pjl_leaves_to_the_printer():
    assert sniff_language(b"some words") == "application/vnd.hp-PCL"
    assert sniff_language(b"%!PS") == "application/postscript"
    assert sniff_language(b"\0\0") == UNKNOWN


def test_packed_documents_are_gzip_whatever_they_hold():
    assert sniff(gzip.compress(b"%PDF-1.7")) == "application/gzip"


def test_leading_zeros():
    assert leading_nulls(b"\0\0\0a\0") == 3


@given(st.binary(max_size=200))
def test_anything_has_one_answer(head):
    assert sniff(head) in {*BY_MIME, UNKNOWN}


@given(st.binary(min_size=1, max_size=100), st.sampled_from(sorted(set(range(32)) - {8, 9, 10, 12, 13})))
def test_no_text_has_control_characters(head, control):
    assert sniff(b"a" + head + bytes([control]) + b"z") != "text/plain" or control in {0, 11}
