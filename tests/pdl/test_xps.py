"""Counting XPS documents by their structure and print tickets."""

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pdl import xps
from pdl.errors import DocumentRejected, LimitReached, PasswordNeeded, PdlError
from pdl.report import Report
from pdl.source import BytesSource
from tests.pdl import xps_documents as make

MIME = "application/vnd.ms-xpsdocument"


def counted(data: bytes, pages: int = 1000) -> Report:
    return Report.from_json(xps.count(BytesSource(data), {"format": MIME, "pages": pages}, None))


def test_pages_of_all_documents_in_order() -> None:
    made = make.parts([[make.page(), make.page(size=(816, 1056))], [make.page()]])
    report = counted(make.package(made))
    assert (report.pages, report.impressions, report.sheets, report.copies, report.sides) == (3, 3, 3, 1, "one-sided")
    assert [media.name for media in report.media_of_pages()] == [
        "iso_a4_210x297mm", "na_letter_8.5x11in", "iso_a4_210x297mm",
    ]  # fmt: skip
    assert report.confidence.pages == report.confidence.copies == report.confidence.media == "exact"


def test_size_from_the_list_where_the_page_gives_none_and_unknown_where_neither_does() -> None:
    made = make.parts([[make.page(size=None), make.page(size=None)]])
    fixed = str(made["Documents/1/Fixed.fdoc"])
    made["Documents/1/Fixed.fdoc"] = fixed.replace('1.fpage"', '1.fpage" Width="816" Height="1056"')
    assert [media.name for media in counted(make.package(made)).media_of_pages()] == ["na_letter_8.5x11in", "unknown"]


def test_utf_16_names_in_other_case_encoded_and_upwards() -> None:
    made = make.parts([[make.page()]])
    made["Documents/1/Fixed.fdoc"] = (
        f'<?xml version="1.0" encoding="utf-16"?><FixedDocument xmlns="{make.XPS_NAMESPACE}">'
        '<PageContent Source="../1/PAGES/%31.fpage"/></FixedDocument>'
    ).encode("utf-16")
    assert counted(make.package(made)).pages == 1


def test_parts_in_pieces() -> None:
    made = make.parts([[make.page(), make.page()]])
    fixed = str(made.pop("Documents/1/Fixed.fdoc"))
    made["Documents/1/Fixed.fdoc/[1].last.piece"] = fixed[60:]
    made["Documents/1/Fixed.fdoc/[0].piece"] = fixed[:60]
    assert counted(make.package(made)).pages == 2
    del made["Documents/1/Fixed.fdoc/[0].piece"]
    with pytest.raises(DocumentRejected, match="pieces"):
        counted(make.package(made))


