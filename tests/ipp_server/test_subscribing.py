"""Subscriptions to queues through the front door: made, refused, looked at, renewed, cancelled; whose they are."""

import pytest

from ipp import build
from ipp.codec import encode
from ipp.enums import GroupTag, Operation, Status, Tag
from ipp.message import Group
from tests.ipp_server.subscriber import (
    IPPGET,
    PUSH,
    events,
    fetch,
    forget_all,
    notices,
    one,
    request,
    subscribe,
    told,
)


@pytest.fixture(autouse=True)
def _tidy(house):
    yield
    forget_all(house)


# What a queue offers.


def test_a_queue_says_what_can_be_subscribed_to(door):
    asked = build.keyword("requested-attributes", "subscription-template", "ippget-event-life", "operations-supported")
    printer = door.ask(Operation.GET_PRINTER_ATTRIBUTES, asked).printer
    assert printer.strings("notify-pull-method-supported") == ("ippget",)
    assert {"none", "printer-state-changed", "printer-stopped", "job-created", "job-completed"} <= set(
        printer.strings("notify-events-supported")
    )
    assert printer.integer("notify-max-events-supported") >= 2
    assert printer.integer("ippget-event-life") >= 15
    assert "charset-supported" in {attribute.name for attribute in printer.attributes}
    assert "notify-schemes-supported" not in {attribute.name for attribute in printer.attributes}
    assert set(range(0x16, 0x1D)) <= set(printer.integers("operations-supported"))


# Subscribing to a queue.


def test_what_was_not_said_has_the_queues_default(door):
    group = subscribe(door)
    answer = one(Operation.GET_SUBSCRIPTION_ATTRIBUTES, door, group.integer("notify-subscription-id"))
    (found,) = told(answer)
    assert found.strings("notify-events") == ("job-completed",)
    assert found.string("notify-charset") == "utf-8"
    assert found.string("notify-natural-language") == "en"
    assert found.integer("notify-lease-duration") == group.integer("notify-lease-duration") == 86_400
    assert found.integer("notify-sequence-number") == 0
    left = found.integer("notify-lease-expiration-time") - found.integer("notify-printer-up-time")
    assert 86_390 <= left <= 86_400
    assert found.string("notify-printer-uri") == door.uri("held")
    assert found.string("notify-subscriber-user-name") == "carol"
    absent = {"notify-job-id", "notify-time-interval", "notify-user-data", "notify-attributes", "notify-system-uri"}
    assert not absent & {attribute.name for attribute in found.attributes}


def test_all_that_was_said_is_kept(door):
    sent = (
        events("job-progress", "printer-config-changed"),
        build.keyword("notify-attributes", "job-k-octets"),
        build.octets("notify-user-data", b"\0" * 63),
        build.charset("notify-charset", "us-ascii"),
        build.language("notify-natural-language", "en"),
        build.integer("notify-lease-duration", 600),
        build.integer("notify-time-interval", 5),
    )
    group = subscribe(door, *sent)
    assert group.integer("notify-status-code") is None
    number = group.integer("notify-subscription-id")
    (found,) = told(
        one(
            Operation.GET_SUBSCRIPTION_ATTRIBUTES,
            door,
            number,
            build.keyword("requested-attributes", "subscription-template"),
        )
    )
    assert {IPPGET, *sent} == set(found.attributes)


@pytest.mark.parametrize(
    ("attributes", "status", "named"),
    [
        ((PUSH,), Status.CLIENT_ERROR_URI_SCHEME_NOT_SUPPORTED, {"notify-recipient-uri"}),
        (
            (PUSH, events("job-stopped", "what-not")),
            Status.CLIENT_ERROR_URI_SCHEME_NOT_SUPPORTED,
            {"notify-recipient-uri", "notify-events"},
        ),
        (
            (build.keyword("notify-pull-method", "smoke"),),
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            {"notify-pull-method"},
        ),
        ((IPPGET, events("none")), Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED, {"notify-events"}),
        ((IPPGET, events("what-not")), Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED, {"notify-events"}),
        (
            (IPPGET, build.integer("notify-events", 3)),
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            {"notify-events"},
        ),
    ],
)
def test_what_cannot_be_made_is_said_in_its_group(door, attributes, status, named):
    answer = request(door, Operation.CREATE_PRINTER_SUBSCRIPTIONS, attributes)
    assert answer.status is Status.CLIENT_ERROR_IGNORED_ALL_SUBSCRIPTIONS
    (group,) = told(answer)
    assert group.integer("notify-status-code") == status
    assert {attribute.name for attribute in group.attributes} == {*named, "notify-status-code"}


