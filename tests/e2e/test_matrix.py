"""Every kind of printer against every wish: what came out, and what was charged for it."""

from dataclasses import dataclass, field

import pytest

from tests.e2e import paper
from tests.e2e.bed import need
from tests.e2e.conftest import PRICE, TRUSTED

pytestmark = pytest.mark.e2e

PRINT_JOB = """{{
 OPERATION Print-Job
 GROUP operation-attributes-tag
 ATTR charset attributes-charset utf-8
 ATTR naturalLanguage attributes-natural-language en
 ATTR uri printer-uri $uri
 ATTR name requesting-user-name {user}
 ATTR name job-name "{title}"
 ATTR mimeMediaType document-format application/pdf
 ATTR boolean ipp-attribute-fidelity true
 GROUP job-attributes-tag
{attributes}
 FILE $filename
 STATUS successful-ok
}}
"""


@dataclass(frozen=True)
class Wish:
    """What is asked for, by IPP and by lp, and what that makes of the three pages (the second one in colour)."""

    ipp: str
    lp: tuple[str, ...]
    pages: tuple[int, ...] = (1, 2, 3)
    copies: int = 1
    colored: tuple[int, ...] = (2,)
    size: tuple[int, int] = paper.A4
    two_sided: bool = False


WISHES = {
    "copies": Wish("ATTR integer copies 3", ("-n", "3"), copies=3),
    "two-sided": Wish("ATTR keyword sides two-sided-long-edge", ("-o", "sides=two-sided-long-edge"), two_sided=True),
    "monochrome": Wish("ATTR keyword print-color-mode monochrome", ("-o", "print-color-mode=monochrome"), colored=()),
    "pages": Wish("ATTR rangeOfInteger page-ranges 2-3", ("-o", "page-ranges=2-3"), pages=(2, 3)),
    "a5": Wish("ATTR keyword media iso_a5_148x210mm", ("-o", "media=iso_a5_148x210mm"), size=paper.A5),
}


@dataclass(frozen=True)
class Kind:
    """What a printer of the matrix can do, and who counts its impressions."""

    color: bool
    duplex: bool
    basis: str = "own-count"


KINDS = {
    "fine": Kind(color=True, duplex=True),
    "plain": Kind(color=False, duplex=False),
    "apple": Kind(color=True, duplex=True),
    "laser": Kind(color=False, duplex=False, basis="pjl"),
    "press": Kind(color=True, duplex=True, basis="pjl"),
    "mopier": Kind(color=True, duplex=True, basis="pjl"),
    "old": Kind(color=False, duplex=False, basis="pjl"),
}


