"""Office documents into PDF by LibreOffice, which is kept warm and opens one document only."""

import asyncio
import io
from pathlib import Path

import pikepdf
import pytest

from pdl import office
from pdl.errors import DocumentRejected, LimitReached, PasswordNeeded, PdlError
from pdl.format_ole import DOC, MAGIC, OLE
from pdl.format_zip import DOCX, ODP, XLSX
from pdl.inspect import inspect
from pdl.limits import Limits
from pdl.office import RTF
from pdl.office_pool import OfficePool
from pdl.office_process import OfficeProcess
from pdl.program import CONFINED, Programs
from pdl.sandbox import Sandbox
from pdl.source import BytesSource
from tests.pdl import office_documents as make

pytestmark = pytest.mark.skipif(not office.available(), reason="LibreOffice or python3-uno is not installed")


@pytest.fixture(scope="module")
def runner():
    with asyncio.Runner() as running:
        yield running


@pytest.fixture(scope="module")
def programs(runner):
    found = Programs()
    runner.run(found.probe())
    if not found.private:
        pytest.skip("bubblewrap does not work here")
    return found


@pytest.fixture(scope="module")
def convert(runner, programs):
    """Convert bytes of a type by one pool for all tests; its answer is the PDF."""
    pools = []

    async def opened():
        pools.append(OfficePool(programs))

    runner.run(opened())

    def converted(data, mime, limits=Limits()):
        kept = io.BytesIO()

        async def sink(piece):
            kept.write(piece)

        runner.run(pools[0].to_pdf(BytesSource(data), mime, limits=limits, sink=sink))
        return kept.getvalue()

    yield converted
    runner.run(pools[0].stop())


def pages_of(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


@pytest.mark.parametrize(
    ("data", "mime", "pages"),
    [
        (make.docx(4), DOCX, 4),
        (make.rtf(3), RTF, 3),
        (make.xlsx(5), XLSX, 1),
        (make.xlsx(200), XLSX, 4),
        (make.odp(3), ODP, 3),
    ],
    ids=["docx", "rtf", "xlsx", "long-xlsx", "odp"],
)
def test_documents_become_pdf(convert, data, mime, pages):
    assert pages_of(convert(data, mime)) == pages


def test_comments_are_not_printed(convert):
    comments = r"{\rtf1\ansi Words{\*\atnid A}{\*\atnauthor B}\chatn{\*\annotation{\pard\plain a remark}} more}"
    assert pages_of(convert(comments.encode(), RTF)) == 1


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (make.docx()[:-200], DOCX),
        (MAGIC + b"\0" * 4096, DOC),
        (MAGIC + b"\xff" * 4096, OLE),
        (make.zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<nothing"}), DOCX),
    ],
    ids=["cut-off", "empty-ole", "broken-ole", "no-text"],
)
def test_damaged_documents_are_rejected(convert, data, mime):
    with pytest.raises(PdlError):
        convert(data, mime)
    assert pages_of(convert(make.rtf(), RTF)) == 1


def test_a_document_with_a_password(convert):
    mime = "application/vnd.oasis.opendocument.text"
    entry = (
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml" manifest:size="99">'
        '<manifest:encryption-data manifest:checksum-type="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0#sha256-1k" '
        'manifest:checksum="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="><manifest:algorithm '
        'manifest:algorithm-name="http://www.w3.org/2001/04/xmlenc#aes256-cbc" '
        'manifest:initialisation-vector="AAAAAAAAAAAAAAAAAAAAAA=="/><manifest:key-derivation '
        'manifest:key-derivation-name="PBKDF2" manifest:key-size="32" manifest:iteration-count="1000" '
        'manifest:salt="AAAAAAAAAAAAAAAAAAAAAA=="/><manifest:start-key-generation '
        'manifest:start-key-generation-name="http://www.w3.org/2000/09/xmldsig#sha256" manifest:key-size="32"/>'
        "</manifest:encryption-data></manifest:file-entry>"
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{make.OPEN}:manifest:1.0" manifest:version="1.2"><manifest:file-entry '
        f'manifest:full-path="/" manifest:version="1.2" manifest:media-type="{mime}"/>{entry}</manifest:manifest>'
    )
    locked = make.zipped({"mimetype": mime, "content.xml": "\0" * 112, "META-INF/manifest.xml": manifest})
    with pytest.raises(PasswordNeeded):
        convert(locked, mime)


