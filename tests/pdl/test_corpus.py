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
NAMES = {
    "A3": "iso_a3_297x420mm", "A4": "iso_a4_210x297mm", "A4-L": "iso_a4_210x297mm", "A5": "iso_a5_148x210mm",
    "Letter": "na_letter_8.5x11in", "Legal": "na_legal_8.5x14in",
}  # fmt: skip
SIDES = {"": "one-sided", "long": "two-sided-long-edge", "short": "two-sided-short-edge"}
# Of these the label gives what they were made for, and a language that has no page size of its own.
WITHOUT_SIZE = {"text", "escp", "escp2", "tiff"}
# It holds the last of its five pages alone: the driver that made it wrote its file anew for each page.
MISLABELLED = {"jobs/escp2_stcolor_mixed5.prn"}
# The stream turns its sheets over the long edge, whatever was asked of the driver that made it.
OTHER_SIDES = {"jobs/pcl5e_ljet4d_tumble3.pcl": "two-sided-long-edge"}
# The stream names no sheet, or another.
OTHER_MEDIA = {"jobs/pcl4_laserjet_mono1.pcl", "jobs/cups_pclx_designjet_mono1.pcl"}
REASONS = {
    "empty": "empty", "corrupt or partial": "damaged", "corrupt": "damaged", "encrypted": "password",
    "timeout": "time", "error (invalidfileaccess)": "rendered", "unsupported": "not known", "no-pages": "no pages",
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
        seen = {}

        def inspected(path):
            if path not in seen:
                with FileSource(CORPUS / path) as source:
                    seen[path] = runner.run(inspect(source, sandbox))
            return seen[path]

        yield inspected
        runner.run(sandbox.stop())


def is_counted(row):
    """Whether the label says how many pages come out; what is refused has none."""
    told = row["pages"].strip("0") != "" and "reject" not in row["expect"]
    return told and row["path"] not in MISLABELLED


def labelled(rows, condition):
    return [pytest.param(row, id=row["path"]) for row in rows if condition(row)]


@pytest.mark.parametrize("row", labelled(rows(), is_counted))
def test_labels(look, row):
    report = look(row["path"])
    assert (report.pages, report.copies, report.sheets) == (
        int(row["pages"]),
        int(row["copies"]),
        int(row["sheets"]),
    ), report.reason
    assert report.confidence.pages == "exact"
    assert report.sides == OTHER_SIDES.get(row["path"], SIDES[row["duplex"]])
    if "colour=limit" in row["expect"]:
        assert (report.verdict, report.confidence.color) == ("limited", "unknown")
        return
    assert report.verdict == "ok"
    if row["confidence"] == "medium" and report.confidence.color == "estimated":
        return  # renderers disagree about it, and so the report says
    assert report.color_pages == tuple(int(page) for page in row["colour_pages"].split())


def labelled_media(row):
    """Names of the label's sizes, [] where it gives none for exactly its pages."""
    if row["path"] in OTHER_MEDIA:
        return []
    parts = [part.rsplit("*", 1) for part in row["media"].split(";") if part]
    named = [name for name, count in parts if name in NAMES for _ in range(int(count))]
    return [NAMES[name] for name in named] if len(named) == int(row["pages"] or 0) else []


@pytest.mark.parametrize(
    "row", labelled(rows(), lambda row: is_counted(row) and row["format"] not in WITHOUT_SIZE and labelled_media(row))
)
def test_media(look, row):
    assert look(row["path"]).describe()["media"] == labelled_media(row)


def test_user_unit(look):
    media = look("nasty/userunit.pdf").media[0].media
    assert name_for(*size_of(media.name)) == "iso_a4_210x297mm"


@pytest.mark.parametrize("row", labelled(rows(), lambda row: row["expect"].startswith("reject:")))
def test_what_is_refused(look, row):
    report = look(row["path"])
    assert (report.verdict, report.pages) == ("rejected", None)
    assert REASONS[row["expect"].removeprefix("reject:")] in report.reason


@pytest.mark.parametrize(
    "row", labelled(rows(), lambda row: not is_counted(row) and not row["expect"].startswith("reject:"))
)
def test_everything_else_gets_a_verdict(look, row):
    report = look(row["path"])
    if row["pages"] == "0":
        assert (report.verdict, report.pages) == ("rejected", None)
    elif row["path"].endswith("text_200lines_noff.txt"):
        assert report.pages == 4
    else:
        # By policy, or by a limit: counted or refused, never guessed.
        assert (report.verdict == "rejected") == (report.pages is None)
    assert report.verdict == "ok" or report.reason
