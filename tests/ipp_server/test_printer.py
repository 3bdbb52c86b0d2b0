"""What a queue says of itself is registered, fits its syntax, and is what the server does."""

import pytest

from ipp import build
from ipp.enums import Operation, Status
from ipp.registry import accepts, find
from ipp_server.dispatch import OPERATIONS
from tests.ipp_server.conftest import QUEUES


def told(door, *names, queue="held", **words):
    asked = (build.keyword("requested-attributes", *names),) if names else ()
    answer = door.ask(Operation.GET_PRINTER_ATTRIBUTES, *asked, queue=queue, **words)
    assert answer.status is Status.SUCCESSFUL_OK
    return answer.printer


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
    unfit = [attribute for attribute in group.attributes if not accepts(registered(attribute.name), attribute)]
    assert unfit == []


def test_the_operations_are_those_of_the_table(door):
    assert set(told(door).integers("operations-supported")) == set(OPERATIONS)


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


def test_every_job_template_attribute_is_told_with_what_is_supported(door):
    group = told(door, "all")
    for name in group.strings("job-creation-attributes-supported"):
        assert f"{name}-supported" in names(group), name


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