def test_nothing_is_fetched_and_no_file_is_seen(convert):
    field = '{{\\field{{\\*\\fldinst INCLUDETEXT "{}"}}{{\\fldrslt none}}}}'
    included = "{\\rtf1\\ansi " + field.format("file:///etc/passwd") + field.format("http://127.0.0.1:9/x") + "}"
    pdf = convert(included.encode(), RTF)
    assert pages_of(pdf) == 1
    assert b"root:" not in pdf


def test_limits(convert):
    with pytest.raises(LimitReached):
        convert(make.docx(), DOCX, Limits(input_bytes=100))
    with pytest.raises(LimitReached):
        convert(make.docx(), DOCX, Limits(output_bytes=100))
    with pytest.raises(LimitReached):
        convert(make.xlsx(60_000), XLSX, Limits(wall_seconds=0.2))
    assert pages_of(convert(make.rtf(), RTF)) == 1


def test_a_process_that_died_while_it_waited_is_replaced(runner, programs):
    async def work():
        pool = OfficePool(programs)
        pool.warm_up()
        process = await pool._waiting[0]
        process._process.kill()
        await process._process.wait()
        made = io.BytesIO()

        async def sink(piece):
            made.write(piece)

        await pool.to_pdf(BytesSource(make.rtf(2)), RTF, limits=Limits(), sink=sink)
        await pool.stop()
        return made.getvalue()

    assert pages_of(runner.run(work())) == 2


def test_what_waits_is_let_go(runner, programs):
    async def work():
        pool = OfficePool(programs, idle_seconds=0.05)
        pool.warm_up()
        started = pool._waiting[0]
        while not started.done():
            await asyncio.sleep(0.05)
        await pool.stop()
        return started.cancelled() or not started.result().alive

    assert runner.run(work())


def test_one_document_ends_a_process(runner, programs):
    async def work():
        process = await OfficeProcess.start(programs)

        async def sink(_):
            pass

        await process.convert(BytesSource(make.rtf()), RTF, Limits(), sink)
        async with asyncio.timeout(10):
            await process._process.wait()
        alive = process.alive
        await process.end()
        return alive

    assert runner.run(work()) is False


def test_where_it_cannot_run_the_document_is_refused_with_words(runner, monkeypatch):
    async def refused(pool):
        async def sink(_):
            pass

        with pytest.raises(DocumentRejected) as caught:
            await pool.to_pdf(BytesSource(b"x"), DOCX, limits=Limits(), sink=sink)
        return caught.value

    confined = Programs()
    confined.level = CONFINED
    assert "bubblewrap" in runner.run(refused(OfficePool(confined))).reason
    monkeypatch.setattr(office, "formats", frozenset)
    fault = runner.run(refused(OfficePool(confined)))
    assert "LibreOffice" in fault.reason
    assert fault.state_reason == "unsupported-document-format"


def test_inspecting_tells_pages_and_colour(runner, programs):
    async def work():
        sandbox = Sandbox()
        await sandbox.start()
        sandbox.warm_up_office()
        try:
            return [await inspect(BytesSource(data), sandbox) for data in (make.docx(3, "C00000"), make.docx(2))]
        finally:
            await sandbox.stop()

    colored, gray = runner.run(work())
    assert (colored.format, colored.pages, colored.color_pages, colored.sheets) == (DOCX, 3, (1, 2, 3), 3)
    assert [media.name for media in colored.media_of_pages()] == ["iso_a4_210x297mm"] * 3
    assert (gray.pages, gray.color_pages) == (2, ())


def test_the_text_of_the_worker_stands_alone():
    text = Path(office.__file__).with_name("office_worker.py").read_text("utf-8")
    assert "from pdl" not in text
    assert "import pdl" not in text
    assert len(text) < 100_000  # an argument of a command
