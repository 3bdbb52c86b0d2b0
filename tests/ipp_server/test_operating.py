"""Operators run printers: pause, disable, hold new jobs, deactivate, shut down, purge; and nobody else does."""

import pytest

from ipp import build
from ipp.enums import JobState, Operation, PrinterState, Status
from release.errors import NeedsPassword
from tests.ipp_server.client import PDF
from tests.ipp_server.conftest import PASSWORDS

OK = Status.SUCCESSFUL_OK
ROOT = ("root", PASSWORDS["root"])
ALICE = ("alice", PASSWORDS["alice"])
QUEUE = "operated"
OPERATIONS = (
    Operation.PAUSE_PRINTER,
    Operation.PAUSE_PRINTER_AFTER_CURRENT_JOB,
    Operation.RESUME_PRINTER,
    Operation.PURGE_JOBS,
    Operation.ENABLE_PRINTER,
    Operation.DISABLE_PRINTER,
    Operation.HOLD_NEW_JOBS,
    Operation.RELEASE_HELD_NEW_JOBS,
    Operation.DEACTIVATE_PRINTER,
    Operation.ACTIVATE_PRINTER,
    Operation.RESTART_PRINTER,
    Operation.SHUTDOWN_PRINTER,
    Operation.STARTUP_PRINTER,
    Operation.CANCEL_JOBS,
    Operation.CANCEL_CURRENT_JOB,
    Operation.SUSPEND_CURRENT_JOB,
)


@pytest.fixture(autouse=True)
def as_it_was(door):
    yield
    door.ask(Operation.PURGE_JOBS, queue=QUEUE)
    door.ask(Operation.STARTUP_PRINTER, queue=QUEUE)
    door.ask(Operation.RELEASE_HELD_NEW_JOBS, queue=QUEUE)


def ask(door, operation, *extra, **words):
    answer = door.ask(operation, *extra, queue=QUEUE, **words)
    assert answer.status is OK, answer.words
    return answer


def state(door):
    told = door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue=QUEUE).printer
    return (
        PrinterState(told.integer("printer-state")),
        set(told.strings("printer-state-reasons")),
        told.boolean("printer-is-accepting-jobs"),
    )


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.keyword)
def test_only_operators(door, operation):
    assert door.ask(operation, queue="held").http == 426  # a password would travel in the clear
    assert door.ask(operation, queue="held", tls=True).http == 401
    assert door.ask(operation, queue="held", sign_in=ALICE).status is Status.CLIENT_ERROR_NOT_AUTHORIZED


def test_an_administrator_is_an_operator_of_every_queue(door):
    assert door.ask(Operation.PAUSE_PRINTER, queue="roaming", sign_in=ROOT).status is OK
    assert door.ask(Operation.RESUME_PRINTER, queue="roaming", sign_in=ROOT).status is OK


def test_a_paused_printer_takes_jobs_and_begins_none(house, door):
    message = build.text("printer-message-from-operator", "Toner is on its way.")
    ask(door, Operation.PAUSE_PRINTER, message)
    condition, reasons, accepting = state(door)
    assert condition is PrinterState.STOPPED and "paused" in reasons and accepting
    told = door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue=QUEUE).printer
    assert told.string("printer-message-from-operator") == "Toner is on its way."
    number = door.print(queue=QUEUE).number
    assert house.job(number).state is JobState.PENDING
    ask(door, Operation.RESUME_PRINTER)
    assert house.ended(number).state is JobState.COMPLETED
    assert state(door)[0] is PrinterState.IDLE


def test_a_disabled_printer_takes_no_jobs_and_answers_questions(door):
    ask(door, Operation.DISABLE_PRINTER)
    assert state(door)[2] is False
    assert door.print(queue=QUEUE).status is Status.SERVER_ERROR_NOT_ACCEPTING_JOBS
    assert door.ask(Operation.VALIDATE_JOB, queue=QUEUE).status is OK
    ask(door, Operation.ENABLE_PRINTER)
    assert door.print(queue=QUEUE).status is OK


def test_new_jobs_are_held_until_they_are_released_together(house, door):
    ask(door, Operation.HOLD_NEW_JOBS)
    assert "hold-new-jobs" in state(door)[1]
    answers = [door.print(queue=QUEUE) for _ in range(2)]
    assert {answer.state for answer in answers} == {JobState.PENDING_HELD}
    assert answers[0].reasons == {"job-held-on-create"}
    own = door.print(queue=QUEUE, template=[build.keyword("job-hold-until", "indefinite")])
    ask(door, Operation.RELEASE_HELD_NEW_JOBS)
    for answer in answers:
        assert house.ended(answer.number).state is JobState.COMPLETED
    assert house.job(own.number).held  # its owner wished so


@pytest.mark.parametrize(
    ("out", "back", "reason"),
    [
        (Operation.DEACTIVATE_PRINTER, Operation.ACTIVATE_PRINTER, "deactivated"),
        (Operation.SHUTDOWN_PRINTER, Operation.STARTUP_PRINTER, "shutdown"),
        (Operation.SHUTDOWN_PRINTER, Operation.RESTART_PRINTER, "shutdown"),
    ],
    ids=lambda value: getattr(value, "keyword", value),
)
def test_out_of_service(house, door, out, back, reason):
    ask(door, Operation.PAUSE_PRINTER)
    waiting = door.print(queue=QUEUE).number
    ask(door, out)
    assert state(door)[0] is PrinterState.STOPPED and reason in state(door)[1]
    assert door.print(queue=QUEUE).status is Status.SERVER_ERROR_SERVICE_UNAVAILABLE
    assert house.job(waiting).state is JobState.PENDING
    ask(door, back)
    assert state(door)[2] is True
    assert house.ended(waiting).state is JobState.COMPLETED  # nothing was lost


