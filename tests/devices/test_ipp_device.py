"""IPP devices, driven over loopback against a scripted printer."""

import asyncio

import pytest

from devices.client import open_device
from devices.errors import DeviceRefused, DeviceUnreachable
from ipp import build
from ipp.enums import Operation, Status

PDF = b"%PDF-1.7 " + b"x" * 5000


@pytest.fixture
def device(ipp_printer, settings):
    return open_device(ipp_printer.uri, settings=settings)


async def test_create_job_and_send_document(ipp_printer, device, outgoing, watch):
    ipp_printer.script = [(3, None, "none"), (5, 1, "job-printing"), (9, 3, "job-completed-successfully")]
    ipp_printer.sheets = 2
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.impressions, outcome.sheets, outcome.source, outcome.device_job_id) == (
        "completed",
        3,
        2,
        "job-impressions-completed",
        41,
    )
    assert watch.names == ["created", "before", "after"]
    assert [call[1:3] for call in watch.calls if call[0] == "progress"] == [
        (None, "pending"),
        (1, "processing"),
        (3, "completed"),
    ]
    assert ipp_printer.operations_seen()[:3] == ["GET_PRINTER_ATTRIBUTES", "CREATE_JOB", "SEND_DOCUMENT"]
    *_, group, _, document = ipp_printer.seen[2]
    assert document == PDF
    assert group.boolean("last-document") is True
    assert group.string("document-format") == "application/pdf"


async def test_only_listed_job_attributes_are_sent_and_fidelity_is_off(ipp_printer, device, outgoing, watch):
    await device.print_job(outgoing(PDF), watch)
    _, _, operation, job, _ = ipp_printer.seen[1]
    assert [a.name for a in job.attributes] == ["copies"]
    assert operation.boolean("ipp-attribute-fidelity") is False
    assert operation.string("requesting-user-name") == "alice"


async def test_print_job_where_create_job_is_not_listed(ipp_printer, device, outgoing, watch):
    ipp_printer.operations.remove(Operation.CREATE_JOB)
    outcome = await device.print_job(outgoing(PDF), watch)
    assert outcome.kind == "completed"
    assert outcome.device_job_id == 41
    assert watch.names == ["before", "after", "created"]
    assert ipp_printer.operations_seen()[1] == "PRINT_JOB"


async def test_length_is_told_when_known_and_chunked_otherwise(ipp_printer, device, outgoing, watch):
    await device.print_job(outgoing(PDF), watch)
    await device.print_job(outgoing(PDF, sized=False), watch)
    sent = [h for h, row in zip(ipp_printer.headers, ipp_printer.seen, strict=True) if row[0] == 6]
    assert "Content-Length" in sent[0]
    assert sent[1]["Transfer-Encoding"] == "chunked"
    assert [row[4] for row in ipp_printer.seen if row[0] == 6] == [PDF, PDF]


@pytest.mark.parametrize("how", ["status", "http"])
@pytest.mark.parametrize("version", [(1, 1), (1, 0)])
async def test_version_ladder_is_climbed_once(ipp_printer, device, outgoing, watch, settings, how, version):
    ipp_printer.versions = {version}
    ipp_printer.refuse_version_with = how
    assert (await device.print_job(outgoing(PDF), watch)).kind == "completed"
    assert {row[1] for row in ipp_printer.seen if row[0] != Operation.GET_PRINTER_ATTRIBUTES} == {version}
    before = len(ipp_printer.seen)
    await open_device(ipp_printer.uri, settings=settings).capabilities()
    assert len(ipp_printer.seen) == before + 1


async def test_a_device_that_was_updated_is_asked_in_other_versions_again(ipp_printer, device):
    ipp_printer.versions = {(1, 0)}
    await device.capabilities()
    ipp_printer.versions = {(2, 0)}
    assert (await device.capabilities()).make_and_model == "Test Printer"


@pytest.mark.parametrize("operation", [Operation.CREATE_JOB, Operation.SEND_DOCUMENT])
async def test_busy_is_tried_again(ipp_printer, device, outgoing, watch, operation):
    ipp_printer.busy = {operation: 3}
    outcome = await device.print_job(outgoing(PDF), watch)
    assert outcome.kind == "completed"
    assert watch.names == ["created", "before", "after"]
    assert ipp_printer.operations_seen().count(operation.name) == 4


