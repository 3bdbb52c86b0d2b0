"""The System: what it tells, how it is set, and what is done with all queues at once."""

import pytest

from ipp import build
from ipp.codec import encode
from ipp.enums import GroupTag, Operation, PrinterState, Status, Tag
from ipp.message import Group, Message
from ipp_server.dispatch import OF_SYSTEM
from ipp_server.system_settings import SETTABLE
from tests.ipp_server.client import CHARSET, LANGUAGE
from tests.ipp_server.conftest import LOCAL, QUEUES, House

ROOT = ("root", "root's own secret")


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    """A gateway that this machine's people operate."""
    running = House(tmp_path_factory.mktemp("home"), body_idle=2.0, stop_limit=2.0, operator_networks=LOCAL)
    yield System(running)
    running.stop()


@pytest.fixture
def stranger(house):
    """A gateway that nobody operates without a password."""
    return System(house)


class System:
    def __init__(self, house):
        self.house, self.door = house, house.door

    def ask(self, operation, *extra, groups=(), user="carol", uri=None, sign_in=None):
        first = [CHARSET, LANGUAGE, build.uri("system-uri", uri or f"ipp://{self.door.authority}/ipp/system")]
        first += [build.name("requesting-user-name", user)] if user else []
        sent = [Group(GroupTag.OPERATION, [*first, *extra]), *groups]
        body = encode(Message((2, 0), operation, 7, sent))
        return self.door.send(body, path="/ipp/system", sign_in=sign_in, tls=sign_in is not None)

    def told(self, *names, **words):
        asked = (build.keyword("requested-attributes", *names),) if names else ()
        answer = self.ask(Operation.GET_SYSTEM_ATTRIBUTES, *asked, **words)
        assert answer.status is Status.SUCCESSFUL_OK
        return answer.message.group(GroupTag.SYSTEM)

    def set(self, *attributes, **words):
        groups = (Group(GroupTag.SYSTEM, list(attributes)),)
        return self.ask(Operation.SET_SYSTEM_ATTRIBUTES, groups=groups, **words)

    def printers(self, *extra):
        answer = self.ask(Operation.GET_PRINTERS, *extra)
        assert answer.status is Status.SUCCESSFUL_OK
        return answer.message.groups_of(GroupTag.PRINTER)

    def names(self, *extra):
        return [group.string("printer-name") for group in self.printers(*extra)]

    def queue(self, name):
        return self.house.gateway.core.catalogue.named(name)

    @property
    def queues(self):
        return self.house.gateway.core.catalogue.listed()


def names_of(group):
    return {attribute.name for attribute in group.attributes}


def test_the_system_tells_what_it_is(system):
    told = system.told()
    assert told.integers("operations-supported") == tuple(int(operation) for operation in OF_SYSTEM)
    assert Operation.PRINT_JOB not in OF_SYSTEM and Operation.GET_PRINTERS in OF_SYSTEM
    assert told.string("system-uuid").startswith("urn:uuid:")
    assert told.integer("system-state") == PrinterState.IDLE
    assert told.strings("system-state-reasons") == ("none",)
    assert told.integer("system-up-time") > 0
    assert told.get("system-owner-col").values[0].tag == Tag.NO_VALUE
    assert "image/pwg-raster" in told.strings("document-format-supported")
    doors = [one.first("xri-uri") for one in told.all("system-xri-supported")]
    assert doors == [f"{scheme}://{system.door.authority}/ipp/system" for scheme in ("ipp", "ipps")]


def test_it_knows_its_printers_by_number(system):
    told = system.told("system-configured-printers", "system-default-printer-id")
    shown = {one.first("printer-name"): one for one in told.all("system-configured-printers")}
    assert shown.keys() == QUEUES.keys() | {"follow-me"}
    assert shown["direct"].first("printer-id") == system.queue("direct").number
    assert len({one.first("printer-id") for one in shown.values()}) == len(shown)
    assert shown["shut"].first("printer-is-accepting-jobs") is False
    assert told.integer("system-default-printer-id") == system.queue("follow-me").number
    assert names_of(told) == {"system-configured-printers", "system-default-printer-id"}


@pytest.mark.parametrize(
    ("group", "has", "lacks"),
    [
        ("system-description", "system-name", "system-state"),
        ("system-status", "system-state", "system-name"),
        ("none", None, "system-name"),
    ],
)
def test_attributes_are_asked_for_in_groups(system, group, has, lacks):
    told = system.told(group)
    found = names_of(told) if told else set()
    assert has is None or has in found
    assert lacks not in found


