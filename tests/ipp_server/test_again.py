"""Ended jobs are printed again while their document is kept: the same job, a copy, or a copy printed otherwise."""

import pytest

from ipp import build
from ipp.enums import JobState, Operation, Status
from tests.ipp_server.conftest import PASSWORDS

OK = Status.SUCCESSFUL_OK
QUEUE = "operated"
AGAIN = (Operation.RESTART_JOB, Operation.REPROCESS_JOB, Operation.RESUBMIT_JOB)


def charges(house, job):
    from accounting.store import entry

    def read(connection):
        return connection.execute(entry.select().where(entry.c.job_id == job.id)).mappings().all()

    return house.ask(house.gateway.core.home.database.read(read))


def test_a_restarted_job_is_the_same_job_and_is_charged_again(house, door):
    number = door.print(queue=QUEUE).number
    before = house.ended(number)
    assert door.ask(Operation.RESTART_JOB, queue=QUEUE, job=number).status is OK
    after = house.ended(number)
    assert after.state is JobState.COMPLETED and after.completed_at > before.completed_at
    assert sorted(row["run"] for row in charges(house, after)) == [0, 1]


def test_a_reprocessed_job_is_a_new_one_printed_in_the_same_way(house, door):
    copies = build.integer("copies", 2)
    first = house.ended(door.print(queue=QUEUE, template=[copies]).number)
    answer = door.ask(Operation.REPROCESS_JOB, queue=QUEUE, job=first.job_id)
    assert answer.status is OK and answer.number != first.job_id
    second = house.ended(answer.number)
    assert (second.title, second.ticket, second.person_id) == (first.title, first.ticket, first.person_id)
    assert second.state is JobState.COMPLETED and second.impressions_completed == first.impressions_completed


def test_a_resubmitted_job_is_printed_as_the_request_says(house, door):
    first = house.ended(door.print(queue=QUEUE).number)
    answer = door.ask(
        Operation.RESUBMIT_JOB,
        build.name("job-name", "once more"),
        queue=QUEUE,
        job=first.job_id,
        template=[build.integer("copies", 3)],
    )
    assert answer.status is OK
    second = house.ended(answer.number)
    assert second.title == "once more" and second.impressions_completed == 3 * first.impressions_completed


@pytest.mark.parametrize("operation", AGAIN, ids=lambda operation: operation.keyword)
def test_a_job_that_still_comes_or_whose_document_is_gone_is_not_printed_again(house, door, operation):
    coming = door.create().number
    assert door.ask(operation, job=coming).status is Status.CLIENT_ERROR_NOT_POSSIBLE
    gone = door.print(queue="direct").number
    house.ended(gone)
    answer = door.ask(operation, queue="direct", job=gone)
    assert answer.status is Status.CLIENT_ERROR_NOT_POSSIBLE and "not kept" in answer.words


@pytest.mark.parametrize("operation", AGAIN, ids=lambda operation: operation.keyword)
def test_somebody_elses_job_is_left_alone(house, door, operation):
    number = door.print(queue="kept").number
    house.ask(house.gateway.core.desk.release(None, house.job(number).id))
    house.ended(number)
    assert door.ask(operation, queue="kept", job=number, user="mallory").status is Status.CLIENT_ERROR_NOT_AUTHORIZED


def test_a_restarted_job_of_a_held_queue_waits_for_its_owner(house, door):
    number = door.print(queue="kept").number
    house.ask(house.gateway.core.desk.release(None, house.job(number).id))
    house.ended(number)
    assert door.ask(Operation.RESTART_JOB, queue="kept", job=number).status is OK
    again = house.job(number)
    assert again.held and again.completed_at is None
    answer = door.ask(Operation.RELEASE_JOB, queue="kept", sign_in=("root", PASSWORDS["root"]), job=number)
    assert answer.status is OK
    assert house.ended(number).state is JobState.COMPLETED
