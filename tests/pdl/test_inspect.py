"""Inspecting in the sandbox: whatever the document, the answer is a Report."""

import io
import json
import subprocess
import sys
from dataclasses import replace

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from pdl.command import inspect_paths, lines
from pdl.inspect import COUNTING
from pdl.limits import MEBIBYTE
from pdl.report import Report
from tests.pdl import pages
from tests.pdl.pages import COLOR_ROW, GRAY_ROW, long_pdf, pdf, pwg_page, saved, urf_page

RED = b"1 0 0 rg 0 0 99 99 re f"


def picture(kind, mode="RGB", color=(255, 0, 0), size=(40, 30), **options):
    stream = io.BytesIO()
    Image.new(mode, size, color).save(stream, kind, **options)
    return stream.getvalue()


def summary(report):
    return report.format, report.verdict, report.pages, report.color_pages, report.confidence.color


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (pdf(RED, b"", RED), ("application/pdf", "ok", 3, (1, 3), "exact")),
        (pages.pwg(pwg_page(GRAY_ROW), pwg_page(COLOR_ROW)), ("image/pwg-raster", "ok", 2, (2,), "exact")),
        (pages.urf(urf_page(COLOR_ROW)), ("image/urf", "ok", 1, (1,), "exact")),
        (b"words\fmore words\n", ("text/plain", "ok", 2, (), "exact")),
        (picture("JPEG"), ("image/jpeg", "ok", 1, (1,), "exact")),
        (picture("JPEG", color=(9, 9, 9)), ("image/jpeg", "ok", 1, (), "exact")),
        (picture("JPEG", "L", 128), ("image/jpeg", "ok", 1, (), "exact")),
        (picture("JPEG", "CMYK", (0, 0, 0, 200)), ("image/jpeg", "ok", 1, (), "exact")),
        (picture("JPEG", "CMYK", (0, 200, 0, 0)), ("image/jpeg", "ok", 1, (1,), "exact")),
        (picture("PNG"), ("image/png", "ok", 1, (1,), "exact")),
        (picture("PNG", "LA", (3, 255)), ("image/png", "ok", 1, (), "exact")),
        (picture("PNG", "1", 1), ("image/png", "ok", 1, (), "exact")),
        (picture("PNG", "I;16", 500), ("image/png", "ok", 1, (), "exact")),
        (picture("PNG", "RGBA", (255, 0, 0, 0)), ("image/png", "ok", 1, (), "exact")),
        (picture("PNG", "RGBA", (255, 0, 0, 255)), ("image/png", "ok", 1, (1,), "exact")),
        (picture("PNG", "P", 0, transparency=0), ("image/png", "ok", 1, (), "exact")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_is_counted(look, data, expected):
    report = look(data)
    assert summary(report) == expected
    assert report.reason == report.state_reason == ""
    assert report.confidence.pages == "exact"
    assert len(report.describe()["media"]) == report.pages


@pytest.mark.parametrize(
    ("data", "words", "state"),
    [
        (b"", "empty", "document-format-error"),
        (b"\x01\x02\x03", "not known", "unsupported-document-format"),
        (b"%!PS\nnonsense\n", "undefined in nonsense", "document-format-error"),
        (b"\x1bE\x1bE", "no pages", "document-format-error"),
        (b"\x1f\x8b\x08", "packed", "document-format-error"),
        (b"JZJZ" + bytes(99), "ZjStream", "unsupported-document-format"),
        (b"PK\x03\x04" + bytes(99), "ZIP", "unsupported-document-format"),
        (b"%PDF-1.7\n", "damaged", "document-format-error"),
        (saved(pikepdf.new()), "no pages", "document-format-error"),
        (picture("PNG")[:-30], "damaged", "document-format-error"),
        (picture("JPEG", size=(900, 900))[:3000], "damaged", "document-format-error"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "damaged", "document-format-error"),
        (pages.pwg(pwg_page(GRAY_ROW[:2])), "incomplete", "document-format-error"),
        (b"text" * 30_000 + b"\1", "control character", "document-format-error"),
    ],
)
def test_what_is_refused_says_why(look, data, words, state):
    report = look(data)
    assert report.verdict == "rejected"
    assert words in report.reason
    assert report.reason.endswith(".")
    assert report.state_reason == state
    assert report.pages is report.impressions is report.sheets is report.copies is None
    assert report.confidence.pages == "unknown"


def test_a_password_is_asked_for(look):
    made = pikepdf.open(io.BytesIO(pdf(b"")))
    report = look(saved(made, encryption=pikepdf.Encryption(user="secret", owner="owner")))
    assert (report.verdict, report.state_reason) == ("rejected", "document-password-error")
    assert "password" in report.reason


def test_a_content_bomb_keeps_its_count(look):
    made = pikepdf.open(io.BytesIO(pdf(RED, b"", RED)))
    made.pages[1].obj.Contents = made.make_stream(b"0 0 1 rg 1 2 m 3 4 l S\n" * 12_000_000)
    report = look(saved(made, compress_streams=True), replace(COUNTING, memory_bytes=512 * MEBIBYTE, cpu_seconds=5))
    assert summary(report) == ("application/pdf", "limited", 3, (1,), "unknown")
    assert report.confidence.pages == "exact"
    assert report.reason.startswith("The pages are counted")


def test_a_picture_larger_than_any_is_refused(look):
    data = bytearray(picture("PNG", "1", 1))
    data[16:24] = (90_000).to_bytes(4, "big") * 2
    report = look(bytes(data))
    assert report.verdict == "rejected"


def test_a_hundred_thousand_pages_are_counted(look):
    report = look(long_pdf(100_000))
    assert (report.verdict, report.pages) in {("ok", 100_000), ("limited", 100_000)}
    assert len(report.media) == 1
    assert len(json.dumps(report.to_json())) < 1000


def test_more_pages_than_the_limit_are_refused_by_it(look):
    for data in (long_pdf(11), b"\f" * 12, pages.urf(*[urf_page(GRAY_ROW)] * 11)):
        report = look(data, replace(COUNTING, pages=10))
        assert (report.verdict, report.pages, report.state_reason) == ("rejected", None, "document-unprintable-error")
        assert "pages" in report.reason


OWN = [
    pdf(RED, b"0 g"),
    pages.pwg(pwg_page(GRAY_ROW), pwg_page(COLOR_ROW)),
    pages.urf(urf_page(GRAY_ROW), urf_page(COLOR_ROW)),
    picture("JPEG"),
    picture("PNG"),
    b"plain\ttext\fof two pages\n",
]
PATIENT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@PATIENT
@given(data=st.binary(max_size=2000))
def test_random_bytes_give_a_report(look, data):
    check(look(data))


@PATIENT
@given(data=st.data())
def test_mutated_documents_give_a_report(look, data):
    document = bytearray(data.draw(st.sampled_from(OWN)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(document)))
        cut = data.draw(st.integers(0, 30))
        document[at : at + cut] = data.draw(st.binary(max_size=20))
    check(look(bytes(document)))


def check(report):
    assert isinstance(report, Report)
    assert (report.verdict == "ok") == (report.reason == "")
    assert (report.verdict == "rejected") == (report.state_reason != "")
    if report.verdict == "ok":
        assert report.pages >= 1
        assert report.impressions >= report.pages
    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_the_command_prints_every_key(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(RED, b""))
    [told] = inspect_paths([str(path)], 1, lambda done, whole: None)
    bases = told.pop("basis")
    coverage = told.pop("coverage")
    assert told == {
        "path": str(path),
        "format": "application/pdf",
        "verdict": "ok",
        "reason": "",
        "pages": 2,
        "impressions": 2,
        "sheets": 2,
        "copies": 1,
        "sides": "one-sided",
        "media": ["iso_a4_210x297mm"] * 2,
        "color_pages": [1],
        "languages": ["application/pdf"],
        "confidence": dict.fromkeys(("pages", "color", "copies", "sides", "media"), "exact")
        | {"coverage": "estimated"},
    }
    assert bases.keys() == told["confidence"].keys() and all(bases.values())
    assert coverage.keys() == {"cyan", "magenta", "yellow", "black"} and coverage["magenta"] > coverage["cyan"]


def test_whole_folders(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "b.pdf").write_bytes(pdf(RED, b"", b""))
    (tmp_path / "a.txt").write_text("Hello")
    (tmp_path / "c.bin").write_bytes(b"\0\1\2" * 100)
    (tmp_path / "link").symlink_to("/etc/passwd")
    heard = []
    found = inspect_paths([str(tmp_path)], 2, lambda done, whole: heard.append((done, whole)))
    assert [row["path"].removeprefix(str(tmp_path)) for row in found] == ["/a.txt", "/c.bin", "/deep/er/b.pdf"]
    assert [row["pages"] for row in found] == [1, None, 3]
    assert heard == [(done, 3) for done in range(4)]
    assert list(lines(found))[-1] == "3 files: 4 pages, 1 in colour; 1 refused, 0 unread"


def test_a_file_that_cannot_be_read_is_told_of(tmp_path):
    [row] = inspect_paths([str(tmp_path / "none")], 1, lambda done, whole: None)
    assert row == {"path": str(tmp_path / "none"), "error": "cannot be read: No such file or directory"}


def test_the_gateway_s_own_process_loads_no_parser():
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, pdl.inspect; print([m for m in ('pikepdf', 'pypdfium2', 'PIL', 'numpy') if m in sys.modules])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "change", [{"sides": "both"}, {"reason": "x" * 100_000}, {"segments": [["application/pdf", 0, 10]]}]
)
def test_a_child_that_says_more_than_it_was_asked_is_not_believed(change):
    from pdl.errors import ReaderCrashed
    from pdl.inspection import believed
    from pdl.limits import Limits
    from pdl.report import Confidence, Report

    honest = Report("image/urf", "ok", pages=1, sides="one-sided", confidence=Confidence("exact", "exact")).to_json()
    assert believed(honest, "image/urf", Limits()).pages == 1
    with pytest.raises(ReaderCrashed):
        believed(honest | change, "image/urf", Limits())
