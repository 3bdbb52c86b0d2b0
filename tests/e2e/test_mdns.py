"""Two machines on a wire: printers are found by themselves, printed on without being added, and say goodbye."""

import subprocess

import pytest

from tests.e2e import paper
from tests.e2e.bed import Cups, EvePrinter, Gateway, Machine, need, wait_for

pytestmark = pytest.mark.e2e

GATE, DESK = "10.77.0.1", "10.77.0.2"


def join(one, other):
    """A cable between two machines; each end is called eth0."""
    cable = ["ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", str(other.pid)]
    subprocess.run(["nsenter", "-t", str(one.pid), "-n", *cable], check=True, timeout=10)
    for machine, address in ((one, GATE), (other, DESK)):
        machine.run("ip", "address", "add", f"{address}/24", "dev", "eth0")
        machine.run("ip", "link", "set", "eth0", "up")
        machine.run("ip", "route", "add", "default", "dev", "eth0")


@pytest.fixture(scope="module")
def wire():
    need("ippfind")
    made = []
    try:
        for name, address in (("gate", GATE), ("desk", DESK)):
            made.append(Machine(name, address))
        join(*made)
        made[0].avahi("lo")  # for the printer beside the gateway
        made[1].avahi("eth0")
        yield made
    finally:
        for machine in made:
            machine.end()


@pytest.fixture(scope="module")
def gate(wire):
    running = Gateway(wire[0], "--port", "8631")
    running.command(
        "queue", "add", "hall", "--kind", "follow-me", "--info", "Open Hall", "--trusted-network", f"{DESK}/32"
    )
    return running


@pytest.fixture(scope="module")
def desk(wire):
    return Cups(wire[1], 631)


def found(machine, kind):
    """Printers of a kind as (name, address) that ippfind sees."""
    said = machine.run(
        "ippfind", "-T", "1", f"{kind}._tcp,_print", "-x", "echo", "{service_name}", "{service_uri}", ";", check=False
    )
    return {tuple(line.rsplit(" ", 1)) for line in said.stdout.splitlines()}


def names(machine, kind):
    return {name for name, _ in found(machine, kind)}


def test_queues_with_passwords_are_found_over_tls_alone(wire, gate):
    _, desk = wire
    secure = wait_for(lambda: (seen := dict(found(desk, "_ipps"))) and "Follow-Me" in seen and seen, "an advert", 20)
    plain = dict(found(desk, "_ipp"))
    assert secure["Follow-Me"].startswith("ipps://")
    assert secure["Follow-Me"].endswith(":8631/ipp/print/follow-me")
    assert "Follow-Me" not in plain
    assert plain["Open Hall"].endswith(":8631/ipp/print/hall")


def test_lp_prints_on_a_printer_that_nobody_added(wire, gate, desk):
    document = wire[1].folder / "three.pdf"
    document.write_bytes(paper.pdf())
    wait_for(lambda: "Open_Hall" in wire[1].run("lpstat", "-e", check=False).stdout, "lpstat to see the printer", 20)
    desk.print("Open_Hall", document, user="erin", title="from afar")
    job = gate.held(title="from afar")
    assert (job["user"], job["pages"], job["queue"]) == ("erin", 3, "hall")
    wait_for(lambda: not desk.waiting("Open_Hall"), "the job to leave the computer")

    eve = EvePrinter(wire[0], 8711, "-f", "application/pdf")
    gate.command("device", "add", "eve", eve.uri)
    gate.release(job["id"], "eve")
    assert gate.printed(job["id"])["state"] == "completed"
    assert len(paper.at_eve(eve.latest()).bars) == 3


ANSWERS = """{
    NAME "What the printer says is what its record says"
    OPERATION Get-Printer-Attributes
    GROUP operation-attributes-tag
    ATTR charset attributes-charset utf-8
    ATTR language attributes-natural-language en
    ATTR uri printer-uri $uri
    STATUS successful-ok
    EXPECT printer-more-info COUNT 1 WITH-VALUE "$ENV[IPPFIND_TXT_ADMINURL]"
    EXPECT printer-uuid COUNT 1 WITH-VALUE "urn:uuid:$ENV[IPPFIND_TXT_UUID]"
    EXPECT printer-make-and-model COUNT 1 WITH-VALUE "$ENV[IPPFIND_TXT_TY]"
    EXPECT printer-location COUNT 1 WITH-VALUE "$ENV[IPPFIND_TXT_NOTE]"
    EXPECT document-format-supported WITH-VALUE "image/pwg-raster"
    EXPECT document-format-supported WITH-VALUE "image/jpeg"
}
"""


