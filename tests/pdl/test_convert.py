"""`printgate convert`: from every kind of document to every format, without a gateway."""

import gzip
import io
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from gateway.cli import run
from pdl.command import inspect_paths
from tests.pdl import documents
from tests.pdl.documents import A5, marks
from tests.pdl.pcl5_reader import read_pcl5
from tests.pdl.readers import pictures, postscript_pictures, read_pclxl, read_pwg, read_urf

POSTSCRIPT = b"""%!PS
<< /PageSize [595 842] >> setpagedevice
1 1 3 { /n exch def
  0 setgray 1 1 n { 1 sub 0.1 mul 0.1 add 595 mul 84 30 84 rectfill } for
  1 0 0 setrgbcolor 59.5 674 59.5 84 rectfill showpage } for
"""
SOURCES = {
    "pdf": documents.pdf,
    "ps": lambda: POSTSCRIPT,
    "pwg": documents.pwg,
    "urf": documents.urf,
    "png": lambda: documents.encoded("PNG"),
    "jpeg": lambda: documents.encoded("JPEG", quality=95),
    "pjl": lambda: b"\x1b%-12345X@PJL\r\n@PJL ENTER LANGUAGE=POSTSCRIPT\r\n" + POSTSCRIPT + b"\x1b%-12345X",
    "gzip": lambda: gzip.compress(documents.pdf()),
}


# How each format is read back: pictures of its pages.
READERS = {
    "pdf": lambda path: pictures(path, 75),
    "pclm": lambda path: pictures(path, 75),
    "ps": lambda path: postscript_pictures(path.read_bytes(), 75),
    "pwg": lambda path: [page.pixels for page in read_pwg(path.read_bytes())],
    "urf": lambda path: [page.pixels for page in read_urf(path.read_bytes())],
    "pcl": lambda path: [page.pixels(877, 620) for page in read_pcl5(path.read_bytes())],
    "jpeg": lambda path: [np.asarray(Image.open(path))],
}


@pytest.fixture
def convert(tmp_path, capsys):
    """convert(document, format, *words) -> exit status, the path written, what was complained of."""

    def do(document, wanted, *words):
        source, out = tmp_path / "in", tmp_path / f"out.{wanted}"
        source.write_bytes(document)
        status = run(["convert", str(source), str(out), "--to", wanted, *words])
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
        return status, out, capsys.readouterr().err

    return do


@pytest.mark.parametrize("source", SOURCES)
def test_from_every_kind_of_document(convert, source):
    alone = source in {"png", "jpeg"}
    words = ("--media", "a4", "--dpi", "75", *(() if alone else ("--pages", "2-3")))
    status, out, _ = convert(SOURCES[source](), "pwg", *words)
    assert status == 0
    pages = READERS["pwg"](out)
    assert [marks(page)[0] for page in pages] == ([1] if alone else [2, 3])
    assert all(page.shape == (877, 620, 3) and marks(page)[1][0] > 200 and marks(page)[1][1] < 60 for page in pages)


@pytest.mark.parametrize("wanted", [*READERS, "pclxl"])
def test_into_every_format(convert, wanted):
    pages = ("--pages", "3") if wanted == "jpeg" else ("--pages", "3,1")
    status, out, complaint = convert(documents.pdf(3, size=A5), wanted, "--dpi", "75", "--media", "a4", *pages)
    assert (status, complaint) == (0, "")
    if wanted == "pclxl":
        assert [page[0x25] for page in read_pclxl(out.read_bytes())] == [2, 2]  # A4
        return
    found = READERS[wanted](out)
    assert all(abs(image.shape[0] - 877) <= 1 and abs(image.shape[1] - 620) <= 1 for image in found)
    # The page is half as large as the sheet, and in its middle.
    middle = [image[129:748, 92:529] for image in found]
    assert [marks(image)[0] for image in middle] == ([3] if wanted == "jpeg" else [1, 3])
    assert all(marks(image)[1][0] > 200 and marks(image)[1][2] < 60 for image in middle)