async def test_print_job_busy_is_tried_again_with_the_whole_document(ipp_printer, device, outgoing, watch):
    ipp_printer.operations.remove(Operation.CREATE_JOB)
    ipp_printer.busy = {Operation.PRINT_JOB: 2}
    assert (await device.print_job(outgoing(PDF), watch)).kind == "completed"
    assert watch.names.count("before") == 1
    assert [row[4] for row in ipp_printer.seen if row[0] == Operation.PRINT_JOB] == [PDF] * 3


@pytest.mark.parametrize("operation", [Operation.CREATE_JOB, Operation.SEND_DOCUMENT])
async def test_busy_for_ever_is_not_sent_and_worth_a_retry(ipp_printer, device, outgoing, watch, operation):
    ipp_printer.busy = {operation: 10**6}
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.retry) == ("not-sent", True)
    assert "busy" in outcome.message
    # an empty job must not block the device
    assert ("CANCEL_JOB" in ipp_printer.operations_seen()) == (operation == Operation.SEND_DOCUMENT)


async def test_a_format_that_the_device_refuses_is_not_sent(ipp_printer, device, outgoing, watch):
    ipp_printer.answers = {Operation.SEND_DOCUMENT: Status.CLIENT_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED}
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.retry) == ("not-sent", False)
    assert "format" in outcome.message


async def test_an_unlisted_format_goes_as_octet_stream(ipp_printer, device, outgoing, watch):
    await device.print_job(outgoing(PDF, format="image/urf"), watch)
    assert ipp_printer.seen[2][2].string("document-format") == "application/octet-stream"


@pytest.mark.parametrize(("state", "kind"), [(7, "canceled"), (8, "aborted")])
async def test_jobs_that_the_device_ends_keep_their_count(ipp_printer, device, outgoing, watch, state, kind):
    ipp_printer.script = [(5, 2, "job-printing"), (state, None, "job-canceled-at-device")]
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.impressions, outcome.source) == (kind, 2, "job-impressions-completed")
    assert "job-canceled-at-device" in outcome.message


async def test_a_canceled_job_is_followed_to_its_stop_point(ipp_printer, device, outgoing, watch):
    ipp_printer.script = [(7, 1, "processing-to-stop-point"), (7, 2, "job-canceled-by-user")]
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.impressions) == ("canceled", 2)


async def test_completed_without_impressions_is_a_device_that_does_not_count(ipp_printer, device, outgoing, watch):
    ipp_printer.script = [(9, 0, "job-completed-successfully")]
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.impressions, outcome.source) == ("completed", None, "none")


async def test_stopped_and_held_are_reported(ipp_printer, device, outgoing, watch):
    ipp_printer.script = [
        (4, 0, "job-password-wait"),
        (6, 1, "printer-stopped,resources-are-not-ready"),
        (9, 3, "none"),
    ]
    await device.print_job(outgoing(PDF), watch)
    assert ("progress", 1, "processing-stopped", ("printer-stopped", "resources-are-not-ready")) in watch.calls
    assert ("progress", 0, "pending-held", ("job-password-wait",)) in watch.calls


async def test_a_job_that_the_device_forgot_is_completed_if_it_was_taken(ipp_printer, device, outgoing, watch):
    ipp_printer.gone = True
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.impressions) == ("completed", None)
    assert (await device.resume(41, watch)).kind == "unknown"


async def test_nobody_there(settings, outgoing, watch, unused_tcp_port):
    device = open_device(f"ipp://127.0.0.1:{unused_tcp_port}/", settings=settings)
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.retry, watch.names) == ("not-sent", True, [])
    assert (await device.state()).state == "unreachable"
    with pytest.raises(DeviceUnreachable, match="Nobody answers"):
        await device.capabilities()