@dataclass
class Expected:
    """What must come out of a printer for a wish, side by side, and what it costs."""

    bars: list[int] = field(default_factory=list)
    colored: list[bool] = field(default_factory=list)
    sheets: int = 0

    @classmethod
    def of(cls, wish, kind):
        bars = list(wish.pages) * wish.copies
        colored = [kind.color and page in wish.colored for page in bars]
        each = len(wish.pages)
        return cls(bars, colored, wish.copies * ((each + 1) // 2 if wish.two_sided and kind.duplex else each))

    @property
    def charge(self):
        color = sum(self.colored)
        amount = (len(self.bars) - color) * PRICE["mono"] + color * PRICE["color"] + self.sheets * PRICE["sheet"]
        return {
            "impressions": len(self.bars),
            "color_impressions": color,
            "sheets": self.sheets,
            "amount": amount,
        }


@pytest.fixture(scope="module")
def printers(fine, plain, apple, raw):
    return {"fine": fine, "plain": plain, "apple": apple, **raw}


def tray(printer):
    found = printer.latest()
    return paper.at_sink(found) if isinstance(found, bytes) else paper.at_eve(found)


def check_tray(printed, wish, kind):
    expected = Expected.of(wish, kind)
    assert printed.bars == expected.bars
    assert printed.colored == expected.colored
    assert printed.sizes == {wish.size}
    assert printed.two_sided == (wish.two_sided and kind.duplex)


def send(machine, papers, wish, title, queue="open"):
    """Print by IPP with the attributes of the wish, insisting on each."""
    need("ipptool")
    test = machine.folder / f"{title}.test"
    test.write_text(PRINT_JOB.format(user="carol", title=title, attributes=wish.ipp))
    machine.run("ipptool", "-tv", "-f", papers / "three.pdf", f"ipp://localhost:8631/ipp/print/{queue}", test)


@pytest.mark.parametrize("wanted", WISHES)
@pytest.mark.parametrize("device", KINDS)
def test_a_wish_at_a_printer(gateway, machine, papers, printers, device, wanted):
    wish, kind, title = WISHES[wanted], KINDS[device], f"{wanted} at {device}"
    send(machine, papers, wish, title)
    job = gateway.held(title=title, user="carol")
    gateway.release(job["id"], device)
    ended = gateway.printed(job["id"])
    assert (ended["state"], ended["message"]) == ("completed", "")
    check_tray(tray(printers[device]), wish, kind)
    assert ended["charge"] == Expected.of(wish, kind).charge | {"basis": kind.basis}


@pytest.mark.parametrize("wanted", WISHES)
def test_a_wish_by_lp_through_cups(gateway, cups, papers, printers, wanted):
    wish, title = WISHES[wanted], f"{wanted} by lp"
    if "anybody" not in cups.machine.run("lpstat", "-v", check=False).stdout:
        cups.add("anybody", "ipp://localhost:8631/ipp/print/open")
    # As a print dialog does, say size and colour: left to itself CUPS fits the pages to the queue's default size, and
    # takes a queue for black and white in the second in which it was added.
    said = ("media=iso_a4_210x297mm", "print-color-mode=color")
    said = [word for option in said if option.partition("=")[0] not in wish.ipp for word in ("-o", option)]
    cups.print("anybody", papers / "three.pdf", *wish.lp, *said, user="carol", title=title)
    job = gateway.held(title=title, user="carol")
    gateway.command("job", "release", str(job["id"]), "--device", "fine")
    ended = gateway.printed(job["id"])
    assert (ended["state"], ended["message"]) == ("completed", "")
    check_tray(tray(printers["fine"]), wish, KINDS["fine"])
    assert ended["charge"] == Expected.of(wish, KINDS["fine"]).charge | {"basis": "own-count"}


@pytest.mark.parametrize("device", ["fine", "plain"])
def test_what_the_printer_counts_is_what_is_charged(gateway, machine, papers, printers, device):
    """Nine sides are sent, the printer says it printed eight: two whole copies, and two pages of the third."""
    title, color = f"counted by {device}", KINDS[device].color
    send(machine, papers, WISHES["copies"], title)
    printers[device].counts(8)
    try:
        job = gateway.held(title=title)
        gateway.release(job["id"], device)
        ended = gateway.printed(job["id"])
    finally:
        printers[device].counts(None)
    charge = ended["charge"]
    assert charge["basis"] == "job-impressions-completed"
    assert (charge["impressions"], charge["color_impressions"], charge["sheets"]) == (8, 3 if color else 0, 8)
    gray = 5 if color else 8
    assert charge["amount"] == gray * PRICE["mono"] + (8 - gray) * PRICE["color"] + 8 * PRICE["sheet"]
    assert ended["attempts"][0]["impressions"] == 8


OFFER = ("color-supported", "sides-supported", "print-color-mode-supported", "urf-supported", "output-bin-supported")


def offered(machine, queue):
    """What a queue says that it offers, value by value."""
    uri = f"ipp://localhost:8631/ipp/print/{queue}"
    told = machine.run("ipptool", "-tv", uri, "get-printer-attributes.test").stdout
    lines = [line.strip().partition(" = ") for line in told.splitlines() if " = " in line]
    found = {name.split(" ")[0]: set(value.split(",")) for name, _, value in lines}
    return {name: found[name] for name in OFFER}


def test_a_queue_offers_what_its_printers_can(gateway, machine, papers, printers):
    gateway.command("queue", "add", "gray", *TRUSTED, "--device", "plain")
    gray = offered(machine, "gray")
    assert gray["color-supported"] == {"false"}
    assert gray["sides-supported"] == {"one-sided"}
    assert "color" not in gray["print-color-mode-supported"]
    assert not {token for token in gray["urf-supported"] if token.startswith(("SRGB", "DM"))}
    refused = machine.folder / "refused.test"
    words = PRINT_JOB.format(user="carol", title="refused", attributes=WISHES["two-sided"].ipp)
    refused.write_text(words.replace("successful-ok", "client-error-attributes-or-values-not-supported"))
    machine.run("ipptool", "-tv", "-f", papers / "three.pdf", "ipp://localhost:8631/ipp/print/gray", refused)
    assert gateway.jobs(title="refused") == []

    gateway.command("queue", "set", "gray", "--device", "plain", "--device", "fine")
    both = offered(machine, "gray")
    assert both["color-supported"] == {"true"}
    assert both["sides-supported"] == {"one-sided", "two-sided-long-edge", "two-sided-short-edge"}
    assert "color" in both["print-color-mode-supported"]
    # A face-up bin would make CUPS send the last page first, whichever printer the job is released at.
    assert "face-up" not in both["output-bin-supported"]