@pytest.mark.parametrize("wanted", ["pdf", "pclm", "urf", "pcl"])
def test_what_was_made_counts_as_what_was_asked(convert, wanted):
    words = ("--number-up", "2", "--copies", "2", "--sides", "long", "--mono", "--dpi", "75", "--media", "letter")
    status, out, _ = convert(documents.pdf(5), wanted, *words)
    assert status == 0
    (report,) = inspect_paths([str(out)], 1, lambda *_: None)
    # Three sides a copy, and an empty back between the copies.
    assert (report["verdict"], report["impressions"], report["color_pages"]) == ("ok", 7, [])
    assert set(report["media"]) == {"na_letter_8.5x11in"}
    if wanted in {"urf", "pcl"}:
        assert (report["sides"], report["sheets"]) == ("two-sided-long-edge", 4)


def test_to_standard_output(tmp_path):
    path = tmp_path / "in.pdf"
    path.write_bytes(documents.pdf(2))
    command = [sys.executable, "-c", "from gateway.cli import main; main()", "convert", str(path), "-", "--to", "urf"]
    done = subprocess.run([*command, "--dpi", "36"], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [marks(page.pixels)[0] for page in read_urf(done.stdout)] == [1, 2]


def test_a_file_that_is_there_is_replaced_only_by_a_whole_one(convert, tmp_path):
    out = tmp_path / "out.pdf"
    out.write_bytes(b"precious")
    status, _, complaint = convert(b"%PDF-1.7 and then nothing", "pdf")
    assert (status, out.read_bytes()) == (1, b"precious")
    assert complaint.startswith("printgate: ")
    assert convert(documents.pdf(1), "pdf")[0] == 0
    assert out.read_bytes().startswith(b"%PDF")
    # Readable by whom the user lets read: it is no secret file.
    mask = os.umask(0)
    os.umask(mask)
    assert out.stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize(
    ("document", "wanted", "words", "status", "says"),
    [
        (documents.pdf(3), "jpeg", (), 1, "A JPEG holds one side"),
        (documents.pdf(3), "pdf", ("--pages", "7"), 1, "none of those asked for"),
        (b"\x00\x01\x02 nobody knows", "pdf", (), 1, "no format that is known here"),
        (b"\x1bEhello\f\x1bE", "pdf", (), 1, "as it is"),
        (documents.pdf(1), "pwg", ("--raster-type", "device9_16"), 1, "choose sgray_8"),
        (documents.pdf(1), "docx", (), 2, "is no format that can be made"),
        (documents.pdf(1), "pdf", ("--pages", "3-1"), 2, "are no pages"),
        (documents.pdf(1), "pdf", ("--media", "paper"), 2, "is no sheet"),
    ],
)
def test_refusals_are_sentences(convert, document, wanted, words, status, says):
    found, out, complaint = convert(document, wanted, *words)
    assert found == status
    assert says in complaint
    assert complaint.count("\n") == 1
    assert not out.exists()


def test_files_that_cannot_be_read_or_written(tmp_path, capsys):
    path = tmp_path / "in.pdf"
    assert run(["convert", str(path), str(tmp_path / "out"), "--to", "pdf"]) == 1
    assert "No such file" in capsys.readouterr().err
    path.write_bytes(documents.pdf(1))
    assert run(["convert", str(path), str(tmp_path / "no" / "out.pdf"), "--to", "pdf"]) == 1
    assert f"{tmp_path}/no/out.pdf: No such file" in capsys.readouterr().err


def test_a_picture_is_laid_on_the_sheet(convert):
    image = Image.new("L", (300, 200), 0)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    status, out, _ = convert(
        stream.getvalue(), "urf", "--media", "100x150mm", "--dpi", "72", "--scaling", "fill", "--mono"
    )
    assert status == 0
    (page,) = read_urf(out.read_bytes())
    assert page.pixels.shape == (425, 283, 1)
    assert page.pixels.max() == 0
