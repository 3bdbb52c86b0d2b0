"""What a queue says of itself is registered, fits its syntax, and is what the server does."""

import time

import pytest

from accounting.price import Price
from accounting.store import put_price
from ipp import build
from ipp.codec import encode
from ipp.enums import Operation, Status
from ipp.registry import accepts, find
from ipp.values import Resolution
from ipp_server.dispatch import OPERATIONS, SUPPORTED
from ipp_server.printer import Door, House
from ipp_server.printer_description import description
from ipp_server.printer_template import job_template
from jobs.queue import Kind, Offer, Queue
from jobs.ticket_readers import TEMPLATE
from tests.ipp_server.conftest import QUEUES

HOUSE = House(node="0123456789abcdef", version="1.0")


def told(door, *names, queue="held", **words):
    asked = (build.keyword("requested-attributes", *names),) if names else ()
    answer = door.ask(Operation.GET_PRINTER_ATTRIBUTES, *asked, queue=queue, **words)
    assert answer.status is Status.SUCCESSFUL_OK
    return answer.printer


UNREGISTERED = {
    "printer-requested-client-type",
    "separator-sheets-type-supported",
}  # PWG 5100.7 and 5100.3; IANA forgot them


def registered(name):
    row = find(name, "printer-description") or find(name, "printer-status") or find(name)
    assert row is not None, name
    return row


def names(group):
    return {attribute.name for attribute in group.attributes}


@pytest.mark.parametrize("tls", [False, True], ids=["ipp", "ipps"])
@pytest.mark.parametrize("queue", QUEUES)
def test_every_attribute_is_registered_and_fits_its_syntax(door, queue, tls):
    group = told(door, "all", "media-col-database", queue=queue, tls=tls)
    assert len(group.attributes) > 100
    assert len(names(group)) == len(group.attributes)
    unfit = [
        attribute
        for attribute in group.attributes
        if attribute.name not in UNREGISTERED and not accepts(registered(attribute.name), attribute)
    ]
    assert unfit == []


def test_the_operations_are_those_of_the_table(door):
    assert set(told(door).integers("operations-supported")) == set(SUPPORTED)
    assert set(SUPPORTED) <= set(OPERATIONS)


def test_an_operation_outside_the_table_is_refused(door):
    for code in set(Operation) - set(OPERATIONS):
        assert door.ask(code).status is Status.SERVER_ERROR_OPERATION_NOT_SUPPORTED


def test_groups_of_names_divide_what_there_is(door):
    everything, description, template = told(door, "all"), told(door, "printer-description"), told(door, "job-template")
    assert names(told(door)) == names(everything)
    assert names(description) | names(template) == names(everything)
    assert not names(description) & names(template)
    assert {"printer-state", "printer-up-time", "queued-job-count"} <= names(description)
    assert {"sides-supported", "media-ready", "job-sheets-default"} <= names(template)
    assert all(name.endswith("-default") for name in names(told(door, "printer-defaults")))
    assert names(told(door, "none")) == set()


def test_the_media_database_is_given_to_who_names_it(door):
    assert "media-col-database" not in names(told(door, "all"))
    assert names(told(door, "media-col-database")) == {"media-col-database"}
    assert names(told(door, "all", "media-col-database")) == names(told(door, "all")) | {"media-col-database"}


def test_names_that_nobody_knows_are_left_out(door):
    assert names(told(door, "printer-name", "mopria_certified", "x" * 200)) == {"printer-name"}
    assert names(told(door, "nothing-we-have")) == set()


@pytest.mark.parametrize("queue", ["held", "direct"])
def test_every_job_template_attribute_is_told_with_what_is_supported(door, queue):
    group = told(door, "all", queue=queue)
    named = set(group.strings("job-creation-attributes-supported"))
    for name in named & {*TEMPLATE}:
        assert f"{name}-supported" in names(group), name
    assert {"copies", "media-col", "overrides", "job-password", "client-info"} <= named
    assert ("job-hold-until-time" in named) == (queue == "direct")  # a queue that holds does so for no time
    assert group.boolean("job-hold-until-time-supported") is (queue == "direct")
    assert (group.get("job-delay-output-until-time-supported").values[0].value.upper > 0) is (queue == "direct")
    assert set(group.strings("document-creation-attributes-supported")) <= named


def test_defaults_are_among_what_is_supported(door):
    group = told(door, "all", queue="direct")
    plain = ("keyword", "enum", "mimeMediaType")
    for attribute in group.attributes:
        stem = attribute.name.removesuffix("-default")
        supported = group.get(f"{stem}-supported")
        if stem != attribute.name and supported and registered(attribute.name).syntax.split()[-1] in plain:
            assert set(attribute.values) <= set(supported.values), attribute.name


def test_what_a_device_cannot_do_is_not_offered():
    poor = Offer(color=False, sides=("one-sided",), finishings=(4, 20), borderless=True, resolutions=(300,))
    queue = Queue("id", "poor", Kind.DIRECT, offer=poor)
    described, template = ({one.name: one for one in group} for group in (
        description(queue, HOUSE, Door("here:8631", "/ipp/print/poor", secure=False)), job_template(queue)
    ))  # fmt: skip
    assert described["color-supported"].first is False
    assert "pages-per-minute-color" not in described
    assert template["sides-supported"].strings == ("one-sided",)
    assert "color" not in template["print-color-mode-supported"].strings
    assert template["finishings-supported"].ints == (3, 4, 20)
    assert template["finishing-template-supported"].strings == ("none", "staple", "staple-top-left")
    assert template["media-top-margin-supported"].ints == (0, 423)
    assert template["printer-resolution-default"].first == Resolution(300, 300, 3)