@pytest.mark.parametrize(
    ("attribute", "kept"),
    [
        (events("job-created", "none"), ("notify-events", ("job-created",))),
        (events("job-created", "what-not"), ("notify-events", ("job-created",))),
        (build.keyword("notify-attributes", "job-state"), ("notify-attributes", ())),
        (build.octets("notify-user-data", b"x" * 64), ("notify-user-data", ())),
        (build.charset("notify-charset", "iso-8859-1"), ("notify-charset", ("utf-8",))),
        (build.language("notify-natural-language", "tlh"), ("notify-natural-language", ("en",))),
        (build.integer("notify-time-interval", -1), ("notify-time-interval", ())),
        (build.keyword("notify-lease-duration", "long"), ("notify-lease-duration", ())),
        (build.keyword("notify-colour", "blue"), ("notify-colour", ())),
    ],
)
def test_what_is_not_supported_is_named_and_left_out(door, attribute, kept):
    group = subscribe(door, attribute)
    assert group.integer("notify-status-code") == Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES
    assert group.get(attribute.name) is not None
    (found,) = told(one(Operation.GET_SUBSCRIPTION_ATTRIBUTES, door, group.integer("notify-subscription-id")))
    assert found.strings(kept[0]) == kept[1]


def test_an_attribute_nobody_knows_is_named_as_unsupported(door):
    group = subscribe(door, build.keyword("notify-colour", "blue"))
    assert group.get("notify-colour").values[0].tag == Tag.UNSUPPORTED


@pytest.mark.parametrize(("wanted", "granted"), [(0, 2_592_000), (-1, 1), (2**31 - 1, 2_592_000)])
def test_a_lease_is_as_near_to_what_was_wanted_as_can_be(door, wanted, granted):
    group = subscribe(door, build.integer("notify-lease-duration", wanted))
    assert group.integer("notify-lease-duration") == granted
    assert group.integer("notify-status-code") == Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES


def test_too_many_events_are_said_to_be(door):
    group = subscribe(door, events("job-created", *(f"event-{number}" for number in range(100))))
    assert group.integer("notify-status-code") == Status.SUCCESSFUL_OK_TOO_MANY_EVENTS


def test_each_group_is_answered_in_its_place(door):
    answer = request(door, Operation.CREATE_PRINTER_SUBSCRIPTIONS, (PUSH,), (IPPGET,), (PUSH,))
    assert answer.status is Status.SUCCESSFUL_OK_IGNORED_SUBSCRIPTIONS
    assert [group.integer("notify-subscription-id") is None for group in told(answer)] == [True, False, True]


@pytest.mark.parametrize("groups", [(), ((events("job-created"),),), ((IPPGET, PUSH),), ((IPPGET,), ())])
def test_a_request_that_says_no_way_to_tell_is_refused(door, groups):
    answer = request(door, Operation.CREATE_PRINTER_SUBSCRIPTIONS, *groups)
    assert answer.status is Status.CLIENT_ERROR_BAD_REQUEST
    assert told(answer) == []


def test_a_queue_is_not_a_job(door):
    answer = request(
        door, Operation.CREATE_PRINTER_SUBSCRIPTIONS, (IPPGET,), extra=(build.integer("notify-job-id", 1),)
    )
    assert answer.status is Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES
    assert set(answer.unsupported) == {"notify-job-id"}


def test_one_person_cannot_subscribe_without_end(door):
    answer = request(door, Operation.CREATE_PRINTER_SUBSCRIPTIONS, *[(IPPGET,)] * 105, user="dave")
    assert answer.status is Status.SUCCESSFUL_OK_IGNORED_SUBSCRIPTIONS
    groups = told(answer)
    assert sum(group.integer("notify-subscription-id") is not None for group in groups) == 100
    assert {group.integer("notify-status-code") for group in groups[100:]} == {
        Status.CLIENT_ERROR_TOO_MANY_SUBSCRIPTIONS
    }
    again = request(door, Operation.CREATE_PRINTER_SUBSCRIPTIONS, (IPPGET,), user="dave")
    assert again.status is Status.CLIENT_ERROR_IGNORED_ALL_SUBSCRIPTIONS
    assert subscribe(door, user="erin").integer("notify-subscription-id")


