"""The trial printer: a folder below HOME."""

import json

import pytest

from devices.client import open_device
from devices.errors import DeviceRefused
from devices.settings import Settings
from ipp import build

PDF = b"%PDF-1.7 trial"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "out" / "trial"


@pytest.fixture
def device(folder, settings):
    return open_device(folder.as_uri(), settings=settings)


async def test_it_keeps_what_it_prints(device, folder, outgoing, watch):
    size = build.collection("media-size", [build.integer("x-dimension", 21000)])
    attributes = (build.integer("copies", 2), build.collection("media-col", [size]))
    outcome = await device.print_job(outgoing(PDF, job_name="Börse/../x", attributes=attributes), watch)
    assert (outcome.kind, outcome.impressions, outcome.source, outcome.device_job_id) == ("completed", 3, "none", 1)
    assert watch.names == ["created", "before", "after"]
    kept, sidecar = sorted(folder.iterdir(), reverse=True)
    assert (kept.name, sidecar.name) == ("00001-B-rse-..-x.pdf", "00001-B-rse-..-x.json")
    assert kept.read_bytes() == PDF
    told = json.loads(sidecar.read_text())
    assert told["attributes"] == {"copies": [2], "media-col": [{"media-size": [{"x-dimension": [21000]}]}]}
    assert told["requesting-user-name"] == "alice"


async def test_numbers_grow_and_nothing_is_overwritten(device, folder, outgoing, watch):
    for _ in range(3):
        await device.print_job(outgoing(PDF), watch)
    assert sorted(path.name for path in folder.glob("*.pdf")) == [f"0000{n}-Report.pdf" for n in (1, 2, 3)]


async def test_a_failed_job_leaves_nothing_but_may_be_tried_again(device, folder, outgoing, watch):
    outcome = await device.print_job(outgoing(PDF, size=10**6), watch)
    assert (outcome.kind, outcome.retry) == ("not-sent", True)
    assert list(folder.iterdir()) == []


async def test_a_watch_that_cannot_record_stops_it(device, folder, outgoing, watch):
    watch.fail_on = "before"
    with pytest.raises(RuntimeError):
        await device.print_job(outgoing(PDF), watch)
    assert list(folder.iterdir()) == []


async def test_resume_knows_what_was_kept(device, outgoing, watch):
    await device.print_job(outgoing(PDF), watch)
    kept, lost = await device.resume(1, watch), await device.resume(2, watch)
    assert (kept.kind, kept.impressions) == ("completed", 3)
    assert (lost.kind, lost.retry) == ("not-sent", True)
    await device.cancel(1)


async def test_it_takes_what_it_says(device, outgoing, watch):
    capabilities = await device.capabilities()
    for format_ in capabilities.formats:
        assert (await device.print_job(outgoing(PDF, format=format_), watch)).kind == "completed"
    refused = await device.print_job(outgoing(PDF, format="application/vnd.hp-PCL"), watch)
    assert (refused.kind, refused.retry) == ("not-sent", False)
    assert (await device.state()).state == "idle"
    with pytest.raises(DeviceRefused, match="folder"):
        await device.identify()


@pytest.mark.parametrize("path", ["", "/..", "/../elsewhere", "/link/x", "/a/../../b", "%2F..%2Fother"])
async def test_only_below_home(tmp_path, path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "link").symlink_to("/tmp")
    with pytest.raises(DeviceRefused, match="below"):
        open_device(f"file://{home}{path}", settings=Settings(home=home))


async def test_without_a_home_there_is_no_trial_printer():
    with pytest.raises(DeviceRefused, match="off"):
        open_device("file:///tmp/x", settings=Settings())


async def test_a_folder_that_cannot_be_made_is_unreachable(tmp_path, settings, outgoing, watch):
    (tmp_path / "file").write_text("")
    device = open_device((tmp_path / "file" / "folder").as_uri(), settings=settings)
    assert (await device.state()).state == "unreachable"
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.retry) == ("not-sent", True)