def test_it_is_set_and_keeps_it(system):
    before = system.told().integer("system-config-changes")
    number = system.queue("held").number
    answer = system.set(
        build.name("system-name", "House 7"),
        build.text("system-location", "Cellar"),
        build.uri("system-geo-location", "geo:46.1,7.2"),
        build.integer("system-default-printer-id", number),
        build.collection("system-owner-col", [build.name("owner-name", "Ada"), build.text("owner-vcard", "A", "B")]),
    )
    assert answer.status is Status.SUCCESSFUL_OK
    told = system.told()
    assert told.string("system-name") == "House 7" and told.string("system-location") == "Cellar"
    assert told.string("system-geo-location") == "geo:46.1,7.2"
    assert told.first("system-owner-col").first("owner-name") == "Ada"
    assert told.integer("system-default-printer-id") == number
    assert told.integer("system-config-changes") == before + 1
    kept = system.house.gateway.core.system
    system.house.ask(kept.load())
    assert system.told("system-name").string("system-name") == "House 7"
    # Who names no queue means the chosen one now; who asked before, too.
    assert system.door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue="").printer.string("printer-name") == "held"
    again = system.set(
        build.no_value("system-owner-col"),
        build.no_value("system-default-printer-id"),
        build.out_of_band("system-name", Tag.DELETE_ATTRIBUTE),
    )
    assert again.status is Status.SUCCESSFUL_OK
    assert system.told().string("system-name") == "Printgate"
    assert system.door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue="").printer.string("printer-name") == "follow-me"


@pytest.mark.parametrize(
    ("attribute", "status"),
    [
        (build.integer("system-up-time", 1), Status.CLIENT_ERROR_ATTRIBUTES_NOT_SETTABLE),
        (build.text("nothing", "x"), Status.CLIENT_ERROR_ATTRIBUTES_NOT_SETTABLE),
        (build.text("system-info", "x" * 128), Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED),
        (build.uri("system-geo-location", "http://x/"), Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED),
        (build.integer("system-default-printer-id", 9999), Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED),
        (
            build.collection("system-owner-col", [build.name("owner-hat", "x")]),
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
        ),
        (build.keyword("system-name", "x"), Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED),
    ],
)
def test_what_cannot_be_set_changes_nothing(system, attribute, status):
    answer = system.set(build.text("system-message-from-operator", "changed"), attribute)
    assert answer.status is status and answer.unsupported.keys() == {attribute.name}
    assert system.told().string("system-message-from-operator") == ""


def test_a_change_of_nothing_is_refused(system):
    assert system.set().status is Status.CLIENT_ERROR_BAD_REQUEST


def test_it_says_what_may_be_set(system):
    answer = system.ask(Operation.GET_SYSTEM_SUPPORTED_VALUES)
    told = answer.message.group(GroupTag.SYSTEM)
    assert names_of(told) == set(SETTABLE)
    assert set(told.integers("system-default-printer-id")) == {queue.number for queue in system.queues}
    assert told.get("system-name").values[0].tag == Tag.ADMIN_DEFINE


def test_printers_are_listed(system):
    everything = system.names()
    assert everything == [queue.name for queue in sorted(system.queues, key=lambda queue: queue.number)]
    assert system.names(build.integer("first-index", 2), build.integer("limit", 2)) == everything[1:3]
    numbers = [system.queue(name).number for name in ("held", "direct")]
    assert set(system.names(build.integer("printer-ids", *numbers))) == {"held", "direct"}
    assert system.names(build.keyword("which-printers", "not-accepting")) == ["shut"]
    assert "shut" not in system.names(build.keyword("which-printers", "accepting"))
    assert system.names(build.keyword("which-printers", "testing")) == []
    assert system.names(build.mime("document-format", "application/pdf")) == everything
    assert system.names(build.mime("document-format", "video/mp4")) == []
    assert system.names(build.text("printer-location", "nowhere")) == []
    assert system.names(build.keyword("printer-service-type", "scan")) == []
    (one,) = system.printers(build.integer("limit", 1), build.keyword("requested-attributes", "printer-id"))
    assert names_of(one) == {"printer-id"}


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        (build.integer("limit", 0), Status.CLIENT_ERROR_BAD_REQUEST),
        (build.integer("first-index", 0), Status.CLIENT_ERROR_BAD_REQUEST),
        (build.keyword("which-printers", "pink"), Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED),
    ],
)
def test_a_wrong_wish_for_printers_is_refused(system, wrong, status):
    assert system.ask(Operation.GET_PRINTERS, wrong).status is status


def test_a_printer_is_asked_for_by_number(system):
    number = system.queue("direct").number
    told = system.ask(Operation.GET_PRINTER_ATTRIBUTES, build.integer("printer-id", number)).printer
    assert told.string("printer-name") == "direct" and told.integer("printer-id") == number
    assert told.string("printer-uri-supported") == system.door.uri("direct")
    unnamed = system.ask(Operation.GET_PRINTER_ATTRIBUTES).printer
    assert unnamed.string("printer-name") == "follow-me"
    missing = system.ask(Operation.GET_PRINTER_ATTRIBUTES, build.integer("printer-id", 9999))
    assert missing.status is Status.CLIENT_ERROR_NOT_FOUND