# Whose they are.


@pytest.mark.parametrize(
    "operation",
    [Operation.GET_SUBSCRIPTION_ATTRIBUTES, Operation.RENEW_SUBSCRIPTION, Operation.CANCEL_SUBSCRIPTION],
)
def test_only_their_owner_and_operators_reach_them(door, operation):
    number = subscribe(door, user="carol").integer("notify-subscription-id")
    assert one(operation, door, number, user="dave").status is Status.CLIENT_ERROR_NOT_AUTHORIZED
    assert fetch(door, number, user="dave").status is Status.CLIENT_ERROR_NOT_AUTHORIZED
    assert one(operation, door, number, user="carol").status is Status.SUCCESSFUL_OK
    number = subscribe(door, user="carol").integer("notify-subscription-id")
    assert one(operation, door, number, user=None, sign_in=("root", "root's own secret")).status is Status.SUCCESSFUL_OK


def test_a_list_is_of_ones_own_and_an_operators_of_all(door):
    first = subscribe(door, user="carol").integer("notify-subscription-id")
    second = subscribe(door, user="dave").integer("notify-subscription-id")

    def listed(*extra, **words):
        answer = request(door, Operation.GET_SUBSCRIPTIONS, extra=extra, **words)
        assert answer.status is Status.SUCCESSFUL_OK
        return [[(a.name, a.first) for a in group.attributes] for group in told(answer)]

    assert listed(user="carol") == [[("notify-subscription-id", first)]]
    root = {"user": None, "sign_in": ("root", "root's own secret")}
    assert {group[0][1] for group in listed(**root)} == {first, second}
    assert listed(build.boolean("my-subscriptions", True), **root) == []
    assert len(listed(build.integer("limit", 1), **root)) == 1
    assert listed(user="carol", queue="roaming") == []


def test_a_limit_is_at_least_one(door):
    answer = request(door, Operation.GET_SUBSCRIPTIONS, extra=(build.integer("limit", 0),))
    assert answer.status is Status.CLIENT_ERROR_BAD_REQUEST


def test_who_nobody_knows_is_known_by_where_it_comes_from(door):
    number = subscribe(door, queue="open").integer("notify-subscription-id")
    assert fetch(door, number, queue="open").status is Status.SUCCESSFUL_OK
    assert fetch(door, number, queue="held").status is Status.CLIENT_ERROR_NOT_FOUND


# Renewing and cancelling.


@pytest.mark.parametrize("within", [GroupTag.OPERATION, GroupTag.SUBSCRIPTION])
def test_a_lease_is_renewed(door, within):
    number = subscribe(door).integer("notify-subscription-id")
    lease = build.integer("notify-lease-duration", 77)
    message = door.operation(Operation.RENEW_SUBSCRIPTION, build.integer("notify-subscription-id", number))
    if within is GroupTag.OPERATION:
        message.groups[0].attributes.append(lease)
    else:
        message.groups.append(Group(within, [lease]))
    answer = door.send(encode(message))
    assert answer.status is Status.SUCCESSFUL_OK
    assert told(answer)[0].integer("notify-lease-duration") == 77
    (found,) = told(one(Operation.GET_SUBSCRIPTION_ATTRIBUTES, door, number))
    assert found.integer("notify-lease-duration") == 77


def test_a_lease_that_is_not_said_is_the_default(door):
    number = subscribe(door, build.integer("notify-lease-duration", 5)).integer("notify-subscription-id")
    answer = one(Operation.RENEW_SUBSCRIPTION, door, number)
    assert told(answer)[0].integer("notify-lease-duration") == 86_400
    answer = one(Operation.RENEW_SUBSCRIPTION, door, number, build.integer("notify-lease-duration", 0))
    assert answer.status is Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES


