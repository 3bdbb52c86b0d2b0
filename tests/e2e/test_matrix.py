"""Every kind of printer against every wish: what came out, and what was charged for it."""

from dataclasses import dataclass, field

import pytest

from tests.e2e import paper
from tests.e2e.bed import need
from tests.e2e.conftest import PRICE

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
def printers(fine, plain, apple, laser, press):
    return {"fine": fine, "plain": plain, "apple": apple, "laser": laser, "press": press}


def tray(printer):
    found = printer.latest()
    return paper.at_sink(found) if isinstance(found, bytes) else paper.at_eve(found)


def check_tray(printed, wish, kind):
    expected = Expected.of(wish, kind)
    assert printed.pages == len(expected.bars)
    assert printed.bars in (expected.bars, None)
    assert printed.colored in (expected.colored, None)
    assert printed.sizes == {wish.size}
    assert printed.two_sided == (wish.two_sided and kind.duplex)


def send(machine, papers, wish, title, queue="open", status=""):
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
    cups.print("anybody", papers / "three.pdf", *wish.lp, user="carol", title=title)
    job = gateway.held(title=title, user="carol")
    gateway.command("job", "release", str(job["id"]), "--device", "fine")
    ended = gateway.printed(job["id"])
    assert (ended["state"], ended["message"]) == ("completed", "")
    check_tray(tray(printers["fine"]), wish, KINDS["fine"])
    assert ended["charge"] == Expected.of(wish, KINDS["fine"]).charge | {"basis": "own-count"}