# The smaller one fits into the system's buffers: all of it has left when the connection breaks.
@pytest.mark.parametrize("size", [100_000, 30_000_000])
async def test_a_broken_document_is_canceled_at_the_device(ipp_printer, device, outgoing, watch, size):
    ipp_printer.drop_document_after = 2000
    ipp_printer.script = [(5, 1, "job-incoming")]
    outcome = await device.print_job(outgoing(b"%PDF" + b"x" * size), watch)
    assert (outcome.kind, outcome.impressions, outcome.device_job_id) == ("aborted", 1, 41)
    assert ipp_printer.canceled
    assert "after" not in watch.names


@pytest.mark.parametrize("state", [5, 9])
async def test_a_broken_document_at_a_device_that_does_not_count_is_unknown(
    ipp_printer, device, outgoing, watch, state
):
    ipp_printer.drop_document_after = 2000
    ipp_printer.script = [(state, None, "none")]
    outcome = await device.print_job(outgoing(b"%PDF" + b"x" * 30_000_000), watch)
    assert (outcome.kind, outcome.impressions) == ("unknown", None)


async def test_a_broken_print_job_without_a_number_is_unknown(ipp_printer, device, outgoing, watch):
    ipp_printer.operations.remove(Operation.CREATE_JOB)
    ipp_printer.drop_document_after = 2000
    outcome = await device.print_job(outgoing(b"%PDF" + b"x" * 10**6), watch)
    assert outcome.kind == "unknown"
    assert "may have printed" in outcome.message


async def test_an_answer_lost_after_the_whole_document_is_followed(ipp_printer, device, outgoing, watch):
    ipp_printer.drop_answer_to = {Operation.SEND_DOCUMENT}
    ipp_printer.script = [(5, 1, "job-printing"), (9, 3, "none")]
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.impressions) == ("completed", 3)
    assert not ipp_printer.canceled


@pytest.mark.parametrize("impressions", [2, None])
async def test_completed_is_not_believed_of_a_document_that_was_never_confirmed(
    ipp_printer, device, outgoing, watch, impressions
):
    ipp_printer.drop_answer_to = {Operation.SEND_DOCUMENT}
    ipp_printer.script = [(9, impressions, "job-completed-successfully")]
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.impressions) == ("unknown", impressions)
    assert "perhaps not all" in outcome.message


async def test_a_poll_that_breaks_is_asked_again(ipp_printer, device, outgoing, watch):
    ipp_printer.drop_answer_to = {Operation.GET_JOB_ATTRIBUTES}
    assert (await device.print_job(outgoing(PDF), watch)).kind == "completed"


async def test_a_device_that_goes_away_half_way_is_unknown(ipp_printer, device, outgoing, watch):
    ipp_printer.script = [(5, 1, "job-printing")]
    printing = asyncio.create_task(device.print_job(outgoing(PDF), watch))
    while not any(call[0] == "progress" for call in watch.calls):
        await asyncio.sleep(0.01)
    await ipp_printer.runner.cleanup()
    outcome = await printing
    assert (outcome.kind, outcome.impressions, outcome.device_job_id) == ("unknown", 1, 41)


async def test_a_device_that_hangs_on_the_document_is_asked_afterwards(ipp_printer, device, outgoing, watch):
    ipp_printer.hang_on = {Operation.SEND_DOCUMENT}
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.impressions) == ("completed", 3)


async def test_a_device_that_hangs_on_a_question_is_unreachable(ipp_printer, device):
    ipp_printer.hang_on = {Operation.GET_PRINTER_ATTRIBUTES}
    with pytest.raises(DeviceUnreachable, match="stopped answering"):
        await device.capabilities()


@pytest.mark.parametrize(
    ("http_status", "content_type", "raw", "words"),
    [
        (200, "application/ipp", b"\x02\x00", "no valid IPP"),
        (200, "application/ipp", b"\x00" * 3000000, "without end"),
        (200, "text/html", b"<html>", "no IPP printer"),
        (401, "text/html", None, "password"),
        (404, "text/html", None, "path"),
        (426, "text/html", None, "ipps://"),
        (500, "text/html", None, "HTTP status 500"),
        (302, "text/html", None, "HTTP status 302"),
    ],
)
async def test_what_is_no_ipp_answer_is_refused(ipp_printer, device, http_status, content_type, raw, words):
    ipp_printer.http_status, ipp_printer.content_type, ipp_printer.raw_answer = http_status, content_type, raw
    with pytest.raises(DeviceRefused, match=words):
        await device.capabilities()
    assert (await device.state()).state == "unknown"


