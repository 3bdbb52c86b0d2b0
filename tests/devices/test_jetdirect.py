"""JetDirect devices, driven over loopback against a port that talks PJL, or not."""

import pytest

from devices.client import open_device
from devices.errors import DeviceRefused, DeviceUnreachable

PDF = b"%PDF-1.7 " + b"x" * 5000 + b"%%EOF"


@pytest.fixture
def device(raw_printer, settings):
    return open_device(raw_printer.uri, settings=settings)


async def test_a_talking_device_reports_its_pages(raw_printer, device, outgoing, watch):
    outcome = await device.print_job(outgoing(PDF, copies=2, sides="two-sided-short-edge"), watch)
    assert (outcome.kind, outcome.impressions, outcome.source) == ("completed", 3, "pjl")
    assert watch.names == ["before", "after"]
    assert ("progress", 3, "processing", ()) in watch.calls
    [job] = raw_printer.jobs
    before, document, after = job.partition(PDF)
    assert document == PDF
    assert before.startswith(b"\x1b%-12345X@PJL")
    for line in (b"QTY=2", b"DUPLEX=ON", b"BINDING=SHORTEDGE", b"RENDERMODE=GRAYSCALE", b'USERNAME="alice"'):
        assert b"@PJL SET " + line + b"\r\n" in before
    assert before.endswith(b"@PJL ENTER LANGUAGE=PDF\r\n")
    assert after.startswith(b'\x1b%-12345X@PJL EOJ NAME="Report"\r\n\x1b%-12345X')


async def test_pages_of_the_end_win_over_those_counted_one_by_one(raw_printer, device, outgoing, watch):
    raw_printer.extra_end = "PAGES=6\r\n"
    assert (await device.print_job(outgoing(PDF), watch)).impressions == 6


@pytest.mark.parametrize(("end", "extra"), [("CANCELED", ""), ("END", "RESULT=USER_CANCELED\r\nPAGES=1\r\n")])
async def test_a_job_canceled_at_the_device(raw_printer, device, outgoing, watch, end, extra):
    raw_printer.end, raw_printer.extra_end = end, extra
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.impressions) == ("canceled", 1 if extra else 3)


async def test_the_page_counter_stands_in_for_a_device_that_reports_no_jobs(raw_printer, device, outgoing, watch):
    raw_printer.reports_jobs = False
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.impressions, outcome.source) == ("completed", 3, "meter")


async def test_a_device_that_counts_nothing(raw_printer, device, outgoing, watch):
    raw_printer.reports_jobs = raw_printer.counts = False
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.impressions, outcome.source) == ("completed", None, "none")


@pytest.mark.parametrize("fault", ["", "never-closes"])
async def test_a_silent_device_is_completed_without_a_count(raw_printer, device, outgoing, watch, fault):
    raw_printer.talks, raw_printer.fault = False, fault
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.impressions, outcome.source) == ("completed", None, "none")
    assert "does not report pages" in outcome.message
    assert watch.names == ["before", "after"]


@pytest.mark.parametrize("talks", [True, False])
@pytest.mark.parametrize("fault", ["reset", "closes-early"])
async def test_a_device_that_breaks_off_is_unknown(raw_printer, device, outgoing, watch, talks, fault):
    raw_printer.talks, raw_printer.fault = talks, fault
    outcome = await device.print_job(outgoing(b"%PDF" + b"x" * 30_000_000), watch)
    assert outcome.kind == "unknown"
    assert "may have printed" in outcome.message
    assert watch.names == ["before"]


async def test_a_device_that_takes_no_more_bytes_is_unknown(raw_printer, device, outgoing, watch):
    raw_printer.fault = "stalls"
    outcome = await device.print_job(outgoing(b"%PDF" + b"x" * 30_000_000), watch)
    assert outcome.kind == "unknown"
    assert "takes no more" in outcome.message


async def test_a_silent_device_that_does_not_read_to_the_end_is_unknown(raw_printer, device, outgoing, watch):
    raw_printer.talks, raw_printer.fault = False, "stalls"
    outcome = await device.print_job(outgoing(b"%PDF" + b"x" * 30_000_000), watch)
    assert outcome.kind == "unknown"


async def test_an_offline_device_gets_nothing(raw_printer, device, outgoing, watch):
    raw_printer.fault = "offline"
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.retry, watch.names) == ("not-sent", True, [])
    assert "READY" in outcome.message
    assert raw_printer.jobs == []
    assert (await device.state()).state == "stopped"


async def test_nobody_there(settings, outgoing, watch, unused_tcp_port):
    device = open_device(f"socket://127.0.0.1:{unused_tcp_port}", settings=settings)
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.retry, watch.names) == ("not-sent", True, [])
    assert (await device.state()).state == "unreachable"
    with pytest.raises(DeviceUnreachable):
        await device.capabilities()


async def test_a_watch_that_cannot_record_stops_the_attempt(raw_printer, device, outgoing, watch):
    watch.fail_on = "before"
    with pytest.raises(RuntimeError):
        await device.print_job(outgoing(PDF), watch)
    assert raw_printer.jobs == []


async def test_names_cannot_break_out_of_pjl(raw_printer, device, outgoing, watch):
    await device.print_job(outgoing(PDF, job_name='a"\r\n@PJL DEFAULT X=1\r\n\x1b%-12345Xé', user_name="b\x1b"), watch)
    [job] = raw_printer.jobs
    assert b"@PJL DEFAULT" not in job.replace(b"__@PJL DEFAULT", b"")
    assert job.count(b"\x1b") == job.count(b"\x1b%-12345X")


async def test_a_document_that_brings_its_own_pjl_is_not_wrapped_again(raw_printer, device, outgoing, watch):
    raw_printer.talks = False
    data = b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n" + PDF + b"\x1b%-12345X@PJL EOJ\r\n\x1b%-12345X"
    await device.print_job(outgoing(data, format="application/vnd.hp-PJL"), watch)
    [job] = raw_printer.jobs
    assert data in job
    assert b"QTY" not in job


async def test_without_pjl_only_the_document_is_sent(raw_printer, settings, outgoing, watch):
    raw_printer.talks = False
    device = open_device(f"{raw_printer.uri}?pjl=false&format=application/pdf", settings=settings)
    assert (await device.print_job(outgoing(PDF), watch)).kind == "completed"
    assert raw_printer.jobs == [PDF]


async def test_capabilities_come_from_the_uri(raw_printer, settings):
    plain = await open_device(raw_printer.uri, settings=settings).capabilities()
    assert plain.formats == (
        "application/vnd.hp-PCLXL",
        "application/postscript",
        "application/vnd.hp-PCL",
        "application/vnd.hp-PJL",
    )
    assert (plain.color, plain.duplex, plain.copies_max) == (False, False, 1)
    assert plain.make_and_model == "TESTJET 9100"
    uri = f"{raw_printer.uri}?format=application/pdf&format=image/urf&color=true&duplex=true&copies=20"
    told = await open_device(uri, settings=settings).capabilities()
    assert told.formats == ("application/pdf", "image/urf", "application/vnd.hp-PJL")
    assert (told.color, told.duplex, told.copies_max) == (True, True, 20)


async def test_states(raw_printer, device):
    assert (await device.state()).state == "idle"
    raw_printer.talks = False
    assert (await device.state()).state == "unknown"


async def test_what_raw_devices_cannot_do_is_said(device, watch):
    assert (await device.resume(1, watch)).kind == "unknown"
    with pytest.raises(DeviceRefused, match="cancel button"):
        await device.cancel(1)
    with pytest.raises(DeviceRefused):
        await device.identify()
