"""Jobs are cancelled, held and released by their owners and by administrators, and by nobody else."""

import pytest

from ipp import build
from ipp.enums import JobState, Operation, Status
from tests.ipp_server.conftest import PASSWORDS

OK = Status.SUCCESSFUL_OK
NOT_POSSIBLE = Status.CLIENT_ERROR_NOT_POSSIBLE
NOT_AUTHORIZED = Status.CLIENT_ERROR_NOT_AUTHORIZED
CHANGES = (Operation.CANCEL_JOB, Operation.HOLD_JOB, Operation.RELEASE_JOB)
ROOT = ("root", PASSWORDS["root"])


def test_a_held_job_is_cancelled_and_its_document_shredded(house, door):
    number = door.print().number
    assert door.ask(Operation.CANCEL_JOB, job=number).status is OK
    job = house.job(number)
    assert (job.state, job.reasons, job.document_id) == (JobState.CANCELED, ("job-canceled-by-user",), None)
    assert door.ask(Operation.CANCEL_JOB, job=number).status is NOT_POSSIBLE


def test_a_job_that_still_comes_can_be_cancelled(house, door):
    number = door.create().number
    assert door.ask(Operation.CANCEL_JOB, job=number).status is OK
    assert house.job(number).state is JobState.CANCELED
    assert door.send_document(number).status is NOT_POSSIBLE
    assert door.ask(Operation.CLOSE_JOB, job=number).status is NOT_POSSIBLE


def test_a_completed_job_cannot_be_changed(house, door):
    number = door.print(queue="direct").number
    house.ended(number)
    for operation in CHANGES:
        assert door.ask(operation, queue="direct", job=number).status is NOT_POSSIBLE


def test_a_job_is_released_to_the_queues_default_device(house, door):
    number = door.print().number
    assert door.ask(Operation.HOLD_JOB, job=number).status is OK
    assert door.ask(Operation.RELEASE_JOB, job=number).status is OK
    assert house.ended(number).state is JobState.COMPLETED


def test_without_a_default_device_a_release_is_not_possible(house, door):
    number = door.print(queue="roaming").number
    answer = door.ask(Operation.RELEASE_JOB, queue="roaming", job=number)
    assert answer.status is NOT_POSSIBLE
    assert "printer" in answer.words
    assert house.job(number).held


def test_a_hold_that_would_end_by_itself_is_not_offered(door):
    number = door.print().number
    until = build.keyword("job-hold-until", "evening")
    answer = door.ask(Operation.HOLD_JOB, until, job=number)
    assert answer.status is Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES
    assert answer.unsupported == {"job-hold-until": until}


@pytest.mark.parametrize("operation", CHANGES, ids=lambda operation: operation.keyword)
def test_somebody_elses_job_is_left_alone(house, door, operation):
    number = door.print(user="carol").number
    assert door.ask(operation, job=number, user="dave").status is NOT_AUTHORIZED
    assert house.job(number).held


@pytest.mark.parametrize("operation", CHANGES, ids=lambda operation: operation.keyword)
def test_a_job_that_nobody_owns_is_left_alone_by_strangers(house, door, operation):
    number = door.print(queue="open").number
    assert door.ask(operation, queue="open", job=number).status is NOT_AUTHORIZED
    assert house.job(number).held


@pytest.mark.parametrize("operation", CHANGES, ids=lambda operation: operation.keyword)
def test_the_name_of_an_administrator_opens_nothing_without_the_password(house, door, operation):
    number = door.print(user="carol").number
    assert door.ask(operation, job=number, user="root").status is NOT_AUTHORIZED
    assert door.ask(operation, job=number, user="root", sign_in=("alice", PASSWORDS["alice"])).status is NOT_AUTHORIZED
    assert house.job(number).held
    assert door.ask(operation, job=number, sign_in=ROOT).status is OK


def test_an_administrator_cancels_anybodys_job_and_the_job_says_so(house, door):
    number = door.print(user="carol").number
    assert door.ask(Operation.CANCEL_JOB, job=number, sign_in=ROOT).status is OK
    assert house.job(number).reasons == ("job-canceled-by-operator",)


def test_all_my_jobs_are_cancelled_and_nobody_elses(house, door):
    mine = [door.print(user="erin").number for _ in range(3)]
    other = door.print(user="frank").number
    assert door.ask(Operation.CANCEL_MY_JOBS, user="erin").status is OK
    assert all(house.job(number).state is JobState.CANCELED for number in mine)
    assert house.job(other).held
    # Having none is no error.
    assert door.ask(Operation.CANCEL_MY_JOBS, user="erin").status is OK


def test_named_jobs_are_cancelled_all_or_none(house, door):
    mine = [door.print(user="erin").number for _ in range(3)]
    other = door.print(user="frank").number
    answer = door.ask(Operation.CANCEL_MY_JOBS, build.integer("job-ids", mine[0], other), user="erin")
    assert answer.status is NOT_POSSIBLE
    assert answer.unsupported["job-ids"].ints == (other,)
    assert all(house.job(number).held for number in (*mine, other))
    assert door.ask(Operation.CANCEL_MY_JOBS, build.integer("job-ids", *mine[:2]), user="erin").status is OK
    assert [house.job(number).held for number in mine] == [False, False, True]


def test_a_stranger_has_no_jobs_to_cancel(door):
    assert door.ask(Operation.CANCEL_MY_JOBS, queue="open").status is NOT_AUTHORIZED