def test_stored_members_zip64_data_descriptors_and_leading_zeros() -> None:
    made = make.parts([[make.page()]])
    assert counted(make.package(made, zipfile.ZIP_STORED)).pages == 1

    class Unseekable(io.RawIOBase):
        kept = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.kept += bytes(data)
            return len(data)

    streamed = Unseekable()
    with zipfile.ZipFile(streamed, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name, content in made.items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(content if isinstance(content, bytes) else content.encode())
    assert counted(streamed.kept).pages == 1
    assert counted(b"\0" * 600 + make.package(made)).pages == 1


def test_a_table_that_only_its_zip64_end_tells_of() -> None:
    data = make.package(make.parts([[make.page()]]))
    end = data.rindex(b"PK\5\6")
    count, size, offset = struct.unpack_from("<HLL", data, end + 10)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    old = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert counted(data[:end] + end64 + locator + old).pages == 1


def test_a_page_listed_twice_counts_once_and_is_an_estimate() -> None:
    made = make.parts([[make.page()]])
    made["Documents/1/Fixed.fdoc"] = str(made["Documents/1/Fixed.fdoc"]).replace(
        "</FixedDocument>", '<PageContent Source="/documents/1/pages/1.FPAGE"/></FixedDocument>'
    )
    report = counted(make.package(made))
    assert (report.pages, report.confidence.pages) == (1, "estimated")


def test_copies_and_sides_of_the_job() -> None:
    made = make.parts([[make.page()] * 3])
    asked = make.ticket({"JobDuplexAllDocumentsContiguously": "TwoSidedShortEdge"}, {"JobCopiesAllDocuments": 4})
    make.with_ticket(made, "Sequence.fdseq", asked)
    report = counted(make.package(made))
    assert (report.copies, report.sides, report.impressions, report.sheets) == (4, "two-sided-short-edge", 12, 8)
    assert report.confidence.sides == report.confidence.copies == "exact"


def test_a_documents_ticket_is_nearer_than_the_jobs_and_begins_a_sheet() -> None:
    made = make.parts([[make.page()], [make.page(), make.page()]])
    make.with_ticket(made, "Sequence.fdseq", make.ticket({"DocumentDuplex": "OneSided"}))
    make.with_ticket(
        made, "Documents/2/Fixed.fdoc",
        make.ticket({"DocumentDuplex": "TwoSidedLongEdge"}, {"DocumentCopiesAllPages": 2}),
    )  # fmt: skip
    report = counted(make.package(made))
    assert (report.pages, report.impressions, report.sheets, report.sides) == (3, 5, 3, "two-sided-long-edge")


def test_documents_two_sided_each_begin_a_sheet_but_run_on_when_contiguous() -> None:
    pages = [[make.page()], [make.page()]]
    made = make.parts(pages)
    make.with_ticket(made, "Sequence.fdseq", make.ticket({"DocumentDuplex": "TwoSidedLongEdge"}))
    assert counted(make.package(made)).sheets == 2
    made = make.parts(pages)
    make.with_ticket(made, "Sequence.fdseq", make.ticket({"JobDuplexAllDocumentsContiguously": "TwoSidedLongEdge"}))
    assert counted(make.package(made)).sheets == 1


def test_a_page_cannot_speak_for_the_job_and_a_vendor_not_for_the_schema() -> None:
    made = make.parts([[make.page(), make.page()]])
    asked = make.ticket({"JobDuplexAllDocumentsContiguously": "TwoSidedLongEdge"}, {"JobCopiesAllDocuments": 7})
    make.with_ticket(made, "Documents/1/Pages/1.fpage", asked)
    make.with_ticket(made, "Sequence.fdseq", make.ticket({"DocumentDuplex": "own:TwoSidedLongEdge"}))
    report = counted(make.package(made))
    assert (report.copies, report.sides, report.sheets) == (1, "one-sided", 2)


def test_several_pages_on_a_side_make_the_sheets_an_estimate() -> None:
    made = make.parts([[make.page()] * 4])
    make.with_ticket(made, "Sequence.fdseq", make.ticket(None, {"JobNUpAllDocumentsContiguously/PagesPerSheet": 2}))
    report = counted(make.package(made))
    assert (report.pages, report.confidence.pages, report.confidence.sides) == (4, "exact", "estimated")


def test_another_sheet_than_the_page_makes_the_media_an_estimate() -> None:
    made = make.parts([[make.page()]])
    sheet = {"PageMediaSize/MediaSizeWidth": 297000, "PageMediaSize/MediaSizeHeight": 420000}
    make.with_ticket(made, "Sequence.fdseq", make.ticket(None, sheet))
    report = counted(make.package(made))
    assert (report.media[0].media.name, report.confidence.media) == ("iso_a4_210x297mm", "estimated")


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("Documents/1/Pages/1.fpage", None),
        ("Documents/1/Fixed.fdoc", None),
        ("Sequence.fdseq", "<FixedDocumentSequence>"),
        ("_rels/.rels", make.relationships()),
        ("_rels/.rels", "nothing of the kind"),
        ("Documents/1/Pages/1.fpage", "<Canvas/>"),
        ("Documents/1/Pages/1.fpage", '<!DOCTYPE FixedPage [<!ENTITY a "b">]><FixedPage>&a;</FixedPage>'),
        ("Documents/1/Fixed.fdoc", "<FixedDocument/>"),
        ("Documents/1/Fixed.fdoc", '<?xml version="1.0" encoding="shift_jis"?><FixedDocument>\x83'.encode("latin-1")),
    ],
)
def test_damaged_packages_are_rejected(part: str, content: str | bytes | None) -> None:
    made = make.parts([[make.page()]])
    if content is None:
        del made[part]
    else:
        made[part] = content
    with pytest.raises(DocumentRejected):
        counted(make.package(made))


def test_damaged_zip_files_are_rejected() -> None:
    data = make.xps(make.page())
    with pytest.raises(DocumentRejected, match="table of contents"):
        counted(data[:-30])
    with pytest.raises(DocumentRejected):
        counted(data.replace(b"PK\1\2", b"PK\1\1"))
    with pytest.raises(DocumentRejected):
        counted(b"PK\3\4" + b"\0" * 100)
    broken = bytearray(make.package(make.parts([[make.page()]]), zipfile.ZIP_STORED))
    broken[broken.index(b'Source="Pages') + 8] ^= 1
    with pytest.raises(DocumentRejected, match="check sum"):
        counted(bytes(broken))


def test_an_encrypted_zip_file_wants_a_password() -> None:
    data = bytearray(make.xps(make.page()))
    at = data.index(b"PK\1\2")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\1\2", at + 1)
    with pytest.raises(PasswordNeeded):
        counted(bytes(data))


def test_limits_of_pages_and_of_what_is_unpacked() -> None:
    with pytest.raises(LimitReached):
        counted(make.xps(*[make.page()] * 5), pages=4)
    made = make.parts([[make.page()]])
    # Four hundred thousand lines of one page, a few kilobytes when packed.
    listed = '<PageContent Source="Pages/1.fpage"/>' * 400_000
    made["Documents/1/Fixed.fdoc"] = f'<FixedDocument xmlns="{make.XPS_NAMESPACE}">{listed}</FixedDocument>'
    with pytest.raises(LimitReached):
        counted(make.package(made))


def test_a_bomb_of_blanks_ends_at_the_limit() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(b" " * (16 << 20)) for _ in range(17)) + packer.flush()
    name = b"_rels/.rels"
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(packed), 9, len(name), 0) + name
    row = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(packed), 9, len(name), 0, 0, 0, 0, 0, 0)
    table = row + name
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(table), len(head) + len(packed), 0)
    with pytest.raises(LimitReached):
        counted(head + packed + table + end)


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_damage_is_a_clean_error(data: st.DataObject) -> None:
    whole = bytearray(make.package(make.parts([[make.page(), make.page(make.RED)]]), zipfile.ZIP_STORED))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(1, len(whole)))
    try:
        report = counted(bytes(whole[:end]))
    except PdlError:
        return
    assert report.pages in {1, 2}
