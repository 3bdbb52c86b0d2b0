"""What subscribers are told, and that they may wait for it: for the next event, or for one after the other."""

import contextlib
import threading
import time
from dataclasses import replace

import pytest

from ipp import build, registry
from ipp.codec import decode, encode
from ipp.enums import GroupTag, Operation, PrinterState, Status
from ipp.message import Group
from ipp_server.address import Address, Scope
from ipp_server.request import Request
from ipp_server.subscription_access import queue_uri
from jobs.store import WentOn
from tests.ipp_server.client import PDF, head
from tests.ipp_server.subscriber import (
    IPPGET,
    Parts,
    events,
    fetch,
    follow,
    forget_all,
    happened,
    keywords,
    notices,
    one,
    subscribe,
    told,
)


@pytest.fixture(autouse=True)
def _tidy(house):
    yield
    forget_all(house)


@pytest.fixture
def briefly(house, monkeypatch):
    """Nobody may wait long for events."""
    monkeypatch.setattr(house.gateway.ipp, "_service", replace(house.gateway.ipp._service, event_wait=0.2))


# What is told.


def test_names_are_told_only_to_whom_the_job_concerns(door):
    wanted = (events("job-created"), build.keyword("notify-attributes", "job-originating-user-name", "job-uri"))
    number = subscribe(door, *wanted, user="dave").integer("notify-subscription-id")
    job = door.print(PDF, build.name("job-name", "Secret plan"), user="carol").number
    (group,) = notices(fetch(door, number, user="dave"))
    assert group.integer("job-id") == job
    assert group.string("job-uri") == f"{door.uri()}/{job}"
    assert group.string("notify-text") == f"Job {job} was accepted."
    assert not {"job-name", "job-originating-user-name"} & {attribute.name for attribute in group.attributes}
    (seen,) = notices(fetch(door, number, user=None, sign_in=("root", "root's own secret")))
    assert seen.string("job-originating-user-name") == "carol"


def test_all_is_of_the_registered_syntax(door, house):
    number = subscribe(door, events("job-state-changed", "printer-state-changed"), queue="direct").integer(
        "notify-subscription-id"
    )
    house.ended(door.print(queue="direct").number)
    groups = notices(fetch(door, number, queue="direct"))
    assert {group.get("printer-state") is None for group in groups} == {True, False}
    for group in (*groups, *told(one(Operation.GET_SUBSCRIPTION_ATTRIBUTES, door, number, queue="direct"))):
        kinds = ("event-notifications", "subscription-status", "subscription-template")
        for attribute in group.attributes:
            row = next(filter(None, (registry.find(attribute.name, kind) for kind in kinds)), None)
            row = row or registry.find(attribute.name)
            assert row is None or registry.accepts(row, attribute), attribute
            assert row is not None or attribute.name == "notify-text"


def test_the_charset_is_kept_to(door):
    number = subscribe(door, events("job-created"), build.charset("notify-charset", "us-ascii"))
    door.print(PDF, build.name("job-name", "Été"))
    (group,) = notices(fetch(door, number.integer("notify-subscription-id")))
    assert group.string("notify-text").endswith("(?t?) was accepted.")


def test_a_printers_state_is_told(door, house):
    number = subscribe(door, events("printer-state-changed", "printer-config-changed"), queue="roaming").integer(
        "notify-subscription-id"
    )
    catalogue = house.gateway.core.catalogue
    house.ask(catalogue.change("roaming", accepting=False))
    house.ask(catalogue.change("roaming", paused=True, accepting=True))
    house.ask(catalogue.change("roaming", location="Attic"))
    house.ask(catalogue.change("roaming", paused=False))
    groups = notices(fetch(door, number, queue="roaming"))
    assert [
        (g.string("notify-subscribed-event"), g.integer("printer-state"), g.boolean("printer-is-accepting-jobs"))
        for g in groups
    ] == [
        ("printer-state-changed", PrinterState.IDLE, False),
        ("printer-state-changed", PrinterState.STOPPED, True),
        ("printer-config-changed", PrinterState.STOPPED, True),
        ("printer-state-changed", PrinterState.IDLE, True),
    ]
    assert "paused" in groups[1].strings("printer-state-reasons")
    assert groups[0].string("notify-text") == "roaming takes no documents for now."
    assert groups[0].get("job-state") is None


