"""The door: what is accepted is held, and what is refused leaves nothing."""

import asyncio
import gzip
import hashlib

import pytest

from ipp.enums import JobState
from jobs import store
from jobs.errors import (
    AlreadyClosed,
    DocumentTooLarge,
    FormatNotSupported,
    JobUnknown,
    NotAccepting,
    NotAdmitted,
    NotPossible,
    TooManyDocuments,
)
from jobs.intake import INCOMING, MOST_DOCUMENTS, Sent, Submission, claim_hash
from jobs.queue import Kind, Offer
from jobs.ticket import Ticket
from jobs.work import now
from storage.errors import StorageFull

from .conftest import PDF, once

LARGE = PDF + b"%" * (300 * 1024)  # more than fits a segment: a file of its own


def packed(content):
    """The same bytes at every run: the time of packing is left out."""
    return gzip.compress(content, mtime=0)


async def nothing_left(house):
    assert (
        await house.rows("job") == [] and await house.rows("document") == [] and await house.rows("document_key") == []
    )
    assert house.files() == []


async def test_what_is_accepted_is_held_and_can_be_read(house):
    queue = await house.queue()
    job = await house.job(
        queue, title="Report", ticket=Ticket(copies=2), peer="192.0.2.1", declared_format="application/pdf"
    )
    assert job.state is JobState.PENDING_HELD and job.reasons == ("job-hold-until-specified", "job-release-wait")
    assert (job.title, job.ticket.copies, job.document_format, job.size) == ("Report", 2, "application/pdf", len(PDF))
    assert await house.jobs.get(job.id) == job
    with await house.spool.open(job.document_id) as reader:
        assert b"".join([piece async for piece in reader.stream()]) == PDF
    assert house.jobs.waiting(queue.id) == 1


async def test_a_direct_queue_lets_go_at_once(house):
    job = await house.job(await house.queue("direct", Kind.DIRECT))
    assert job.state is JobState.PENDING and job.reasons == ("none",) and job.release_at is None


async def test_times_are_those_of_the_queue(house):
    before = now()
    job = await house.job(await house.queue(retention=60, release_after=5))
    assert before + 60_000 <= job.expires_at <= now() + 60_000
    assert before + 5_000 <= job.release_at <= now() + 5_000


async def test_numbers_rise_and_go_on_after_a_restart(house):
    queue = await house.queue()
    first, second = await house.job(queue), await house.job(queue)
    assert (first.job_id, second.job_id) == (1, 2)
    await house.jobs.load()
    assert (await house.job(queue)).job_id == 3 and house.jobs.waiting(queue.id) == 3


async def test_a_job_of_nobody_is_claimed_by_code(house):
    accepted = await house.submit(await house.queue(accept_unowned=True))
    assert len(accepted.claim_code) == 8 and accepted.job.person_id is None
    assert accepted.job.claim == hashlib.sha256(accepted.claim_code.encode()).hexdigest()
    code = accepted.claim_code.lower()
    assert claim_hash(f" {code[:4]}-{code[4:]} ") == accepted.job.claim
    known = await house.submit(await house.queue("other"), person=await house.people.add("ada", None))
    assert known.claim_code is None and known.job.claim is None


@pytest.mark.parametrize(("values", "error"), [
    ({"declared_format": "application/vnd.acme"}, FormatNotSupported),
    ({"size": 5 << 30}, DocumentTooLarge),
])  # fmt: skip
async def test_refused_before_a_byte_is_read(house, values, error):
    async def unread():
        pytest.fail("the document was read")
        yield b""

    queue = await house.queue()
    with pytest.raises(error):
        await house.submit(queue, unread(), **values)
    await nothing_left(house)


async def test_a_queue_that_takes_nothing_for_now(house):
    with pytest.raises(NotAccepting):
        await house.submit(await house.queue(accepting=False))


async def test_policy_refuses(house):
    house.refuse = NotAdmitted("Your credit is used up.")
    with pytest.raises(NotAdmitted):
        await house.submit(await house.queue())
    await nothing_left(house)


@pytest.mark.parametrize(("content", "values", "error"), [
    (b"", {}, FormatNotSupported),
    (b"PK\x03\x04" + b"\x00" * 100, {}, FormatNotSupported),
    (b"\x00\x01\x02\x03" * 50_000, {}, FormatNotSupported),
    (b"\x00\x01\x02\x03", {"declared_format": "text/plain"}, FormatNotSupported),
])  # fmt: skip
async def test_documents_that_nobody_could_print(house, content, values, error):
    queue = await house.queue()
    with pytest.raises(error):
        await house.submit(queue, content, **values)
    await nothing_left(house)


@pytest.mark.parametrize("pieces", [1, 7, 100_000])
@pytest.mark.parametrize("content", [packed(LARGE), packed(PDF) + packed(b"%" * 9) + b"\0" * 99])
async def test_a_packed_document_is_kept_unpacked(house, content, pieces):
    async def chunks():
        for start in range(0, len(content), pieces):
            yield content[start : start + pieces]

    job = (await house.submit(await house.queue(), chunks())).job
    reader = await house.spool.open(job.document_id)
    kept = b"".join([piece async for piece in reader.stream()])
    reader.close()
    assert (job.document_format, kept) == ("application/pdf", gzip.decompress(content))