def test_purged_jobs_are_gone_and_their_documents_shredded(house, door):
    ended = house.ended(door.print(queue=QUEUE).number)
    assert ended.document_id is not None  # kept for a while
    ask(door, Operation.PAUSE_PRINTER)
    waiting = door.print(queue=QUEUE).number
    ask(door, Operation.PURGE_JOBS)
    for number in (ended.job_id, waiting):
        answer = door.ask(Operation.GET_JOB_ATTRIBUTES, queue=QUEUE, job=number)
        assert answer.status is Status.CLIENT_ERROR_NOT_FOUND
    told = door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue=QUEUE).printer
    assert told.integer("queued-job-count") == 0


def test_jobs_are_cancelled_by_number_all_or_none(house, door):
    ask(door, Operation.PAUSE_PRINTER)
    first, second, third = (door.print(queue=QUEUE, user=user).number for user in ("carol", "dave", "erin"))
    wrong = door.ask(Operation.CANCEL_JOBS, build.integer("job-ids", first, 9999), queue=QUEUE)
    assert wrong.status is Status.CLIENT_ERROR_NOT_POSSIBLE and set(wrong.unsupported) == {"job-ids"}
    ask(door, Operation.CANCEL_JOBS, build.integer("job-ids", first, second))
    assert [house.job(number).state for number in (first, second, third)] == [
        JobState.CANCELED,
        JobState.CANCELED,
        JobState.PENDING,
    ]
    assert house.job(first).reasons == ("job-canceled-by-operator",)
    ask(door, Operation.CANCEL_JOBS)
    assert house.job(third).state is JobState.CANCELED


def test_the_order_of_printing(house, door):
    ask(door, Operation.PAUSE_PRINTER)
    low = door.print(queue=QUEUE, template=[build.integer("job-priority", 10)]).number
    first, second, third = (house.job(door.print(queue=QUEUE).number).job_id for _ in range(3))
    ask(door, Operation.PROMOTE_JOB, job=third)
    ask(door, Operation.SCHEDULE_JOB_AFTER, build.integer("predecessor-job-id", third), job=second)
    ask(door, Operation.SCHEDULE_JOB_AFTER, build.integer("predecessor-job-id", third), job=low)
    ask(door, Operation.RESUME_PRINTER)
    jobs = [house.ended(number) for number in (low, first, second, third)]
    ordered = [job.job_id for job in sorted(jobs, key=lambda job: job.processing_at)]
    assert ordered == [third, low, second, first]


def test_a_job_cannot_follow_itself_nor_one_that_is_not_there(door):
    ask(door, Operation.PAUSE_PRINTER)
    number = door.print(queue=QUEUE).number

    def after(other):
        return door.ask(
            Operation.SCHEDULE_JOB_AFTER, build.integer("predecessor-job-id", other), queue=QUEUE, job=number
        ).status

    assert after(number) is Status.CLIENT_ERROR_BAD_REQUEST
    assert after(99999) is Status.CLIENT_ERROR_NOT_FOUND


def test_no_current_job(door):
    for operation in (Operation.CANCEL_CURRENT_JOB, Operation.SUSPEND_CURRENT_JOB):
        assert door.ask(operation, queue=QUEUE).status is Status.CLIENT_ERROR_NOT_POSSIBLE


def test_what_an_operator_says_of_a_job_is_kept(door):
    ask(door, Operation.PAUSE_PRINTER)
    number = door.print(queue=QUEUE).number
    ask(door, Operation.CANCEL_JOB, build.text("job-message-from-operator", "Wrong paper."), job=number)
    told = door.ask(Operation.GET_JOB_ATTRIBUTES, queue=QUEUE, job=number).job
    assert told.string("job-message-from-operator") == "Wrong paper."


def test_a_job_with_a_password_waits_for_it(house, door):
    secret = [build.octets("job-password", b"4711"), build.keyword("job-password-encryption", "none")]
    made = door.print(PDF, *secret, queue=QUEUE)
    assert made.state is JobState.PENDING_HELD and "job-password-wait" in made.reasons
    owner = house.ask(house.gateway.core.people.find("carol"))
    desk = house.gateway.core.desk
    uuid = house.job(made.number).id
    for wrong in ("", "0000"):
        with pytest.raises(NeedsPassword):
            house.ask(desk.release(owner, uuid, password=wrong))
    house.ask(desk.release(owner, uuid, password="4711"))
    assert house.ended(made.number).state is JobState.COMPLETED


def test_passwords_are_not_guessed(house, door):
    secret = [build.octets("job-password", b"4711"), build.keyword("job-password-encryption", "none")]
    made = door.print(PDF, *secret, queue=QUEUE)
    owner = house.ask(house.gateway.core.people.find("carol"))
    uuid = house.job(made.number).id
    for guess in range(10):
        with pytest.raises(NeedsPassword):
            house.ask(house.gateway.core.desk.release(owner, uuid, password=f"{guess:04}"))
    with pytest.raises(NeedsPassword, match="Too many"):
        house.ask(house.gateway.core.desk.release(owner, uuid, password="4711"))
