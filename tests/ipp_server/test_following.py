"""Subscriptions that come with a job, or to a job that waits: told of it to its end."""

import pytest

from ipp import build
from ipp.enums import GroupTag, JobState, Operation, Status, Tag
from tests.ipp_server.client import PDF
from tests.ipp_server.subscriber import (
    IPPGET,
    PUSH,
    events,
    fetch,
    follow,
    forget_all,
    keywords,
    notices,
    one,
    request,
    told,
)


@pytest.fixture(autouse=True)
def _tidy(house):
    yield
    forget_all(house)


def test_a_job_is_followed_to_its_end(door):
    wanted = (IPPGET, events("job-state-changed"), build.octets("notify-user-data", b"mine"))
    answer = request(
        door, Operation.PRINT_JOB, wanted, document=PDF, queue="direct", extra=(build.name("job-name", "Report"),)
    )
    assert answer.status is Status.SUCCESSFUL_OK, answer.words
    (group,) = told(answer)
    assert {attribute.name for attribute in group.attributes} == {"notify-subscription-id"}
    number = group.integer("notify-subscription-id")
    seen = follow(door, number, lambda g: g.integer("job-state") == JobState.COMPLETED, queue="direct")
    assert [g.integer("notify-sequence-number") for g in seen] == list(range(1, len(seen) + 1))
    first, last = seen[0], seen[-1]
    assert first.integer("job-state") in (JobState.PENDING, JobState.PENDING_HELD)
    assert first.get("job-impressions-completed") is None
    assert last.integer("job-impressions-completed") == 1
    assert last.integer("job-id") == last.integer("notify-job-id") == answer.number
    assert last.strings("job-state-reasons") == ("job-completed-successfully",)
    assert last.get("notify-user-data").first == b"mine"
    assert last.string("notify-subscribed-event") == "job-state-changed"
    assert last.string("notify-printer-uri") == door.uri("direct")
    assert last.string("notify-text") == f"Job {answer.number} (Report) was printed."
    assert last.string("job-name") == "Report"
    assert last.get("printer-current-time") is not None
    assert last.integer("printer-up-time") >= 1
    assert (last.string("notify-charset"), last.string("notify-natural-language")) == ("utf-8", "en")


def test_after_the_last_event_that_is_said(door, house):
    answer = request(door, Operation.PRINT_JOB, (IPPGET,), document=PDF, queue="direct")
    house.ended(answer.number)
    number = told(answer)[0].integer("notify-subscription-id")
    last = fetch(door, number, wait=True, queue="direct")
    assert last.status is Status.SUCCESSFUL_OK_EVENTS_COMPLETE
    assert keywords(last) == ["job-completed"]
    assert fetch(door, number, least=(2,), wait=True, queue="direct").status is Status.SUCCESSFUL_OK_EVENTS_COMPLETE


def test_even_the_creation_is_told(door):
    answer = request(door, Operation.CREATE_JOB, (IPPGET, events("job-created")))
    assert keywords(fetch(door, told(answer)[0].integer("notify-subscription-id"))) == ["job-created"]


def test_a_job_is_made_even_if_its_subscriptions_are_not(door):
    answer = request(door, Operation.PRINT_JOB, (PUSH,), (IPPGET,), document=PDF)
    assert answer.status is Status.SUCCESSFUL_OK_IGNORED_SUBSCRIPTIONS
    assert answer.state
    assert [group.integer("notify-status-code") for group in told(answer)] == [
        Status.CLIENT_ERROR_URI_SCHEME_NOT_SUPPORTED,
        None,
    ]


def test_a_subscription_that_cannot_be_read_stops_the_job(door, house):
    before = house.last_number()
    answer = request(door, Operation.PRINT_JOB, (events("job-created"),), document=PDF)
    assert answer.status is Status.CLIENT_ERROR_BAD_REQUEST
    assert house.last_number() == before


def test_validate_job_says_what_would_be_made(door):
    lease = build.integer("notify-lease-duration", 60)
    answer = request(door, Operation.VALIDATE_JOB, (IPPGET,), (PUSH,), (IPPGET, lease))
    assert answer.status is Status.SUCCESSFUL_OK_IGNORED_SUBSCRIPTIONS
    assert [group.integer("notify-subscription-id") for group in told(answer)] == [None] * 3
    # A subscription to a job has no lease.
    assert told(answer)[2].get("notify-lease-duration").values[0].tag == Tag.UNSUPPORTED
    assert answer.message.group(GroupTag.JOB) is None
    assert told(request(door, Operation.GET_SUBSCRIPTIONS)) == []


def test_a_job_that_waits_can_be_subscribed_to(door):
    number = door.print().number
    answer = request(
        door,
        Operation.CREATE_JOB_SUBSCRIPTIONS,
        (IPPGET, events("job-completed")),
        extra=(build.integer("notify-job-id", number),),
    )
    assert answer.status is Status.SUCCESSFUL_OK
    subscription = told(answer)[0].integer("notify-subscription-id")
    (found,) = told(one(Operation.GET_SUBSCRIPTION_ATTRIBUTES, door, subscription))
    assert found.integer("notify-job-id") == number
    for name in ("notify-lease-duration", "notify-lease-expiration-time", "notify-printer-up-time"):
        assert found.get(name) is None
    assert one(Operation.RENEW_SUBSCRIPTION, door, subscription).status is Status.CLIENT_ERROR_NOT_POSSIBLE
    of_job = request(door, Operation.GET_SUBSCRIPTIONS, extra=(build.integer("notify-job-id", number),))
    assert [group.integer("notify-subscription-id") for group in told(of_job)] == [subscription]
    door.ask(Operation.CANCEL_JOB, job=number)
    (group,) = notices(fetch(door, subscription))
    assert group.integer("job-state") == JobState.CANCELED
    late = request(door, Operation.CREATE_JOB_SUBSCRIPTIONS, (IPPGET,), extra=(build.integer("notify-job-id", number),))
    assert late.status is Status.CLIENT_ERROR_NOT_POSSIBLE


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ({"user": "dave"}, Status.CLIENT_ERROR_NOT_AUTHORIZED),
        ({"queue": "roaming"}, Status.CLIENT_ERROR_NOT_FOUND),
    ],
)
def test_other_peoples_and_other_queues_jobs_cannot(door, words, status):
    number = door.print().number
    answer = request(
        door, Operation.CREATE_JOB_SUBSCRIPTIONS, (IPPGET,), extra=(build.integer("notify-job-id", number),), **words
    )
    assert answer.status is status