async def test_garbage_after_the_document_is_no_refusal(ipp_printer, device, outgoing, watch):
    def spoil():
        ipp_printer.raw_answer = b"garbage"

    watch.when_told["before"] = spoil
    outcome = await device.print_job(outgoing(PDF), watch)
    assert outcome.kind == "unknown"


async def test_a_fault_after_the_document_is_asked_about(ipp_printer, device, outgoing, watch):
    ipp_printer.answers = {Operation.SEND_DOCUMENT: Status.SERVER_ERROR_DEVICE_ERROR}
    ipp_printer.script = [(8, 1, "aborted-by-system")]
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.impressions) == ("aborted", 1)
    assert ipp_printer.operations_seen().count("SEND_DOCUMENT") == 1


@pytest.mark.parametrize("call", ["before", "created"])
async def test_a_watch_that_cannot_record_stops_the_attempt(ipp_printer, device, outgoing, watch, call):
    watch.fail_on = call
    with pytest.raises(RuntimeError, match=call):
        await device.print_job(outgoing(PDF), watch)
    assert ipp_printer.canceled
    assert not any(row[4] for row in ipp_printer.seen)


@pytest.mark.parametrize("call", ["after", "progress"])
async def test_a_watch_that_fails_later_does_not_lose_the_job(device, outgoing, watch, call):
    watch.fail_on = call
    assert (await device.print_job(outgoing(PDF), watch)).kind == "completed"


@pytest.mark.parametrize("size", [10, 10**6])
async def test_a_document_of_another_size_is_never_called_printed(ipp_printer, device, outgoing, watch, size):
    ipp_printer.script = [(5, 0, "job-incoming")]
    outcome = await device.print_job(outgoing(PDF, size=size), watch)
    assert outcome.kind in ("aborted", "not-sent")
    assert ipp_printer.canceled


async def test_a_document_that_cannot_be_opened_is_not_sent(ipp_printer, device, outgoing, watch):
    def broken():
        raise OSError("no such file")

    outcome = await device.print_job(outgoing(PDF, open=broken), watch)
    assert (outcome.kind, outcome.retry, watch.names) == ("not-sent", True, ["created"])


async def test_resume_cancel_state_and_identify(ipp_printer, device, watch):
    ipp_printer.script = [(5, 1, "none"), (9, 4, "none")]
    outcome = await device.resume(41, watch)
    assert (outcome.kind, outcome.impressions) == ("completed", 4)
    state = await device.state()
    assert (state.state, state.reasons, state.message) == ("idle", ("toner-low-warning",), "Ready to print")
    await device.identify()
    await device.cancel(41)
    ipp_printer.answers = {Operation.CANCEL_JOB: Status.CLIENT_ERROR_NOT_POSSIBLE}
    await device.cancel(41)
    ipp_printer.answers = {Operation.CANCEL_JOB: Status.CLIENT_ERROR_NOT_AUTHORIZED}
    with pytest.raises(DeviceRefused, match="user"):
        await device.cancel(41)


async def test_a_password_is_never_sent_in_the_clear(ipp_printer, settings):
    device = open_device(ipp_printer.uri.replace("://", "://alice:secret@"), settings=settings)
    await device.capabilities()
    assert ipp_printer.authorizations == [None]
    assert "secret" not in ipp_printer.seen[0][2].string("printer-uri")


async def test_an_attribute_answer_without_a_printer_is_refused(ipp_printer, device):
    ipp_printer.answers = {Operation.GET_PRINTER_ATTRIBUTES: Status.SUCCESSFUL_OK}
    with pytest.raises(DeviceRefused, match="says nothing about itself"):
        await device.capabilities()


async def test_capabilities_fall_back_on_supported_values(ipp_printer, device, outgoing, watch):
    ipp_printer.attributes = [build.range_("copies-supported", *[]), build.keyword("output-bin-supported", "top")][1:]
    await device.print_job(outgoing(PDF), watch)
    assert [a.name for a in ipp_printer.seen[1][3].attributes] == ["output-bin"]
