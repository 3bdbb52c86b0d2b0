"""Files from a browser: streamed, each judged by itself, and none taken without the form's token."""

import io
import re

import pytest

from jobs.errors import NotAdmitted
from jobs.queue import Kind, Queue
from storage.node import new_id

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"
WORD = b"PK\x03\x04" + bytes(200)


MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}


def part(disposition, content):
    return b"--x\r\nContent-Disposition: form-data; " + disposition.encode() + b"\r\n\r\n" + content + b"\r\n"


def body(token, files, **fields):
    """What browsers send: the fields of the form in their order, then its files."""
    pairs = ([("token", token)] if token is not None else []) + list(fields.items())
    parts = [part(f'name="{name}"', value.encode()) for name, value in pairs]
    parts += [part(f'name="file"; filename="{name}"', content) for name, content in files]
    return io.BytesIO(b"".join(parts) + b"--x--\r\n")


async def send(browser, files, **fields):
    await browser.get("/send")
    return await browser.send("/send", body(browser.token, files, **fields), headers=MULTIPART)


def lines(browser):
    """Title and whole text of each line of the result."""
    found = re.findall(r'<span class="job-t">([^<]*)</span>(.*?)</li>', browser.text, re.DOTALL)
    return {title: " ".join(re.sub(r"<[^>]+>", " ", rest).split()) for title, rest in found}


async def waiting(house):
    return {job.title: job for job in await house.desk.waiting(house.amelie)}


async def test_the_page_names_what_is_taken(amelie):
    await amelie.get("/send")
    assert "text, up to 4 GB each, 20 at a time" in amelie.text
    assert 'enctype="multipart/form-data"' in amelie.text and ".pdf,.jpg,.jpeg,.png," in amelie.text
    assert ("Word" in amelie.text) == (".docx" in amelie.text)
    # The order of the form is the order of the parts: the token comes first, the files last.
    order = [
        amelie.text.index(f'name="{name}"', amelie.text.index('class="send"'))
        for name in ("token", "ink", "sides", "copies", "file")
    ]
    assert order == sorted(order)


async def test_a_file_waits_as_it_was_wanted(house, amelie):
    await send(amelie, [("folder/Essay.pdf", PDF)], ink="mono", sides="two-sided-long-edge", copies="3")
    assert amelie.url.startswith("/send/done/") and "Being counted" in lines(amelie)["Essay.pdf"]
    job = (await waiting(house))["Essay.pdf"]
    assert job.held and job.document_format == "application/pdf" and job.person_id == house.amelie.id
    assert (job.ticket.copies, job.ticket.sides, job.ticket.monochrome) == (3, "two-sided-long-edge", True)


async def test_one_bad_file_keeps_none_back(house, amelie):
    await house.catalogue.change("print", max_bytes=2 << 20)
    large = b"%PDF-1.4\n" + bytes(3 << 20)
    files = [
        ("Word.docx", WORD),
        ("Large.pdf", large),
        ("Empty.pdf", b""),
        ("Essay.pdf", PDF),
        ("Note.txt", b"Bonjour\n"),
    ]
    await send(amelie, files)
    said = lines(amelie)
    assert list(said) == [name for name, _ in files]
    assert "Files of this kind cannot be printed here" in said["Word.docx"]
    assert "It is too large: 2 MB at most." in said["Large.pdf"] and "The file is empty." in said["Empty.pdf"]
    assert set(await waiting(house)) == {"Essay.pdf", "Note.txt"}


async def test_the_reasons_speak_french(house, serve):
    browser = await (await serve(house.parts, **{"Accept-Language": "fr"})).sign_in("amelie")
    await send(browser, [("Word.docx", WORD)])
    assert "Envoyez-le en PDF." in lines(browser)["Word.docx"] and "Rien n’a été gardé" in browser.text