def test_a_cancelled_one_is_not_found(door):
    number = subscribe(door).integer("notify-subscription-id")
    assert one(Operation.CANCEL_SUBSCRIPTION, door, number).status is Status.SUCCESSFUL_OK
    assert one(Operation.CANCEL_SUBSCRIPTION, door, number).status is Status.CLIENT_ERROR_NOT_FOUND
    answer = fetch(door, number)
    assert answer.status is Status.CLIENT_ERROR_NOT_FOUND
    assert answer.message.group(GroupTag.OPERATION).get("notify-get-interval") is None


@pytest.mark.parametrize(
    "operation",
    [
        Operation.GET_SUBSCRIPTION_ATTRIBUTES,
        Operation.RENEW_SUBSCRIPTION,
        Operation.CANCEL_SUBSCRIPTION,
        Operation.GET_NOTIFICATIONS,
        Operation.CREATE_JOB_SUBSCRIPTIONS,
    ],
)
def test_what_is_meant_must_be_said(door, operation):
    assert request(door, operation, (IPPGET,)).status is Status.CLIENT_ERROR_BAD_REQUEST


# The whole gateway.

ROOT = ("root", "root's own secret")


def of_system(door, operation, *extra, group=(), sign_in=ROOT):
    message = door.operation(operation, *extra, user=None)
    message.groups[0].attributes[2] = build.uri("system-uri", f"ipps://{door.authority}/ipp/system")
    if group:
        message.groups.append(Group(GroupTag.SUBSCRIPTION, [IPPGET, *group]))
    return door.send(encode(message), sign_in=sign_in, tls=True, path="/ipp/system")


def test_an_operator_follows_the_whole_gateway(door, house):
    catalogue = house.gateway.core.catalogue
    wanted = (events("printer-created", "printer-state-changed", "system-config-changed"),)
    (group,) = told(of_system(door, Operation.CREATE_SYSTEM_SUBSCRIPTIONS, group=wanted))
    number = build.integer("notify-subscription-id", group.integer("notify-subscription-id"))
    (found,) = told(of_system(door, Operation.GET_SUBSCRIPTION_ATTRIBUTES, number))
    assert found.string("notify-system-uri") == f"ipps://{door.authority}/ipp/system"
    assert found.integer("notify-system-up-time") >= 1
    assert not {"notify-printer-uri", "notify-printer-up-time"} & {attribute.name for attribute in found.attributes}
    house.ask(catalogue.change("roaming", accepting=False))
    house.ask(catalogue.change("roaming", accepting=True))
    answer = of_system(door, Operation.GET_NOTIFICATIONS, build.integer("notify-subscription-ids", number.first_int))
    groups = [g for g in notices(answer) if g.string("notify-subscribed-event") == "printer-state-changed"]
    assert [g.boolean("printer-is-accepting-jobs") for g in groups] == [False, True]
    assert groups[0].string("notify-printer-uri") == f"ipps://{door.authority}/ipp/print/roaming"
    assert groups[0].string("notify-system-uri") == f"ipps://{door.authority}/ipp/system"
    assert answer.message.group(GroupTag.OPERATION).integer("system-up-time") >= 1
    assert [g.integer("notify-subscription-id") for g in told(of_system(door, Operation.GET_SUBSCRIPTIONS))] == [
        number.first_int
    ]


def test_queues_can_be_chosen(door, house):
    catalogue = house.gateway.core.catalogue
    chosen = build.integer("notify-printer-ids", catalogue.named("roaming").number)
    wanted = (events("job-created"),)
    (group,) = told(of_system(door, Operation.CREATE_SYSTEM_SUBSCRIPTIONS, chosen, group=wanted))
    number = group.integer("notify-subscription-id")
    door.create(queue="held")
    job = door.create(queue="roaming").number
    answer = of_system(door, Operation.GET_NOTIFICATIONS, build.integer("notify-subscription-ids", number))
    assert [g.integer("job-id") for g in notices(answer)] == [job]
    wrong = of_system(
        door, Operation.CREATE_SYSTEM_SUBSCRIPTIONS, build.integer("notify-printer-ids", 65000), group=wanted
    )
    assert wrong.status is Status.CLIENT_ERROR_NOT_FOUND


def test_nobody_else_follows_the_whole_gateway(door):
    answer = of_system(
        door, Operation.CREATE_SYSTEM_SUBSCRIPTIONS, group=(events("job-created"),), sign_in=("alice", "alice's secret")
    )
    assert answer.status is Status.CLIENT_ERROR_NOT_AUTHORIZED
