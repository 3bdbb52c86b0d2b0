"""Printer languages without a renderer: passed on to devices that list them, rewritten where the owner changed things.

Rules only, no I/O. PCL, PCL XL and ESC/P have no renderer here, so nothing else can be made of them.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from devices.capabilities import OCTET_STREAM, Capabilities
from jobs.ticket import Ticket
from pdl.formats import BY_MIME
from pdl.mime import HPGL, PCL, PCLXL, PJL
from pdl.report import Report, Sides
from pdl.stream_rewrite import Wishes
from pdl.to_pdf import convertible, renderable_part
from release.errors import CannotPrint

LANGUAGES: Final = (PCL, PCLXL, HPGL, "application/vnd.epson.escp", "application/vnd.epson.escpr")
"""What is counted here and can only be passed on."""

_REWRITTEN: Final = frozenset({PCL, PCLXL})


def taken(formats: tuple[str, ...]) -> tuple[str, ...]:
    """The printer languages among the formats of a device; who reads PCL reads PJL before it."""
    listed = tuple(language for language in LANGUAGES if language in formats)
    return (*listed, PJL) if PJL in formats or _REWRITTEN.intersection(listed) else listed


def is_stream(report: Report) -> bool:
    """Whether the document can be printed only as it is."""
    return report.format not in convertible() and renderable_part(report) is None


def sent_as(report: Report, device: Capabilities) -> str:
    """The format as which a stream is sent. Raises CannotPrint where the device does not take its languages."""
    missing = [language for language in report.languages if language not in device.formats]
    if missing:
        name = _named(missing)
        raise CannotPrint(
            f"This printer does not take {name}, and {name} cannot be turned into anything else. "
            "Choose a printer that takes it, or print the document as PDF."
        )
    languages = report.languages
    if report.format != PJL and len(languages) == 1:
        return languages[0]
    # A device that takes PCL or PCL XL reads PJL before it, whether it lists that or not.
    names = (PJL, OCTET_STREAM, *(name for name in (report.format, *languages) if name in _REWRITTEN))
    known = next((name for name in names if name in device.formats), languages[0] if len(languages) == 1 else None)
    if known is None:
        raise CannotPrint("This printer takes no job of several printer languages. Print the document as PDF.")
    return known


def wishes(ticket: Ticket, report: Report, *, copies: int, sides: Sides, gray: bool) -> Wishes | None:
    """What must be changed in the stream; None when nothing is. Raises CannotPrint for what cannot be."""
    wanted = Wishes(
        copies=copies if copies != (report.copies or 1) else None,
        sides=sides if sides != (report.sides or "one-sided") else None,
        monochrome=gray,
        page_ranges=ticket.page_ranges,
    )
    if ticket.number_up > 1:
        raise CannotPrint(f"Several pages on one side cannot be made of {label(report)}. Print the document as PDF.")
    if wanted == Wishes():
        return None
    if ticket.page_ranges and set(report.languages) != {PCLXL}:
        raise CannotPrint(f"Pages cannot be chosen from {label(report)}. Print all of it, or print it as PDF.")
    if not _REWRITTEN.issuperset(report.languages):
        raise CannotPrint(f"{label(report)} can only be printed as it is. Print the document as PDF.")
    return wanted


def unarranged(report: Report) -> str:
    """Say why the pages of a document in a printer's own language are not put on sheets in another way."""
    return f"The pages of {label(report)} can be printed only in their own order. Print the document as PDF."


def label(report: Report) -> str:
    """The languages of a document, for a person."""
    return _named(report.languages)


def _named(languages: Iterable[str]) -> str:
    return " and ".join(BY_MIME[language].label for language in languages)


def unwrapped(report: Report) -> Report:
    """The report of the document that the stream wraps, if it is one that can be rendered."""
    part = renderable_part(report)
    return report if part is None else replace(report, format=part.format, segments=())