async def test_when_all_are_counted_the_way_leads_to_my_jobs(house, amelie):
    await send(amelie, [("Essay.pdf", PDF)])
    here = amelie.url
    assert "2; url=" in amelie.headers["Refresh"]
    await house.note((await waiting(house))["Essay.pdf"].id, counted_at=1, pages=1, color_impressions=0)
    await amelie.get(here)
    assert amelie.url == "/jobs?done=sent&n=1" and "1 file is kept for printing" in amelie.text


async def test_what_turns_out_unreadable_is_said(house, amelie):
    await send(amelie, [("Essay.pdf", PDF), ("Locked.pdf", PDF)])
    here, jobs = amelie.url, await waiting(house)
    await house.note(jobs["Essay.pdf"].id, counted_at=1, pages=2, color_impressions=0)
    await house.jobs.abort(jobs["Locked.pdf"].id, ("document-password-error",), "It opens only with a password.")
    await amelie.get(here)
    assert "1 file was not taken; the others wait for you." in amelie.text and "Refresh" not in amelie.headers
    assert "Ready 2 pages" in lines(amelie)["Essay.pdf"] and "Needs a password" in lines(amelie)["Locked.pdf"]


async def test_nothing_chosen_is_said(house, amelie):
    await send(amelie, [("", b"")])
    assert amelie.status == 400 and "No file came. Choose at least one." in amelie.text
    await send(amelie, [])
    assert amelie.status == 400 and await waiting(house) == {}


async def test_no_more_than_twenty_files_are_taken(house, amelie):
    await send(amelie, [(f"{number:02}.txt", b"Bonjour\n") for number in range(22)])
    said = lines(amelie)
    assert "Only 20 files are taken at a time" in said["20.txt"] and "Only 20" in said["21.txt"]
    assert set(await waiting(house)) == {f"{number:02}.txt" for number in range(20)}


@pytest.mark.parametrize(
    "fields", [{"copies": "0"}, {"copies": "1000"}, {"sides": "three"}, {"ink": "gold"}, {"queue": "x"}]
)
async def test_what_cannot_be_wanted_is_refused(house, amelie, fields):
    await send(amelie, [("Essay.pdf", PDF)], **fields)
    assert amelie.status == 400 and await waiting(house) == {}


async def test_a_queue_is_chosen_among_those_that_hold(house, amelie):
    await house.catalogue.add(Queue(new_id(), "exams", Kind.SECURE, devices=(house.gray.id,), info="Exams"))
    await house.catalogue.add(Queue(new_id(), "now", Kind.DIRECT, devices=(house.gray.id,), info="At once"))
    await amelie.get("/send")
    assert "Exams" in amelie.text and "At once" not in amelie.text
    exams = house.catalogue.named("exams")
    await send(amelie, [("Essay.pdf", PDF)], queue=exams.id)
    assert (await waiting(house))["Essay.pdf"].queue_id == exams.id
    await send(amelie, [("Other.pdf", PDF)], queue=house.catalogue.named("now").id)
    assert amelie.status == 400 and "Other.pdf" not in await waiting(house)


async def test_where_no_queue_holds_the_page_says_so(house, amelie):
    await house.catalogue.change("print", accepting=False)
    await amelie.get("/send")
    assert amelie.status == 200 and "No files are taken now" in amelie.text


async def test_a_policy_of_the_house_is_told(house, amelie, monkeypatch):
    async def never(submission):
        raise NotAdmitted("Your credit is used up. Add credit, then print again.")

    monkeypatch.setattr(house.intake, "_policy", never)
    await send(amelie, [("Essay.pdf", PDF)])
    assert "Your credit is used up." in lines(amelie)["Essay.pdf"]


@pytest.mark.parametrize("token", [None, "", "0" * 64])
async def test_no_file_is_taken_without_the_token(house, amelie, token):
    await amelie.get("/send")
    await amelie.send("/send", body(token, [("Essay.pdf", PDF)]), headers=MULTIPART)
    assert amelie.status == 403 and await waiting(house) == {}