@pytest.mark.parametrize("kind", ["_ipp", "_ipps"])
def test_records_say_what_the_printer_says(wire, gate, kind):
    """With what IPP Everywhere wants of them."""
    _, desk = wire
    gate.command("queue", "set", "hall", "--location", "Room 1.05, north wing")
    path = desk.folder / "answers.test"
    path.write_text(ANSWERS)
    uuid = "^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"
    wanted = (
        "--txt-adminurl",
        "^https?://",
        "--txt-pdl",
        "image/pwg-raster",
        "--txt-pdl",
        "image/jpeg",
        "--txt-UUID",
        uuid,
    )
    told = (
        "--txt-rp",
        "^ipp/print/",
        "--txt-TLS",
        "^1",
        "--txt-URF",
        ".",
        "--txt-note",
        "north wing",
        "--txt-air",
        "^none$",
    )
    command = ("ippfind", "-T", "3", "--literal-name", "Open Hall", f"{kind}._tcp,_universal.local.", *wanted, *told)
    checked = (*command, "-x", "ipptool", "-tI", "{}", path, ";")
    done = wait_for(lambda: (d := desk.run(*checked, check=False)).stdout and d, "the printer and its new place", 20)
    assert done.returncode == 0, done.stdout
    assert "PASS" in done.stdout


def test_changes_are_told_without_a_goodbye(wire, gate):
    _, desk = wire
    wait_for(lambda: "Open Hall" in names(desk, "_ipp"), "the queue", 20)
    browsing = desk.folder / "browsing.log"
    watch = desk.start("avahi-browse", "-pr", "_ipp._tcp", log=browsing)
    wait_for(lambda: "Open\\032Hall" in browsing.read_text(), "avahi to know it")
    gate.command("queue", "set", "hall", "--location", "Basement", "--accepting", "no")
    changed = (
        "ippfind",
        "-T",
        "1",
        "--literal-name",
        "Open Hall",
        "--txt-note",
        "^Basement$",
        "--txt-priority",
        "^99$",
    )
    wait_for(lambda: desk.run(*changed, check=False).returncode == 0, "the new place", 20)
    gate.command("queue", "set", "hall", "--accepting", "yes")
    wait_for(lambda: desk.run(*changed, check=False).returncode != 0, "the queue to take jobs again", 20)
    watch.terminate()
    assert not [line for line in browsing.read_text().splitlines() if line.startswith("-")]


def test_two_gateways_on_one_network_are_both_found(wire, gate):
    _, desk = wire
    other = Gateway(desk, "--port", "8632")
    try:
        seen = wait_for(lambda: (s := dict(found(desk, "_ipps"))) and "Follow-Me (2)" in s and s, "both", 30)
        assert seen["Follow-Me"].endswith(":8631/ipp/print/follow-me")
        assert seen["Follow-Me (2)"].endswith(":8632/ipp/print/follow-me")
        assert seen["Follow-Me"].split(":")[1] != seen["Follow-Me (2)"].split(":")[1]
    finally:
        other.stop()
    wait_for(lambda: "Follow-Me (2)" not in names(desk, "_ipps"), "its goodbye", 20)
    assert "Follow-Me" in names(desk, "_ipps")


def test_a_queue_comes_and_goes(wire, gate):
    gate.command("queue", "add", "later", "--kind", "follow-me", "--info", "Later", "--trusted-network", f"{DESK}/32")
    wait_for(lambda: "Later" in names(wire[1], "_ipp"), "the new queue", 20)
    gate.command("queue", "remove", "later")
    wait_for(lambda: "Later" not in names(wire[1], "_ipp"), "its goodbye", 20)


def test_goodbye_at_stop(wire, gate):
    """Records live for more than an hour; without a goodbye the printers would be seen until then."""
    assert names(wire[1], "_ipps") >= {"Follow-Me"}
    gate.stop()
    wait_for(lambda: not names(wire[1], "_ipps") | names(wire[1], "_ipp"), "all adverts to go", 15)