def test_what_is_changed_of_a_job_is_told(door):
    root = {"user": None, "sign_in": ("root", "root's own secret")}
    number = subscribe(door, events("job-config-changed", "printer-queue-order-changed")).integer(
        "notify-subscription-id"
    )
    job = door.print().number
    changed = door.ask(
        Operation.SET_JOB_ATTRIBUTES, job=job, template=(build.name("job-name", "Later"), build.integer("copies", 2))
    )
    assert changed.status is Status.SUCCESSFUL_OK, changed.words
    (group,) = notices(fetch(door, number))
    assert (group.string("notify-subscribed-event"), group.string("job-name")) == ("job-config-changed", "Later")
    door.ask(Operation.SET_JOB_ATTRIBUTES, job=job, template=(build.integer("job-priority", 90),))
    assert keywords(fetch(door, number, least=(2,))) == ["job-config-changed", "printer-queue-order-changed"]
    said = build.text("job-message-from-operator", "Soon")
    assert door.ask(Operation.HOLD_JOB, said, job=job, **root).status is Status.SUCCESSFUL_OK
    assert keywords(fetch(door, number, least=(4,))) == ["job-config-changed"]


def test_progress_at_a_device_is_told(door, house):
    number = subscribe(door, events("job-progress")).integer("notify-subscription-id")
    job = house.job(door.print().number)
    house.gateway.telling._told(WentOn(replace(job, impressions_completed=3)))
    (group,) = notices(fetch(door, number))
    assert group.string("notify-subscribed-event") == "job-progress"
    assert (group.integer("job-impressions-completed"), group.integer("job-id")) == (3, job.job_id)


def test_the_queue_is_named_as_the_client_named_it_but_for_secrets(door, house):
    def named(uri):
        message = door.operation(Operation.CREATE_PRINTER_SUBSCRIPTIONS)
        message.groups[0].attributes[2] = build.uri("printer-uri", uri)
        message.groups.append(Group(GroupTag.SUBSCRIPTION, [IPPGET]))
        number = told(door.send(encode(message)))[0].integer("notify-subscription-id")
        (found,) = told(one(Operation.GET_SUBSCRIPTION_ATTRIBUTES, door, number))
        return found.string("notify-printer-uri")

    assert named("ipp://printserver/ipp/print/held") == "ipp://printserver/ipp/print/held"
    assert named("ipp://h\udcf4te/ipp/print/held") == door.uri()  # no UTF-8: nothing that could be kept
    asked = Request(
        message=door.operation(Operation.CREATE_PRINTER_SUBSCRIPTIONS),
        address=Address(Scope.PRINTER, "held", token="s3cret"),
        of_queue=house.gateway.core.catalogue.named("held"),
        authority=door.authority,
        secure=False,
        peer="127.0.0.1",
        body=None,
    )
    assert queue_uri(asked) == door.uri()


def test_a_printer_says_that_it_prints(door):
    number = subscribe(door, events("printer-state-changed"), queue="direct").integer("notify-subscription-id")
    door.print(queue="direct")
    seen = follow(door, number, lambda g: g.integer("printer-state") == PrinterState.IDLE, queue="direct")
    assert [g.integer("printer-state") for g in seen] == [PrinterState.PROCESSING, PrinterState.IDLE]


def test_several_subscriptions_are_told_of_one_after_the_other(door):
    first = subscribe(door, events("job-created")).integer("notify-subscription-id")
    second = subscribe(door, events("job-state-changed")).integer("notify-subscription-id")
    for _ in range(3):
        door.create()
    answer = fetch(door, second, first, least=(2, 3))
    assert [(g.integer("notify-subscription-id"), g.integer("notify-sequence-number")) for g in notices(answer)] == [
        (second, 2),
        (second, 3),
        (first, 3),
    ]
    operation = answer.message.group(GroupTag.OPERATION)
    assert operation.integer("notify-get-interval") == 60
    assert operation.integer("printer-up-time") >= 1


def test_one_that_is_gone_is_named(door):
    number = subscribe(door).integer("notify-subscription-id")
    answer = fetch(door, number, 1, 2)
    assert answer.status is Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES
    assert answer.unsupported["notify-subscription-ids"].ints == (1, 2)
    assert answer.message.group(GroupTag.OPERATION).integer("notify-get-interval") == 60


# Waiting.


def test_who_waits_is_answered_when_it_happens(door):
    number = subscribe(door, events("job-created")).integer("notify-subscription-id")
    threading.Timer(0.3, door.create).start()
    assert keywords(fetch(door, number, wait=True)) == ["job-created"]