def test_a_printer_is_set_by_number(system):
    number = build.integer("printer-id", system.queue("held").number)
    change = Group(GroupTag.PRINTER, [build.text("printer-location", "Attic")])
    answer = system.ask(Operation.SET_PRINTER_ATTRIBUTES, number, groups=(change,))
    assert answer.status is Status.SUCCESSFUL_OK and system.queue("held").location == "Attic"
    assert system.names(build.text("printer-location", "Attic")) == ["held"]
    assert system.ask(Operation.GET_PRINTER_SUPPORTED_VALUES, number).printer is not None
    unnamed = system.ask(Operation.SET_PRINTER_ATTRIBUTES, groups=(change,))
    assert unnamed.status is Status.CLIENT_ERROR_BAD_REQUEST


@pytest.mark.parametrize(
    ("do", "undo", "field", "value"),
    [
        (Operation.DISABLE_ALL_PRINTERS, Operation.ENABLE_ALL_PRINTERS, "accepting", False),
        (Operation.PAUSE_ALL_PRINTERS, Operation.RESUME_ALL_PRINTERS, "paused", True),
        (Operation.PAUSE_ALL_PRINTERS_AFTER_CURRENT_JOB, Operation.RESUME_ALL_PRINTERS, "paused", True),
        (Operation.SHUTDOWN_ALL_PRINTERS, Operation.STARTUP_ALL_PRINTERS, "shut_down", True),
        (Operation.SHUTDOWN_ALL_PRINTERS, Operation.RESTART_SYSTEM, "shut_down", True),
    ],
)
def test_all_printers_are_changed_together(system, do, undo, field, value):
    assert system.ask(do).status is Status.SUCCESSFUL_OK
    assert {getattr(queue, field) for queue in system.queues} == {value}
    if field != "accepting":
        assert system.told().integer("system-state") == PrinterState.STOPPED
    assert system.ask(undo).status is Status.SUCCESSFUL_OK
    assert {getattr(queue, field) for queue in system.queues} == {not value}


def test_one_printer_is_shut_down_and_started(system):
    number = build.integer("printer-id", system.queue("held").number)
    assert system.ask(Operation.SHUTDOWN_ONE_PRINTER, number).status is Status.SUCCESSFUL_OK
    assert [queue.name for queue in system.queues if queue.shut_down] == ["held"]
    assert system.names(build.keyword("which-printers", "shutdown")) == ["held"]
    assert system.ask(Operation.STARTUP_ONE_PRINTER, number).status is Status.SUCCESSFUL_OK
    assert not system.queue("held").shut_down
    assert system.ask(Operation.RESTART_ONE_PRINTER, number).status is Status.SUCCESSFUL_OK
    assert system.ask(Operation.SHUTDOWN_ONE_PRINTER).status is Status.CLIENT_ERROR_BAD_REQUEST


def test_only_who_operates_all_may_change_the_system(stranger):
    change = (build.text("system-info", "x"),)
    assert stranger.set(*change).http == 426
    refused = stranger.set(*change, sign_in=("alice", "alice's secret"))
    assert refused.status is Status.CLIENT_ERROR_NOT_AUTHORIZED
    assert stranger.ask(Operation.DISABLE_ALL_PRINTERS, sign_in=("bob", "bob's secret")).status is (
        Status.CLIENT_ERROR_NOT_AUTHORIZED
    )
    assert stranger.set(*change, sign_in=ROOT).status is Status.SUCCESSFUL_OK
    assert stranger.told("system-info").string("system-info") == "x"  # anybody may look


def test_an_operator_of_one_queue_has_that_one_alone(stranger):
    core = stranger.house.gateway.core
    stranger.house.ask(core.catalogue.change("roaming", operator_networks=LOCAL))
    own = build.integer("printer-id", stranger.queue("roaming").number)
    other = build.integer("printer-id", stranger.queue("held").number)
    try:
        assert stranger.ask(Operation.RESTART_ONE_PRINTER, own).status is Status.SUCCESSFUL_OK
        assert stranger.ask(Operation.RESTART_ONE_PRINTER, other).http == 426
        assert stranger.ask(Operation.DELETE_PRINTER, own).http == 426
    finally:
        stranger.house.ask(core.catalogue.change("roaming", operator_networks=()))


def test_a_printers_operation_does_not_go_to_the_system(system):
    answer = system.ask(Operation.PRINT_JOB, uri=f"ipp://{system.door.authority}/ipp/system")
    assert answer.status is Status.CLIENT_ERROR_BAD_REQUEST  # it wants a printer-uri
    wrong = system.ask(Operation.GET_SYSTEM_ATTRIBUTES, uri=system.door.uri("held"))
    assert wrong.status is Status.CLIENT_ERROR_NOT_FOUND
