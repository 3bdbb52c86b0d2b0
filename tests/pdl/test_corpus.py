"""The labelled corpus beside the project, where it lies there: every label, exactly."""

import asyncio
import csv
from pathlib import Path

import pytest

from pdl.inspect import inspect
from pdl.media import name_for, size_of
from pdl.sandbox import Sandbox
from pdl.source import FileSource

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "data" / "pdl"
COUNTED = {"pdf", "pwg", "urf", "raster", "png", "jpeg", "image", "text"}
NAMES = {
    "A3": "iso_a3_297x420mm", "A4": "iso_a4_210x297mm", "A4-L": "iso_a4_210x297mm", "A5": "iso_a5_148x210mm",
    "Letter": "na_letter_8.5x11in", "Legal": "na_legal_8.5x14in",
}  # fmt: skip

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of documents is not here")


def rows():
    if not CORPUS.is_dir():
        return []
    with (CORPUS / "manifest.csv").open(newline="") as manifest:
        return list(csv.DictReader(manifest))


@pytest.fixture(scope="module")
def look():
    with asyncio.Runner() as runner:
        sandbox = Sandbox()
        runner.run(sandbox.start())

        def inspected(path):
            with FileSource(CORPUS / path) as source:
                return runner.run(inspect(source, sandbox))

        yield inspected
        runner.run(sandbox.stop())


def is_counted(row):
    # A PDF within PJL is a PJL job; an empty page tree is refused, not counted as 0.
    return row["format"] in COUNTED and row["pages"].strip("0") != "" and not row["path"].endswith("pjl_pdf.prn")


@pytest.mark.parametrize("row", [row for row in rows() if is_counted(row)], ids=lambda row: row["path"])
def test_labels(look, row):
    report = look(row["path"])
    if row["expect"].endswith("or reject:limit") and report.verdict == "rejected":
        return
    assert (report.pages, report.copies, report.sheets) == (int(row["pages"]), int(row["copies"]), int(row["sheets"]))
    assert report.confidence.pages == "exact"
    sides = {"": "one-sided", "long": "two-sided-long-edge", "short": "two-sided-short-edge"}
    assert report.sides == sides[row["duplex"]]
    if "colour=limit" in row["expect"]:
        assert (report.verdict, report.confidence.color) == ("limited", "unknown")
        return
    assert report.verdict == "ok"
    if row["confidence"] == "medium" and report.confidence.color == "estimated":
        return  # renderers disagree about it, and so the report says
    assert report.color_pages == tuple(int(page) for page in row["colour_pages"].split())
    assert report.confidence.color == "exact"


def labelled_media(row):
    """Names of the label's sizes, [] where it gives none for exactly its pages."""
    parts = [part.rsplit("*", 1) for part in row["media"].split(";") if part]
    named = [name for name, count in parts if name in NAMES for _ in range(int(count))]
    return [NAMES[name] for name in named] if len(named) == int(row["pages"]) else []


@pytest.mark.parametrize(
    "row",
    [
        row
        for row in rows()
        if is_counted(row) and row["format"] in {"pdf", "pwg", "urf", "raster"} and labelled_media(row)
    ],
    ids=lambda row: row["path"],
)
def test_media(look, row):
    assert look(row["path"]).describe()["media"] == labelled_media(row)


def test_user_unit(look):
    media = look("nasty/userunit.pdf").media[0].media
    assert name_for(*size_of(media.name)) == "iso_a4_210x297mm"


@pytest.mark.parametrize("row", [row for row in rows() if not is_counted(row)], ids=lambda row: row["path"])
def test_everything_else_gets_a_verdict(look, row):
    report = look(row["path"])
    if row["expect"].startswith("reject:") or row["format"] not in COUNTED | {"unknown"}:
        assert report.verdict == "rejected"
        assert report.pages is None
    else:
        # Text by policy, and an empty page tree: counted as such or refused, never guessed.
        assert report.verdict == "rejected" or (report.format, report.verdict) == ("text/plain", "ok")
    assert report.verdict == "ok" or report.reason