async def test_a_token_after_the_files_comes_too_late(house, amelie):
    await amelie.get("/send")
    late = part('name="file"; filename="Essay.pdf"', PDF) + part('name="token"', amelie.token.encode()) + b"--x--\r\n"
    await amelie.send("/send", late, headers=MULTIPART)
    assert amelie.status == 403 and await waiting(house) == {}


async def test_no_file_is_taken_from_elsewhere(house, amelie):
    await amelie.get("/send")
    content = body(amelie.token, [("Essay.pdf", PDF)])
    await amelie.send("/send", content, headers=MULTIPART | {"Origin": "https://evil.example"})
    assert amelie.status == 403 and await waiting(house) == {}


async def test_another_kind_of_body_is_refused(house, amelie):
    await amelie.get("/send")
    await amelie.post("/send", {"copies": "1"})
    assert amelie.status == 403


@pytest.mark.parametrize(
    "cut",
    [
        b"",
        b"--x\r\n",
        b"--x\r\nContent-Disposition: form-data; name=token\r\n\r\nabc",
        b"nothing of the kind",
        b"--x\r\n" + b"A: b\r\n" * 5000,
        b"--x\r\nContent-Disposition: " + b"f" * 100_000,
        b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\n--y--\r\n--x--\r\n",
        b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n" + b"v" * 10_000 + b"\r\n--x--\r\n",
        b"".join(b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n" for _ in range(50)) + b"--x--\r\n",
    ],
)
async def test_broken_bodies_are_refused(house, amelie, cut):
    await amelie.get("/send")
    await amelie.send("/send", cut, headers=MULTIPART)
    assert amelie.status in (400, 403, 413) and "<h1" in amelie.text and await waiting(house) == {}


async def test_a_file_that_breaks_off_is_not_kept(house, amelie):
    await amelie.get("/send")
    whole = part('name="token"', amelie.token.encode()) + part('name="file"; filename="Whole.pdf"', PDF)
    torn = part('name="file"; filename="Torn.pdf"', PDF * 100)
    await amelie.send("/send", whole + torn, headers=MULTIPART)
    assert set(await waiting(house)) == {"Whole.pdf"}
    assert "It did not arrive whole" in lines(amelie)["Torn.pdf"] and len(lines(amelie)) == 2


async def test_a_large_file_passes_piece_by_piece(house, amelie, monkeypatch):
    seen = []
    submit = house.parts.upload.submit

    async def watched(person, queue, name, chunks, ticket, peer):
        async def passing():
            async for chunk in chunks:
                seen.append(len(chunk))
                yield chunk

        return await submit(person, queue, name, passing(), ticket, peer)

    monkeypatch.setattr(house.parts.upload, "submit", watched)
    await send(amelie, [("Large.pdf", PDF + bytes(5 << 20))])
    assert sum(seen) == len(PDF) + (5 << 20) and max(seen) <= 512 * 1024 and len(seen) > 8
    assert (await waiting(house))["Large.pdf"].size == sum(seen)


async def test_another_persons_result_is_not_shown(amelie, paul):
    await send(amelie, [("Essay.pdf", PDF)])
    await paul.get(amelie.url)
    assert paul.url == "/jobs" and "Essay.pdf" not in paul.text


async def test_a_name_with_markup_is_told_as_it_is(amelie):
    await send(amelie, [("<script>alert(1)<script>.docx", WORD)])
    assert "<script" not in amelie.text and "&lt;script&gt;" in amelie.text


async def test_my_jobs_lead_to_sending_and_tell_the_credit(house, amelie):
    await house.price(mono=4, color=12, sheet=1)
    await house.credit(house.amelie, 1240)
    await house.job(house.amelie, "Rapport")
    await amelie.get("/jobs")
    assert 'class="drop drop--link" href="/send"' in amelie.text
    assert "€12.40" in amelie.text and "enough for 248 black and white pages" in amelie.text