@pytest.mark.parametrize(
    "content",
    [
        packed(LARGE)[:-9],
        packed(PDF) + b"more",
        packed(packed(PDF)),
        b"\x1f\x8b" + b"\xff" * 99,
        packed(b"\0\1\2" * 9),
    ],
)
async def test_a_packed_document_that_nobody_could_print(house, content):
    queue = await house.queue()
    with pytest.raises(FormatNotSupported):
        await house.submit(queue, content)
    await nothing_left(house)


async def test_a_bomb_is_stopped_at_the_limit(house):
    queue = await house.queue(max_bytes=1 << 20)
    with pytest.raises(DocumentTooLarge):
        await house.submit(queue, packed(PDF + b"%" * (64 << 20)))
    await nothing_left(house)


async def test_a_queue_decides_what_a_wrong_declaration_means(house):
    lenient, strict = await house.queue(), await house.queue("strict", refuse_mismatch=True)
    job = await house.job(lenient, declared_format="image/jpeg")
    assert (job.document_format, job.declared_format) == ("application/pdf", "image/jpeg")
    with pytest.raises(FormatNotSupported, match="sent as image/jpeg, but it is PDF"):
        await house.submit(strict, PDF, declared_format="image/jpeg")
    for declared in ("application/pdf", "Application/PDF; charset=binary", "application/octet-stream", ""):
        assert (await house.job(strict, declared_format=declared)).document_format == "application/pdf"


async def test_printer_languages_are_taken_where_a_device_takes_them(house):
    queue = await house.queue()
    pcl = b"\x1bE\x1b&l2XHello\x0c\x1bE"
    with pytest.raises(FormatNotSupported, match="PCL"):
        await house.submit(queue, pcl)
    await house.catalogue.set_offer(queue.id, Offer(languages=("application/vnd.hp-PCL",)))
    offered = house.catalogue.named(queue.name)
    job = (await house.submit(offered, pcl, declared_format="application/vnd.hp-pcl")).job
    assert job.document_format == "application/vnd.hp-PCL"


@pytest.mark.parametrize("content", [PDF + b"%" * 2048, LARGE])
async def test_a_document_that_turns_out_too_large(house, content):
    queue = await house.queue(max_bytes=1024)
    with pytest.raises(DocumentTooLarge, match="takes documents of up to"):
        await house.submit(queue, content)
    await nothing_left(house)


async def test_the_format_is_seen_before_the_rest_arrives(house):
    async def endless():
        yield b"\x00\x01\x02\x03" * 20_000
        pytest.fail("a document that cannot be printed was read on")

    with pytest.raises(FormatNotSupported, match="cannot be printed here"):
        await house.submit(await house.queue(), endless())


@pytest.mark.parametrize("content", [PDF, LARGE])
async def test_a_full_disk_leaves_nothing(house, content, monkeypatch):
    queue = await house.queue()

    def full(size):
        raise StorageFull("There is no room left.")

    monkeypatch.setattr(house.spool._room, "take", full)
    with pytest.raises(StorageFull):
        await house.submit(queue, content)
    await nothing_left(house)
    assert house.jobs.waiting(queue.id) == 0


@pytest.mark.parametrize("content", [PDF, LARGE])
async def test_a_full_database_leaves_nothing(house, content, monkeypatch):
    queue = await house.queue()

    def full(*_):
        raise StorageFull("There is no room left.")

    monkeypatch.setattr(house.spool, "insert", full)
    monkeypatch.setattr(store, "add_job", full)
    monkeypatch.setattr(house.database._group, "submit", full)
    with pytest.raises(StorageFull):
        await house.submit(queue, content)
    monkeypatch.undo()
    await house.spool.sweep()
    assert await house.rows("job") == [] and await house.rows("document") == []
    assert house.jobs.waiting(queue.id) == 0


@pytest.mark.parametrize("content", [PDF, LARGE])
async def test_a_client_that_is_cut_off_leaves_nothing(house, content):
    queue, half = await house.queue(), asyncio.Event()

    async def cut():
        for at in range(0, len(content), 65536):
            yield content[at : at + 65536]
        half.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(house.submit(queue, cut()))
    await half.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await nothing_left(house)
    assert house.jobs.waiting(queue.id) == 0


async def test_a_client_cut_off_during_the_commit_is_counted_right(house):
    queue = await house.queue()
    for _ in range(20):
        task = asyncio.create_task(house.submit(queue))
        while not house.database._group._task:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await house.database.write(lambda connection: None)
    await asyncio.sleep(0)
    assert house.jobs.waiting(queue.id) == len(await house.rows("job"))


async def created(house, queue, **values):
    return (await house.intake.create(Submission(queue, None, "visitor", **values))).job