def test_who_waits_is_told_when_there_is_nothing_to_wait_for_any_more(door):
    number = subscribe(door).integer("notify-subscription-id")
    threading.Timer(0.3, one, (Operation.CANCEL_SUBSCRIPTION, door, number)).start()
    answer = fetch(door, number, wait=True)
    assert (answer.status, keywords(answer)) == (Status.SUCCESSFUL_OK_EVENTS_COMPLETE, [])


@pytest.mark.usefixtures("briefly")
def test_nobody_waits_for_ever(door):
    answer = fetch(door, subscribe(door).integer("notify-subscription-id"), wait=True)
    assert (answer.status, keywords(answer)) == (Status.SUCCESSFUL_OK, [])


def test_a_client_that_leaves_leaves_nothing_behind(door, house):
    number = subscribe(door).integer("notify-subscription-id")
    waiting = house.gateway.subscriptions.waiting
    body = encode(
        door.operation(
            Operation.GET_NOTIFICATIONS,
            build.integer("notify-subscription-ids", number),
            build.boolean("notify-wait", True),
        )
    )
    with contextlib.closing(door.plug()) as plug:
        plug.sendall(head(len(body)) + body)
        until = time.monotonic() + 10
        while not waiting._of and time.monotonic() < until:
            time.sleep(0.02)
        assert waiting._of.total() == 1
    until = time.monotonic() + 10
    while waiting._of and time.monotonic() < until:
        time.sleep(0.05)
    assert not waiting._of


def test_too_many_that_wait_are_asked_to_come_again(door, house, monkeypatch):
    monkeypatch.setattr(house.gateway.subscriptions.waiting, "_of_one", 0)
    answer = fetch(door, subscribe(door).integer("notify-subscription-id"), wait=True)
    assert answer.status is Status.SERVER_ERROR_BUSY
    assert answer.message.group(GroupTag.OPERATION).integer("notify-get-interval") == 60


def test_who_takes_parts_is_told_of_each_event_as_it_happens(door):
    number = subscribe(door, events("job-created", "job-completed")).integer("notify-subscription-id")
    first = door.create().number
    with contextlib.closing(Parts(door, number)) as parts:
        assert parts.answer.headers.get_content_type() == "multipart/related"
        assert parts.answer.headers.get_param("type") == "application/ipp"
        begun = parts.next()
        assert (begun.code, happened(begun), begun.request_id) == (Status.SUCCESSFUL_OK, ["job-created"], 7)
        assert begun.groups[0].get("notify-get-interval") is None  # there is more to come
        assert begun.groups[0].integer("printer-up-time") >= 1
        door.ask(Operation.CANCEL_JOB, job=first)
        assert happened(parts.next()) == ["job-completed"]
        one(Operation.CANCEL_SUBSCRIPTION, door, number)
        last = parts.next()
        assert (last.code, happened(last)) == (Status.SUCCESSFUL_OK_EVENTS_COMPLETE, [])
        assert parts.next() is None


def test_even_nothing_is_said_at_once(door):
    number = subscribe(door).integer("notify-subscription-id")
    with contextlib.closing(Parts(door, number)) as parts:
        assert happened(parts.next()) == []


@pytest.mark.usefixtures("briefly")
def test_who_takes_parts_is_sent_away_when_all_places_are_taken(door, house, monkeypatch):
    number = subscribe(door).integer("notify-subscription-id")
    monkeypatch.setattr(house.gateway.subscriptions.waiting, "_of_one", 0)
    with contextlib.closing(Parts(door, number)) as parts:
        parts.next()
        last = parts.next()
        assert last.groups[0].integer("notify-get-interval") == 60
        assert parts.next() is None


def test_parts_end_when_the_client_leaves(door, house):
    number = subscribe(door).integer("notify-subscription-id")
    waiting = house.gateway.subscriptions.waiting
    with contextlib.closing(Parts(door, number)) as parts:
        parts.next()
        until = time.monotonic() + 10
        while not waiting._of and time.monotonic() < until:
            time.sleep(0.02)
    until = time.monotonic() + 10
    while waiting._of and time.monotonic() < until:
        time.sleep(0.05)
    assert not waiting._of


def test_what_is_wrong_is_said_in_one_piece(door):
    with contextlib.closing(Parts(door, 1)) as parts:
        assert parts.answer.headers.get_content_type() == "application/ipp"
        assert decode(parts.answer.read())[0].code == Status.CLIENT_ERROR_NOT_FOUND
