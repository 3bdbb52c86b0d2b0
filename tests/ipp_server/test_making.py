"""Queues made and removed over IPP."""

import pytest

from ipp import build
from ipp.enums import GroupTag, Operation, Status
from ipp.message import Group
from jobs.queue import Kind
from tests.ipp_server.conftest import LOCAL, House
from tests.ipp_server.test_system import System

PRINT = build.keyword("printer-service-type", "print")


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    running = House(tmp_path_factory.mktemp("home"), body_idle=2.0, stop_limit=2.0, operator_networks=LOCAL)
    yield System(running)
    running.stop()


def create(system, *attributes, extra=(PRINT,)):
    return system.ask(Operation.CREATE_PRINTER, *extra, groups=(Group(GroupTag.PRINTER, list(attributes)),))


def delete(system, number):
    return system.ask(Operation.DELETE_PRINTER, build.integer("printer-id", number))


def test_a_queue_is_made_and_removed(system):
    answer = create(
        system,
        build.name("printer-name", "Printer of the cellar"),
        build.text("printer-info", "Cellar"),
        build.text("printer-location", "Below"),
        build.uri("printer-geo-location", "geo:46.4707,-80.9961"),
        build.keyword("sides-default", "two-sided-long-edge"),
    )
    assert answer.status is Status.SUCCESSFUL_OK
    made = answer.printer
    assert made.string("printer-name") == "Printer-of-the-cellar"
    assert made.boolean("printer-is-accepting-jobs") is True and made.string("printer-uuid")
    uri = made.first("printer-xri-supported").first("xri-uri")
    assert uri == system.door.uri("Printer-of-the-cellar")
    queue = system.queue("Printer-of-the-cellar")
    assert (queue.kind, queue.info, queue.location) == (Kind.FOLLOW_ME, "Cellar", "Below")
    told = system.door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue=queue.name).printer
    assert told.string("sides-default") == "two-sided-long-edge"
    assert told.integer("printer-id") == made.integer("printer-id") == queue.number
    place = build.uri("printer-geo-location", "geo:46.47071,-80.9961")
    assert system.names(place) == [queue.name]
    assert system.names(build.uri("printer-geo-location", "geo:46.48,-80.9961")) == []
    assert delete(system, queue.number).status is Status.SUCCESSFUL_OK
    assert delete(system, queue.number).status is Status.CLIENT_ERROR_NOT_FOUND
    again = create(system, build.name("printer-name", "Printer of the cellar")).printer.integer("printer-id")
    assert again > queue.number  # a number is not given twice
    assert delete(system, again).status is Status.SUCCESSFUL_OK


def test_a_queue_with_a_device_prints_at_once(system, tmp_path):
    core = system.house.gateway.core
    (core.settings.home / "drawer").mkdir()
    uri = (core.settings.home / "drawer").as_uri()
    answer = create(system, build.name("printer-name", "drawer"), build.uri("smi55357-device-uri", uri))
    assert answer.status is Status.SUCCESSFUL_OK
    queue = system.queue("drawer")
    assert queue.kind is Kind.DIRECT and core.fleet.get(queue.devices[0]).uri == uri
    # The same device for another queue is not made again; PAPPL's clients name it among the operation attributes.
    second = create(system, build.name("printer-name", "two"), extra=(PRINT, build.uri("smi55357-device-uri", uri)))
    assert second.status is Status.SUCCESSFUL_OK and system.queue("two").devices == queue.devices
    for name in ("drawer", "two"):
        assert delete(system, system.queue(name).number).status is Status.SUCCESSFUL_OK


@pytest.mark.parametrize(
    ("attributes", "extra", "status", "named"),
    [
        ([build.name("printer-name", "x")], (), Status.CLIENT_ERROR_BAD_REQUEST, None),
        ([], (PRINT,), Status.CLIENT_ERROR_BAD_REQUEST, None),
        ([build.name("printer-name", "...")], (PRINT,), Status.CLIENT_ERROR_BAD_REQUEST, "printer-name"),
        ([build.name("printer-name", "held")], (PRINT,), Status.CLIENT_ERROR_NOT_POSSIBLE, None),
        (
            [build.name("printer-name", "x")],
            (build.keyword("printer-service-type", "scan"),),
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            "printer-service-type",
        ),
        (
            [build.name("printer-name", "x"), build.boolean("color-supported", True)],
            (PRINT,),
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            "color-supported",
        ),
        (
            [build.name("printer-name", "x"), build.keyword("sides-default", "three-sided")],
            (PRINT,),
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            "sides-default",
        ),
        (
            [build.name("printer-name", "x"), build.uri("smi55357-device-uri", "gopher://nowhere")],
            (PRINT,),
            Status.CLIENT_ERROR_BAD_REQUEST,
            None,
        ),
        (
            [build.name("printer-name", "x"), build.name("smi55357-device-uri", "y")],
            (PRINT,),
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            "smi55357-device-uri",
        ),
    ],
)
def test_what_cannot_be_made_is_refused(system, attributes, extra, status, named):
    queues, devices = system.queues, system.house.gateway.core.fleet.known()
    answer = create(system, *attributes, extra=extra)
    assert answer.status is status and (named is None or named in answer.unsupported)
    assert system.queues == queues and system.house.gateway.core.fleet.known() == devices


def test_a_queue_on_which_jobs_wait_stays(system):
    job = system.door.print(queue="roaming").number
    number = system.queue("roaming").number
    assert delete(system, number).status is Status.CLIENT_ERROR_NOT_POSSIBLE
    assert system.queue("roaming").number == number
    assert system.door.ask(Operation.CANCEL_JOB, queue="roaming", job=job).status is Status.SUCCESSFUL_OK


def test_to_remove_a_queue_wants_its_number(system):
    assert system.ask(Operation.DELETE_PRINTER).status is Status.CLIENT_ERROR_BAD_REQUEST
