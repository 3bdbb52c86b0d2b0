"""Get-Jobs and its kin: who sees which jobs and how much of them, in which order."""

import pytest

from ipp import build
from ipp.enums import JobState, Operation, Status
from ipp.registry import accepts, find
from ipp_server.job_attributes import PRIVATE
from tests.ipp_server.client import PDF
from tests.ipp_server.conftest import PASSWORDS

OK = Status.SUCCESSFUL_OK
ROOT = ("root", PASSWORDS["root"])
MANY = build.integer("limit", 1000)
ALL = build.keyword("requested-attributes", "all")


def listed(door, *extra, **words):
    answer = door.ask(Operation.GET_JOBS, *extra, **words)
    assert answer.status is OK, answer.words
    return answer.jobs


def numbers(jobs):
    return [job.integer("job-id") for job in jobs]


def which(value):
    return build.keyword("which-jobs", value)


def test_number_and_uri_are_told_unless_more_is_asked_for(door):
    number = door.print().number
    jobs = listed(door)
    assert all({a.name for a in job.attributes} == {"job-id", "job-uri"} for job in jobs)
    assert f"{door.uri()}/{number}" in [job.string("job-uri") for job in jobs]


def test_waiting_jobs_come_oldest_first_and_ended_ones_newest_first(house, door):
    made = [door.print().number for _ in range(3)]
    waiting = numbers(listed(door))
    assert [number for number in waiting if number in made] == made
    for number in made:
        door.ask(Operation.CANCEL_JOB, job=number)
    assert numbers(listed(door, which("completed")))[:3] == made[::-1]
    assert not set(made) & set(numbers(listed(door)))


def test_jobs_are_told_by_their_state(door):
    held, canceled = door.print().number, door.print().number
    door.ask(Operation.CANCEL_JOB, job=canceled)
    for value, there, away in (
        ("pending-held", held, canceled),
        ("canceled", canceled, held),
        ("completed", canceled, held),
        ("not-completed", held, canceled),
    ):
        found = numbers(listed(door, which(value)))
        assert there in found
        assert away not in found
    assert {held, canceled} <= set(numbers(listed(door, which("all"))))


def test_every_advertised_kind_can_be_asked_for_and_no_other(door):
    offered = door.ask(Operation.GET_PRINTER_ATTRIBUTES).printer.strings("which-jobs-supported")
    assert {"completed", "not-completed", "pending-held"} <= set(offered)
    for value in offered:
        listed(door, which(value))
    answer = door.ask(Operation.GET_JOBS, which("fetchable"))
    assert answer.status is Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED
    assert answer.unsupported == {"which-jobs": which("fetchable")}


def test_the_limit_is_kept_and_must_be_one(door):
    for _ in range(3):
        door.print()
    assert len(listed(door, build.integer("limit", 2))) == 2
    assert door.ask(Operation.GET_JOBS, build.integer("limit", 0)).status is Status.CLIENT_ERROR_BAD_REQUEST


def test_a_list_begins_where_it_is_asked_to(house, door):
    """PWG 5100.13: by first-index a client reads a long list in parts."""
    made = [door.print(user="lena").number for _ in range(5)]
    mine = build.boolean("my-jobs", True)

    def of_mine(*extra):
        return numbers(listed(door, mine, *extra, user="lena"))

    assert of_mine(build.integer("first-index", 1)) == made
    assert of_mine(build.integer("first-index", 3)) == made[2:]
    assert of_mine(build.integer("first-index", 2), build.integer("limit", 2)) == made[1:3]
    assert of_mine(build.integer("first-index", 6)) == []
    assert door.ask(Operation.GET_JOBS, build.integer("first-index", 0)).status is Status.CLIENT_ERROR_BAD_REQUEST
    assert door.ask(Operation.CANCEL_MY_JOBS, user="lena").status is OK


def test_my_jobs_are_those_of_who_asks(door):
    mine, other = door.print(user="gina").number, door.print(user="hugo").number
    found = numbers(listed(door, build.boolean("my-jobs", True), user="gina"))
    assert mine in found
    assert other not in found
    assert {mine, other} <= set(numbers(listed(door, MANY, user="gina")))