async def test_a_created_job_takes_a_document_and_is_closed(house):
    queue = await house.queue(release_after=0)
    job = await created(house, queue, title="Letter")
    assert (
        job.incoming and job.state is JobState.PENDING_HELD and "job-incoming" in job.reasons and job.release_at is None
    )
    document = await house.intake.add_document(job, queue, Sent("application/pdf", "letter.pdf"), once(PDF))
    assert (document.number, document.name, document.size) == (1, "letter.pdf", len(PDF))
    attached = await house.jobs.get(job.id)
    assert attached.incoming and attached.document_id is None and attached.documents == 1
    closed = await house.intake.close(attached, queue)
    assert (
        not closed.incoming and closed.reasons == ("job-hold-until-specified", "job-release-wait") and closed.release_at
    )
    assert (closed.document_name, closed.document_format, closed.size) == ("letter.pdf", "application/pdf", len(PDF))
    with pytest.raises(AlreadyClosed):
        await house.intake.add_document(closed, queue, Sent(), once(PDF))
    with pytest.raises(AlreadyClosed):
        await house.intake.close(closed, queue)


async def test_two_documents_at_once_for_one_job(house):
    queue = await house.queue()
    job = await created(house, queue)
    documents = await asyncio.gather(*(house.intake.add_document(job, queue, Sent(), once(LARGE)) for _ in range(2)))
    assert sorted(document.number for document in documents) == [1, 2]
    job = await house.intake.close(await house.jobs.get(job.id), queue)
    assert job.documents == 2 and job.size == 2 * len(LARGE)
    assert len(await house.rows("document")) == 2
    await house.jobs.abort(job.id, ("aborted-by-system",), "No more.")
    assert house.files() == [] and {row.document_id for row in await house.rows("job_document")} == {None}


async def test_a_job_has_a_hundred_documents_and_no_more(house):
    queue = await house.queue()
    job = await created(house, queue)
    await house.note(job, documents=MOST_DOCUMENTS)
    with pytest.raises(TooManyDocuments):
        await house.intake.add_document(await house.jobs.get(job.id), queue, Sent(), once(PDF))


async def test_a_document_that_is_given_up_is_not_printed(house):
    queue = await house.queue()
    job = await created(house, queue)
    for name in ("one.pdf", "two.pdf"):
        await house.intake.add_document(await house.jobs.get(job.id), queue, Sent(name=name), once(PDF))
    first, second = await house.jobs.documents(job.id)
    await house.intake.cancel_document(await house.jobs.get(job.id), first)
    closed = await house.intake.close(await house.jobs.get(job.id), queue)
    assert (closed.document_name, closed.document_id, closed.size) == ("two.pdf", second.document_id, len(PDF))
    with pytest.raises(NotPossible, match="only document"):
        await house.intake.cancel_document(closed, second)


async def test_a_created_job_of_a_direct_queue_goes_when_it_is_closed(house):
    queue = await house.queue("direct", Kind.DIRECT)
    job = await created(house, queue)
    assert job.state is JobState.PENDING_HELD
    await house.intake.add_document(job, queue, Sent(), once(PDF))
    assert (await house.intake.close(await house.jobs.get(job.id), queue)).state is JobState.PENDING


async def test_a_job_closed_without_a_document_is_aborted(house):
    queue = await house.queue()
    job = await house.intake.close(await created(house, queue), queue)
    assert job.state is JobState.ABORTED and job.message == "No document was sent."
    assert house.jobs.waiting(queue.id) == 0


async def test_a_created_job_whose_document_never_comes(house):
    queue = await house.queue()
    job = await created(house, queue)
    assert await house.jobs.give_up_incoming() == 0
    await house.note(job, expires_at=now() - 1)
    with house.jobs.arriving(job.id):  # still on its way, however slow
        assert await house.jobs.give_up_incoming() == 0
    assert await house.jobs.expire() == 0
    assert await house.jobs.give_up_incoming() == 1
    assert (await house.jobs.get(job.id)).state is JobState.ABORTED
    with pytest.raises(AlreadyClosed):
        await house.intake.add_document(job, queue, Sent(), once(PDF))


async def test_each_document_gives_time_to_say_that_it_was_all(house):
    queue = await house.queue()
    job = await created(house, queue)
    await house.note(job, expires_at=1)
    await house.intake.add_document(job, queue, Sent(), once(PDF))
    attached = await house.jobs.get(job.id)
    assert attached.expires_at > now() + (INCOMING - 10) * 1000


async def test_long_words_are_cut(house):
    job = await house.job(await house.queue(), title="t" * 500, document_name="n" * 500, peer="p" * 99)
    assert (len(job.title), len(job.document_name), len(job.peer)) == (255, 255, 64)


async def test_a_job_that_is_not_there(house):
    with pytest.raises(JobUnknown):
        await house.jobs.numbered(99)
    with pytest.raises(JobUnknown):
        await house.jobs.get("no-such-uuid")