def test_uris_are_those_of_the_door_that_was_used(door):
    for tls, scheme, web, security in ((False, "ipp", "http", "none"), (True, "ipps", "https", "tls")):
        group = told(door, tls=tls)
        assert group.strings("printer-uri-supported") == (f"{scheme}://{door.authority}/ipp/print/held",)
        assert group.strings("uri-security-supported") == (security,)
        assert all(uri.startswith(f"{web}://{door.authority}/") for uri in group.strings("printer-icons"))


HOSTILE = [
    "",
    "a b",
    "evil/../",
    '"><script>',
    "ü.example",
    "x" * 300,
    "[::1",
    "host:port",
    "a:1:2",
    "user@host",
    "a%00b",
    "a,b",
]


@pytest.mark.parametrize("host", HOSTILE)
def test_a_host_that_is_none_is_not_repeated(door, host):
    answer = door.ask(Operation.GET_PRINTER_ATTRIBUTES, headers={"Host": host.encode()}.items())
    if answer.http != 400:  # some are refused as no HTTP
        uris = {str(v) for a in answer.printer.attributes for v in a.strings if "://" in str(v)}
        assert uris
        assert all(uri.split("/")[2] == door.authority for uri in uris)


@pytest.mark.parametrize(
    "host", ["printer.example", "printer.example:631", "[::1]:8631", "10.0.0.7", "gw_1.local:8631"]
)
def test_a_host_that_is_one_is_repeated(door, host):
    answer = door.ask(Operation.GET_PRINTER_ATTRIBUTES, headers={"Host": host}.items())
    assert answer.printer.strings("printer-uri-supported") == (f"ipp://{host}/ipp/print/held",)


def test_waiting_jobs_are_counted_and_stop_no_printer(door):
    before = told(door, queue="roaming").integer("queued-job-count")
    door.print(queue="roaming")
    group = told(door, queue="roaming")
    assert group.integer("queued-job-count") == before + 1
    assert group.integer("printer-state") == 3
    assert group.strings("printer-state-reasons") == ("none",)


@pytest.fixture
def roaming(house):
    """The queue of that name, as it was, afterwards."""
    catalogue = house.gateway.core.catalogue
    yield lambda **values: house.ask(catalogue.change("roaming", **values))
    plain = dict.fromkeys(("paused", "holding_new", "deactivated", "shut_down"), False)
    house.ask(catalogue.change("roaming", accepting=True, **plain))


@pytest.mark.parametrize(("values", "state", "reasons", "accepts"), [
    ({"paused": True}, 5, ("paused",), True),
    ({"holding_new": True}, 3, ("hold-new-jobs",), True),
    ({"deactivated": True}, 5, ("deactivated",), False),
    ({"shut_down": True}, 5, ("shutdown",), False),
    ({"accepting": False}, 3, ("none",), False),
    ({"paused": True, "holding_new": True}, 5, ("paused", "hold-new-jobs"), True),
])  # fmt: skip
def test_the_state_is_the_queue_s_own(door, roaming, values, state, reasons, accepts):
    roaming(**values)
    group = told(door, queue="roaming")
    assert group.integer("printer-state") == state
    # A queue that has just been stopped says both: what was begun in that moment comes to its end.
    assert {*reasons} <= {*group.strings("printer-state-reasons")} <= {*reasons, "moving-to-paused", "paused"}
    assert group.boolean("printer-is-accepting-jobs") is accepts
    assert group.string("printer-state-message")
    assert len(group.get("printer-alert").values) == len(group.get("printer-alert-description").values)


def test_supplies_and_trays_are_as_many_as_their_descriptions_and_names(door):
    for queue in ("held", "direct"):
        group = told(door, queue=queue)
        for one, other in (
            ("printer-supply", "printer-supply-description"),
            ("printer-input-tray", "media-source-supported"),
            ("printer-output-tray", "output-bin-supported"),
        ):
            assert len(group.get(one).values) == len(group.get(other).values), one


def test_words_come_in_the_language_that_is_asked_for(door):
    def uri(language):
        message = door.operation(Operation.GET_PRINTER_ATTRIBUTES)
        message.groups[0].attributes[1] = build.language("attributes-natural-language", language)
        for _ in range(2):  # the second time the request is known
            found = door.send(encode(message)).printer.string("printer-strings-uri")
        return found

    assert uri("fr-CA").endswith("/ipp/strings/fr.strings")
    assert uri("EN-gb").endswith("/ipp/strings/en.strings")
    assert uri("tlh").endswith("/ipp/strings/en.strings")
    assert uri("fr") != uri("en")


def test_printing_that_costs_something_says_so(house, door):
    assert told(door).get("printer-charge-info") is None

    def put(price):
        house.ask(house.gateway.core.home.database.write(lambda connection: put_price(connection, "", price)))
        house.ask(house.gateway.conditions.renew())

    put(Price(mono=5, color=20, sheet=1))
    time.sleep(0.15)  # what changes by itself is told for a tenth of a second
    try:
        group = told(door, queue="direct")
        assert "0.05 EUR" in group.string("printer-charge-info") and "0.20 EUR" in group.string("printer-charge-info")
        assert group.string("printer-charge-info-uri").startswith(f"http://{door.authority}/")
    finally:
        put(None)
