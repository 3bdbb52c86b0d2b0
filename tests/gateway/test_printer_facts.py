"""What is told about queues is what they say of themselves."""

from dataclasses import replace

import pytest

from gateway.printer_facts import facts, names, paper_max
from ipp_server.describe import told
from ipp_server.printer import Door, House
from jobs.queue import Kind, Offer, Queue
from mdns.txt import record

HOUSE = House("node", "1")
OPEN = Queue("0000", "hall", Kind.FOLLOW_ME, info="Open Hall", location="Cellar", trusted_networks=("192.0.2.0/24",))
SAFE = replace(OPEN, name="safe", trusted_networks=())


def of(queue):
    return facts(queue, queue.shown, HOUSE, "gate.local", 8631)


@pytest.mark.parametrize("over_tls", [False, True])
def test_records_are_what_the_printer_answers(over_tls):
    answers = {}
    for group in told(OPEN, HOUSE, Door("gate.local:8631", "/ipp/print/hall", secure=over_tls)):
        answers |= group
    strings = record(of(OPEN), secure=over_tls)
    assert strings["adminurl"] == answers["printer-more-info"].first_string
    assert f"urn:uuid:{strings['UUID']}" == answers["printer-uuid"].first_string
    assert strings["ty"] == answers["printer-make-and-model"].first_string
    assert strings["note"] == answers["printer-location"].first_string
    assert strings["URF"].split(",") == list(answers["urf-supported"].strings)
    assert set(strings["pdl"].split(",")) <= set(answers["document-format-supported"].strings)
    assert strings["rp"] == "ipp/print/hall"


def test_a_queue_with_passwords_asks_for_them_over_tls_alone():
    assert (of(SAFE).secure_only, of(SAFE).air, of(OPEN).secure_only, of(OPEN).air) == (
        True,
        "username,password",
        False,
        "none",
    )
    assert of(SAFE).admin_url.startswith("https:")


def test_what_its_devices_can_do():
    strings = record(of(replace(OPEN, offer=Offer(color=False, sides=("one-sided",), finishings=(4, 5, 20, 90)))))
    assert [strings[key] for key in ("Color", "Duplex", "Staple", "Punch", "Bind")] == ["F", "F", "T", "T", "F"]
    assert "SRGB24" not in strings["URF"]
    assert {"image/pwg-raster", "image/urf", "image/jpeg"} <= set(strings["pdl"].split(","))


def test_one_that_takes_nothing_is_the_last_to_be_taken():
    assert [of(replace(OPEN, accepting=accepting)).priority for accepting in (True, False)] == [0, 99]
    assert of(replace(OPEN, deactivated=True)).priority == 99


@pytest.mark.parametrize(
    ("media", "told"),
    [
        (("iso_a5_148x210mm",), "<legal-A4"),
        (("iso_a4_210x297mm", "na_legal_8.5x14in"), "legal-A4"),
        (("iso_a4_210x297mm", "iso_a3_297x420mm"), "tabloid-A3"),
        (("iso_a2_420x594mm",), "isoC-A2"),
        (("iso_a0_841x1189mm",), ">isoC-A2"),
        ((), "<legal-A4"),
    ],
)
def test_the_largest_sheet(media, told):
    assert paper_max(media) == told


def test_two_queues_that_people_call_the_same():
    other = replace(OPEN, id="1", name="cellar")
    assert names([OPEN, other]) == {"Open Hall (hall)": OPEN, "Open Hall (cellar)": other}