def test_jobs_are_found_by_number(door):
    made = [door.print().number for _ in range(3)]
    elsewhere = door.print(queue="roaming").number
    asked = build.integer("job-ids", made[2], made[0], made[0], elsewhere, 2**31 - 1)
    assert numbers(listed(door, asked)) == [made[2], made[0]]
    answer = door.ask(Operation.GET_JOBS, asked, MANY)
    assert answer.status is Status.CLIENT_ERROR_CONFLICTING_ATTRIBUTES


def test_others_see_that_there_is_a_job_and_not_what_it_is(door):
    number = door.print(
        PDF, build.name("job-name", "Secret"), build.name("document-name", "secret.pdf"), user="gina"
    ).number
    for user, sign_in, sees in (("gina", None, True), ("hugo", None, False), ("hugo", ROOT, True)):
        told = door.look(number, "all", user=user, sign_in=sign_in).job
        names = {attribute.name for attribute in told.attributes}
        assert (names & PRIVATE == set()) is not sees
        assert told.integer("job-state") == JobState.PENDING_HELD
        in_list = next(
            job for job in listed(door, ALL, MANY, user=user, sign_in=sign_in) if job.integer("job-id") == number
        )
        assert in_list.string("job-name") == ("Secret" if sees else None)


def test_a_job_that_nobody_owns_is_in_no_list_but_an_administrators(door):
    number = door.print(PDF, build.name("job-name", "Lost"), queue="open").number
    assert number not in numbers(listed(door, MANY, queue="open"))
    assert number in numbers(listed(door, MANY, queue="open", sign_in=ROOT))
    assert door.look(number, "job-name", queue="open").job.attributes == []


def test_a_long_list_comes_whole(house, door):
    made = [door.print(b"%PDF-1.4 " + PDF[8:], user="many").number for _ in range(230)]
    jobs = listed(door, ALL, build.boolean("my-jobs", True), user="many")
    assert numbers(jobs) == made
    assert numbers(listed(door, build.boolean("my-jobs", True), build.integer("limit", 205), user="many")) == made[:205]
    assert door.ask(Operation.CANCEL_MY_JOBS, user="many").status is OK


def test_every_job_attribute_is_registered_and_fits_its_syntax(house, door):
    ended = door.print(queue="direct").number
    house.ended(ended)
    for number, queue in ((ended, "direct"), (door.create().number, "held"), (door.print().number, "held")):
        told = door.look(number, "all", queue=queue).job.attributes
        assert len(told) > 20
        for attribute in told:
            row = find(attribute.name, "job-description") or find(attribute.name, "job-status") or find(attribute.name)
            assert row is not None, attribute.name
            # A time that has not come, or a count that is not known, is told as no-value.
            assert attribute.is_out_of_band or accepts(row, attribute), attribute


def test_attributes_of_a_job_are_filtered(door):
    number = door.print().number
    assert {a.name for a in door.look(number, "job-state", "no-such-name").job.attributes} == {"job-state"}
    assert door.look(number, "none").job.attributes == []
    template = {a.name for a in door.look(number, "job-template").job.attributes}
    assert "copies" in template
    assert "job-id" not in template


def test_times_before_the_start_are_nought(house, door):
    number = door.print().number
    told = door.look(number, "time-at-creation", "time-at-processing", "job-printer-up-time").job
    assert 0 <= told.integer("time-at-creation") <= told.integer("job-printer-up-time")
    assert told.get("time-at-processing").is_out_of_band


@pytest.mark.parametrize(
    ("action", "status"), [("display", OK), ("dance", Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES)]
)
def test_a_printer_shows_itself(door, action, status):
    for queue in ("direct", "roaming"):
        assert (
            door.ask(Operation.IDENTIFY_PRINTER, build.keyword("identify-actions", action), queue=queue).status
            is status
        )


def test_jobs_that_are_to_be_proved_are_listed(door):
    proof = build.integer("proof-copies", 1)
    named = door.print(template=[proof]).number
    other = door.print(template=[build.name("job-sheet-message", '"proof_copies": 1')]).number
    which = build.keyword("which-jobs", "proof-print")
    told = [group.integer("job-id") for group in door.ask(Operation.GET_JOBS, which).jobs]
    assert named in told and other not in told
