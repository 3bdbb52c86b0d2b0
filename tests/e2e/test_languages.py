"""Printer languages without a renderer, job streams and packed documents, from ipptool to the printer."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.bed import need, wait_for
from tests.e2e.conftest import TRUSTED, add_device
from tests.e2e.test_matrix import PRINT_JOB

pytestmark = pytest.mark.e2e

PORT = 9107
UEL = b"\x1b%-12345X"


class SilentPrinter:
    """A raw printer that takes what comes and says nothing."""

    def __init__(self, machine):
        self._folder = machine.folder / "silent"
        self._folder.mkdir()
        machine.start(sys.executable, Path(__file__).with_name("silent.py"), PORT, self._folder)

    @property
    def jobs(self):
        return [path.read_bytes() for path in sorted(self._folder.glob("*.prn"))]


@pytest.fixture(scope="module")
def silent(gateway, machine):
    printer = SilentPrinter(machine)
    add_device(gateway, "silent", f"socket://127.0.0.1:{PORT}?color=true&duplex=true")
    wait_for(lambda: gateway.command("device", "show", "silent")["formats"], "what the printer takes", 20)
    return printer


def made(device, papers, name):
    """The three pages (the second in colour) in another language."""
    path = papers / name
    words = (
        "gs",
        "-q",
        "-dNOPAUSE",
        "-dBATCH",
        f"-sDEVICE={device}",
        "-r300",
        f"-sOutputFile={path}",
        papers / "three.pdf",
    )
    subprocess.run(words, check=True, timeout=60)
    return path


def send(machine, path, mime, title, attributes="", queue="open", status="successful-ok"):
    need("ipptool")
    test = machine.folder / f"{title}.test"
    words = PRINT_JOB.format(user="dora", title=title, attributes=attributes).replace("application/pdf", mime)
    test.write_text(words.replace("STATUS successful-ok", f"STATUS {status}"))
    machine.run("ipptool", "-tv", "-f", path, f"ipp://localhost:8631/ipp/print/{queue}", test)


def inspected(data, folder):
    path = folder / "came.prn"
    path.write_bytes(data)
    words = [sys.executable, "-c", "from gateway.cli import main; main()", "inspect", str(path), "--json"]
    return json.loads(subprocess.run(words, capture_output=True, check=True, timeout=60).stdout)


def test_pcl_xl_goes_as_it_is_to_a_printer_that_takes_it_and_to_no_other(gateway, machine, papers, fine, silent):
    path = made("pxlcolor", papers, "three.pxl")
    send(machine, path, "application/vnd.hp-PCLXL", "pxl")
    job = gateway.held(title="pxl")
    assert (job["pages"], job["color_pages"]) == (3, 1)
    with pytest.raises(AssertionError, match="does not take PCL XL"):
        gateway.release(job["id"], "fine")
    before = len(silent.jobs)
    gateway.release(job["id"], "silent")
    ended = gateway.printed(job["id"])
    assert (ended["state"], ended["charge"]["impressions"], ended["charge"]["color_impressions"]) == ("completed", 3, 1)
    wait_for(lambda: len(silent.jobs) > before, "the stream")
    assert path.read_bytes() in silent.jobs[-1]


def test_what_is_asked_for_is_written_into_the_stream(gateway, machine, papers, silent, tmp_path):
    asked = "ATTR integer copies 2\n ATTR keyword sides two-sided-long-edge"
    send(machine, made("pxlcolor", papers, "three.pxl"), "application/octet-stream", "changed", asked)
    job = gateway.held(title="changed")
    before = len(silent.jobs)
    gateway.release(job["id"], "silent")
    ended = gateway.printed(job["id"])
    assert (ended["state"], ended["charge"]["impressions"], ended["charge"]["sheets"]) == ("completed", 6, 4)
    wait_for(lambda: len(silent.jobs) > before, "the stream")
    came = inspected(silent.jobs[-1], tmp_path)
    assert (came["pages"], came["impressions"], came["sheets"]) == (3, 6, 4)
    assert came["sides"] == "two-sided-long-edge"


def test_a_language_that_no_printer_takes_is_refused_with_the_reason(gateway, machine, papers, fine):
    gateway.command("queue", "add", "papers", *TRUSTED, "--device", "fine")
    wrapped = made("pxlmono", papers, "gray.pxl")
    bare = papers / "bare.pxl"
    bare.write_bytes(wrapped.read_bytes().partition(b"LANGUAGE = PCLXL\n")[2].removesuffix(UEL))
    assert bare.read_bytes().startswith(b") HP-PCL XL;")
    refused = "client-error-document-format-not-supported"
    send(machine, bare, "application/octet-stream", "bare", queue="papers", status=refused)
    assert gateway.jobs(title="bare") == []
    send(machine, wrapped, "application/octet-stream", "wrapped", queue="papers")
    job = gateway.printed(wait_for(lambda: gateway.jobs(title="wrapped"), "the job")[0]["id"])
    assert job["state"] == "aborted"
    assert "No printer of this queue takes PCL XL" in job["message"]


def test_postscript_that_pjl_wraps_prints_anywhere(gateway, machine, papers, fine):
    path = papers / "wrapped.ps"
    head = UEL + b"@PJL SET COPIES=2\r\n@PJL ENTER LANGUAGE=POSTSCRIPT\r\n"
    path.write_bytes(head + made("ps2write", papers, "three.ps").read_bytes() + UEL + b"@PJL EOJ\r\n" + UEL)
    send(machine, path, "application/postscript", "in pjl")
    job = gateway.held(title="in pjl")
    assert (job["pages"], job["color_pages"]) == (3, 1)
    gateway.release(job["id"], "fine")
    ended = gateway.printed(job["id"])
    assert (ended["state"], ended["charge"]["impressions"]) == ("completed", 6)


def test_a_packed_document_is_printed_as_what_it_holds(gateway, machine, papers, fine):
    path = papers / "three.pdf.gz"
    path.write_bytes(gzip.compress((papers / "three.pdf").read_bytes()))
    send(machine, path, "application/octet-stream", "packed")
    job = gateway.held(title="packed")
    assert (job["pages"], job["color_pages"]) == (3, 1)
    gateway.release(job["id"], "fine")
    assert gateway.printed(job["id"])["state"] == "completed"
