"""Pictures of pages: made once, kept encrypted, gone with their job."""

import asyncio
import io
from dataclasses import replace

import pytest
import pytest_asyncio
from PIL import Image

from jobs.job import Job
from jobs.lifecycle import Event
from jobs.previews import Previews
from jobs.work import now
from pdl.report import Report, Segment
from tests.pdl import documents

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def drawn(monkeypatch):
    """How often a picture was really made."""
    from jobs import previews

    calls, real = [], previews.preview

    async def preview(*given, **options):
        calls.append(given[1:4])
        return await real(*given, **options)

    monkeypatch.setattr(previews, "preview", preview)
    return calls


@pytest_asyncio.fixture(loop_scope="module")
async def made(tmp_path, sandbox):
    from storage.home import Home
    from tests.jobs.conftest import House

    home = await Home.open(tmp_path / "home", reserve_bytes=0)
    house = House(home)
    await house.jobs.load()
    house.previews = Previews(home.database, home.spool, sandbox, home.node)
    yield house
    await home.close()


async def counted(house, content, pages=3, **values) -> Job:
    job = await house.job(
        await house.queue(f"q{len(house.catalogue.listed())}", **values.pop("queue", {})), content=content
    )
    await house.note(job, counted_at=now(), pages=pages, verdict="ok", **values)
    return await house.jobs.get(job.id)


async def test_it_is_made_once_and_read_back(made, drawn):
    job = await counted(made, documents.pdf(3))
    first = await made.previews.png(job, 2, 300, "ada")
    with Image.open(io.BytesIO(first)) as picture:
        assert (picture.format, picture.width) == ("PNG", 320)
    assert await made.previews.png(job, 2, 320, "bob") == first
    assert drawn == [("application/pdf", 2, 320)]
    assert len(await made.rows("preview")) == 1
    # What lies on the disk is not the picture.
    assert not any(b"IHDR" in path.read_bytes() for path in (made.home.folder / "spool").rglob("*") if path.is_file())


async def test_two_who_look_at_once_make_it_once(made, drawn):
    job = await counted(made, documents.pdf(1), 1)
    found = await asyncio.gather(*(made.previews.png(job, 1, 160, "ada") for _ in range(5)))
    assert len(set(found)) == 1
    assert len(drawn) == 1


async def end_by_cancel(house, job):
    await house.jobs.conclude(job.id, Event.CANCEL)


async def end_by_expiry(house, job):
    await house.note(job, expires_at=1)
    await house.jobs.expire()


async def end_after_retention(house, job):
    await house.move(job, Event.RELEASE)
    await house.move(job, Event.START)
    await house.jobs.conclude(job.id, Event.COMPLETE)
    assert len(await house.rows("preview")) == 2
    await house.note(job, expires_at=1)
    await house.jobs.expire()


@pytest.mark.parametrize("end", [end_by_cancel, end_by_expiry, end_after_retention])
async def test_it_is_shredded_with_its_job(made, end):
    other = await counted(made, documents.pdf(1), 1)
    job = await counted(made, documents.pdf(2), 2, queue={"retain_for": 60} if end is end_after_retention else {})
    for one in (other, job):
        assert await made.previews.png(one, 1, 160, "ada")
    assert len(await made.rows("document_key")) == 4
    await end(made, job)
    assert [row[1] for row in await made.rows("preview")] == [other.id]
    assert len(await made.rows("document_key")) == 2
    assert await made.previews.png(job, 1, 160, "ada") is None
    assert await made.previews.png(await made.jobs.get(job.id), 1, 160, "ada") is None


async def test_what_goes_while_it_is_drawn_leaves_no_picture_behind(made, monkeypatch):
    from jobs import previews

    job = await counted(made, documents.pdf(1), 1)
    real = previews.preview

    async def slow(*given, **options):
        data = await real(*given, **options)
        await made.jobs.conclude(job.id, Event.CANCEL)
        return data

    monkeypatch.setattr(previews, "preview", slow)
    assert await made.previews.png(job, 1, 160, "ada")
    assert await made.rows("preview") == []
    assert await made.rows("document_key") == []


async def test_no_more_than_so_many_are_kept(made, monkeypatch):
    monkeypatch.setattr("jobs.previews._MOST_KEPT", 2)
    job = await counted(made, documents.pdf(4), 4)
    for page in range(1, 5):
        assert await made.previews.png(job, page, 160, "ada")
    assert len(await made.rows("preview")) == 2
    assert len(await made.rows("document_key")) == 3


async def test_what_cannot_be_shown_is_tried_once(made, drawn):
    job = await counted(made, b"%PDF-1.4\n%%EOF\n", 1)
    for _ in range(3):
        assert await made.previews.png(job, 1, 160, "ada") is None
    assert len(drawn) == 1
    assert await made.rows("preview") == []


@pytest.mark.parametrize("page", [0, 4, 999_999])
async def test_a_page_that_is_not_there(made, drawn, page):
    assert await made.previews.png(await counted(made, documents.pdf(3)), page, 160, "ada") is None
    assert drawn == []


async def test_what_is_not_counted_has_none(made, drawn):
    job = await made.job(await made.queue(), content=documents.pdf(1))
    assert await made.previews.png(job, 1, 160, "ada") is None
    assert drawn == []


async def test_nobody_waits_for_ever(made, monkeypatch):
    monkeypatch.setattr("jobs.previews._PATIENCE", 0.05)

    async def never(*_given, **_options):
        await asyncio.sleep(60)

    monkeypatch.setattr("jobs.previews.preview", never)
    assert await made.previews.png(await counted(made, documents.pdf(1), 1), 1, 160, "ada") is None


async def test_a_document_inside_a_job_stream_is_shown(made, drawn):
    head, document = b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n", documents.pdf(2)
    content = head + document + b"\x1b%-12345X"
    job = await counted(made, content, 2)
    segments = (Segment("application/pdf", len(head), len(head) + len(document)),)
    report = Report(format="application/vnd.hp-PJL", verdict="ok", pages=2, segments=segments)
    import json

    job = replace(job, report=json.dumps(report.to_json()), document_format="application/vnd.hp-PJL")
    assert await made.previews.png(job, 2, 160, "ada")
    assert drawn == [("application/pdf", 2, 160)]


async def test_one_that_is_given_up_while_it_is_kept_leaves_no_file_behind(made, monkeypatch):
    job = await counted(made, documents.pdf(1), 1)
    kept = list((made.home.folder / "spool").rglob("*"))
    monkeypatch.setattr("jobs.previews.preview", large)
    monkeypatch.setattr("jobs.previews._PATIENCE", 0.5)
    real = made.home.database.write

    async def write(function, **options):
        if options:
            await asyncio.sleep(60)
        return await real(function)

    monkeypatch.setattr(made.home.database, "write", write)
    assert await made.previews.png(job, 1, 160, "ada") is None
    assert [path for path in (made.home.folder / "spool").rglob("*") if path.is_file() and path not in kept] == []


async def large(*_given, **_options):
    return bytes(1 << 20)  # more than goes into a segment
