"""How one job becomes paper on one device: passed on, or rendered to a format it lists. Rules only, no I/O.

The document is passed on when the device lists its format and can do the rest by attributes. What devices do
unreliably (page ranges, fitting to another sheet, grey from colour, copies beyond their limit) is rendered here.
"""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, cast

from accounting.price import Extent, extent
from devices.capabilities import ALL_SIDES, Capabilities
from ipp.message import Attribute
from jobs.job import Job
from jobs.ticket import Ticket
from pdl.media import size_of
from pdl.mime import JPEG, PCL, PCLM, PCLXL, PDF, PJL, POSTSCRIPT, PWG_RASTER, TEXT, URF
from pdl.placement import Orientation, Scaling
from pdl.report import Report, Segment, Sides
from pdl.stream_rewrite import Wishes
from pdl.target import Target
from pdl.to_pdf import renderable_part, without_direction
from pdl.wishes import COLLATED
from release import plan_device
from release.errors import CannotPrint
from release.marks import NO_MARKS, Marks, unstamped
from release.plan_attributes import Asked, attributes, takes
from release.plan_sheets import Sheets, colored_anyway, extent_on, sheets_for
from release.streams import is_stream, sent_as, unarranged, unwrapped, wishes

RENDERED: Final = (PDF, PWG_RASTER, URF, POSTSCRIPT, PCLXL, PCLM, PCL, JPEG)
"""Formats we can make, the best first; JPEG holds one side."""

_EACH_ITS_SHEET: Final = (PWG_RASTER, URF, PCLXL, POSTSCRIPT, PDF, PCLM, PCL, JPEG)
"""The same for sheets of several sizes: first those where each page tells the printer its own."""

_RASTERS = (PWG_RASTER, URF)
_NEVER_PASSED: Final = frozenset({TEXT})
"""A printer's idea of text (character set, lines of a page) is anybody's guess, and would not match our count."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be sent. `target` is None when the document is passed on as it is."""

    format: str
    target: Target | None
    attributes: tuple[Attribute, ...]
    extent: Extent
    copies_by_device: int
    sides: str
    color: bool
    fallback: bool = False
    """Whether, if rendering fails, the document may be passed on with the same attributes."""
    part: Segment | None = None
    """Which part of the document is rendered, where it is wrapped in a printer's job stream."""
    rewrite: Wishes | None = None
    """What is changed in a printer language that is passed on."""
    proof: bool = False
    """Whether these are the copies for a look before the others (PWG 5100.11): the job waits again after them."""

    def passed_on(self) -> "Plan":
        """The plan for a document whose rendering failed: there is no banner page, and it is not paid for."""
        return replace(self, extent=replace(self.extent, counted=None))


def plan(ticket: Ticket, report: Report, device: Capabilities, marks: Marks = NO_MARKS) -> Plan:
    """Decide how a counted document is printed there, with its marks if it can have them. Raises CannotPrint."""
    if ticket.proof_copies:
        return replace(plan(_proof(ticket), report, device, marks), proof=True)
    if is_stream(report):
        if marks.required:
            raise CannotPrint(unstamped(report))
        return _Job(ticket, report, device).streamed()
    part = renderable_part(report)
    job = _Job(ticket, unwrapped(report), device, wrapped=part is not None)
    listed = job.report.format in device.formats and (part is None or PJL in device.formats)
    passing = listed and job.report.format not in _NEVER_PASSED and job.passes()
    if passing and not job.changes() and not marks:
        return replace(job.passed(), format=report.format)
    marked = replace(job, marks=marks)
    stays = passing and job.report.format == PDF and not job.sheets.several_media
    wanted = PDF if stays else marked.best_format()
    if wanted is None and passing and not job.changes() and not marks.required:
        return replace(job.passed(), format=report.format)
    if wanted is None:
        raise CannotPrint("This printer takes no format that we can make. Choose another printer.")
    made = marked.rendered(wanted)
    same = made.copies_by_device == job.passed().copies_by_device
    # What cannot be told to print gray would print in colour, at the price of black and white.
    gray = job.gray and job.may_be_colored and device.color and "monochrome" not in device.print_color_modes
    fallback = passing and same and not marked.must_render() and not marks.required and not gray
    return replace(made, fallback=fallback, part=part)


def asked(ticket: Ticket, report: Report) -> Extent:
    """What was asked for, wherever it would be printed."""
    anywhere = Capabilities(sides=ALL_SIDES, color=True)
    try:
        return _Job(_proof(ticket), report, anywhere).extent()
    except CannotPrint:  # pages that are not there
        return extent(0, ())


def _proof(ticket: Ticket) -> Ticket:
    """The ticket of what is printed next: of the copies for a look, if there are any to come."""
    if not ticket.proof_copies:
        return ticket
    made = replace(ticket, copies=ticket.proof_copies, proof_copies=None, proof_media=None)
    sheet = ticket.proof_media
    return replace(made, media=sheet, media_size=size_of(sheet)) if sheet else made


@dataclass(frozen=True)
class _Job:
    """One document's wishes held against one device."""

    ticket: Ticket
    report: Report
    device: Capabilities
    marks: Marks = NO_MARKS
    wrapped: bool = False
    """Whether PJL is around the document: what that says goes before the attributes of a job."""

    @property
    def sides(self) -> Sides:
        asked = self.ticket.sides or (self.report.sides or "one-sided")
        return cast("Sides", asked) if asked in self.device.sides else "one-sided"

    @property
    def copies(self) -> int:
        return self.ticket.copies if self.ticket.copies > 1 else self._own_copies

    @property
    def color(self) -> bool:
        # Without its PJL, which may have asked for gray, a document would come in colour that nobody pays.
        return self.device.color and not self.gray and (not self.wrapped or self.may_be_colored)

    @property
    def gray(self) -> bool:
        """Whether the owner wants no colour on any page."""
        return self.ticket.monochrome and not colored_anyway(self.ticket)

    @property
    def may_be_colored(self) -> bool:
        return bool(self.report.color_pages) or self.report.confidence.color == "unknown"

    @cached_property
    def sheets(self) -> Sheets:
        return sheets_for(self.ticket, self.report, self.device, self.sides, copies=self.copies, color=self.color)

    @property
    def by_device(self) -> bool:
        if self.copies > 1 and (self.marks.banner is not None or self.sheets.wishes.copies > 1):
            return False  # the banner page comes once, and sets are put in order here
        return self.copies == 1 or (self.device.copies_max >= self.copies and takes(self.device, "copies"))

    @property
    def media(self) -> tuple[str | None, tuple[int, int] | None]:
        """Name and size of the sheet that was asked for; (None, None) leaves it to document and device."""
        name, size = self.ticket.media, self.ticket.media_size
        if size is None and name:
            size = size_of(name)
        return (name, size) if name in self.device.media or name is None else (None, size)

    def passes(self) -> bool:
        """Whether the device, listing the format, can really read this document of it."""
        if self.report.format not in _RASTERS:
            return True
        # A raster's colours and resolution are its sender's; a device without colour may list no RGB type.
        lacks = self.report.format in plan_device.color_only(self.device)
        return self.device.color or (not self.may_be_colored and not lacks)

    def changes(self) -> bool:
        """Whether something is asked for that is not left to the device."""
        return self.must_render() or (self.gray and self.device.color and self.may_be_colored)

    def must_render(self) -> bool:
        """Whether passing the document on would print something else than was asked for."""
        chosen = bool(self.ticket.page_ranges) or self.ticket.number_up > 1 or self.sheets.changed
        return chosen or not self.by_device or self._another_size() or self._overrides()

    def best_format(self) -> str | None:
        """The best format that can be made for the device; None when there is none."""
        one_side = self.extent().impressions == 1
        order = _EACH_ITS_SHEET if self.sheets.several_media else RENDERED
        formats = (kind for kind in order if kind in self.device.formats)
        return next((kind for kind in formats if kind != JPEG or one_side), None)

    def passed(self) -> Plan:
        # What the document itself asks for must not be multiplied.
        copies = self.copies if self._own_copies == 1 else 1
        return self._plan(self.report.format, None, copies, self.extent(self._counted()), rendered=False)

    def streamed(self) -> Plan:
        """Pass on a language that has no renderer, with what the owner changed written into it."""
        language = sent_as(self.report, self.device)
        if self.sheets.changed:
            raise CannotPrint(unarranged(self.report))
        gray = self.gray and self.device.color and self.may_be_colored
        # A device that prints on one side makes that of two-sided pages by itself.
        sides = self.sides if self.ticket.sides else (self.report.sides or "one-sided")
        rewrite = wishes(self.ticket, self.report, copies=self.copies, sides=sides, gray=gray)
        sent = PJL if rewrite and PJL in self.device.formats else language
        made = self._plan(sent, None, 1, self.extent(self._counted()), rendered=True)
        return replace(made, rewrite=rewrite)

    def rendered(self, wanted: str) -> Plan:
        by_device = self.by_device and wanted not in (POSTSCRIPT, PCLXL, PCL)
        here = self.sheets.wishes.copies
        target = Target(
            format=wanted,
            resolution=plan_device.resolution(wanted, self.ticket, self.device),
            color=self.color,
            sides=self.sheets.sides,
            media=self._sheet(wanted),
            copies=1 if by_device or here > 1 else self.copies,
            page_ranges=self.ticket.page_ranges,
            scaling=cast("Scaling", self.ticket.print_scaling or "auto"),
            raster_type=plan_device.raster_type(wanted, self.device, color=self.color),
            sheet_back=plan_device.sheet_back(wanted, self.device),
            print_quality=self.ticket.print_quality or 4,
            number_up=self.ticket.number_up,
            number_up_direction=self.sheets.direction or "toright-tobottom",
            orientation=self._orientation,
            margins=plan_device.margins(self.ticket, self.device),
            pclm_strip=self.device.pclm.strip,
            pclm_compression=plan_device.pclm_compression(self.device),
            stamp=self.marks.stamp,
            banner=self.marks.banner,
            wishes=self.sheets.wishes,
            shift=self.sheets.shift,
            gray_pages=self.sheets.gray,
        )
        return self._plan(wanted, target, self.copies if by_device else 1, self.extent(), rendered=True)

    def _plan(self, sent: str, target: Target | None, copies: int, paid: Extent, *, rendered: bool) -> Plan:
        # A sheet that is named would be that of all pages.
        sheet = (None, None) if self.sheets.several_media else self.media
        handling = (not self.report.documents and self.ticket.multiple_document_handling) or COLLATED
        asked = Asked(copies, self.sheets.sides, sheet, self.color, handling, rendered)
        told = attributes(asked, self.ticket, self.device)
        return Plan(sent, target, told, paid, copies, self.sheets.sides, self.color)

    def _sheet(self, wanted: str) -> tuple[int, int] | None:
        _, size = self.media
        return size if size or wanted == PDF else plan_device.default_sheet(self.report, self.device)

    def extent(self, counted: tuple[int, int, int] | None = None) -> Extent:
        """What comes out; `counted` of a document that is passed on, as what is rendered has its pages all alike."""
        if self.sheets.laid is None:
            made = extent(
                self.report.pages or 0,
                self.report.color_pages,
                ranges=self.ticket.page_ranges,
                copies=self.copies,
                two_sided=self.sides != "one-sided",
                monochrome=not self.color,
                number_up=self.ticket.number_up,
            )
        else:
            copies = 1 if self.sheets.wishes.copies > 1 else self.copies
            made = extent_on(self.sheets, self.report, copies, color=self.color)
        if counted and not self.sheets.changed and (made.impressions, made.sheets, made.color) != counted:
            made = replace(made, counted=counted)
        # A banner page is paid for as what it is: one side, on a sheet of its own.
        return replace(made, counted=(made.impressions + 1, made.sheets + 1, made.color)) if self.marks.banner else made

    def _counted(self) -> tuple[int, int, int] | None:
        """Impressions, sheets, coloured impressions as counted, where pages differ and nobody changed how they come."""
        ticket, report = self.ticket, self.report
        changed = ticket.copies > 1 or ticket.page_ranges or ticket.number_up > 1 or ticket.sides is not None
        if changed or report.impressions is None or report.sheets is None or self.sides != (report.sides or self.sides):
            return None
        color = report.color_impressions
        if color is None:
            color = min(len(report.color_pages) * self.copies, report.impressions)
        return report.impressions, report.sheets, color if self.color else 0

    @property
    def _own_copies(self) -> int:
        """Copies that the document itself asks the device for (a PDF never does)."""
        return max(1, self.report.copies or 1)

    def _another_size(self) -> bool:
        """Whether a page is not of the size of the sheet that was asked for."""
        _, size = self.media
        if size is None or self.report.format not in (PDF, *_RASTERS):
            return False
        return any(not plan_device.same_size(size, (run.media.width, run.media.height)) for run in self.report.media)

    def _overrides(self) -> bool:
        """Whether the document itself says otherwise than its owner, to whom the device would not listen then."""
        ticket, own_sides = self.ticket, self.report.sides or "one-sided"
        copies = self._own_copies > 1 and ticket.copies not in {1, self._own_copies}
        says_sides = self.wrapped or (self.report.format != PDF and own_sides != "one-sided")
        return copies or (says_sides and self.sides != own_sides and len(self.device.sides) > 1)

    @property
    def _orientation(self) -> Orientation | None:
        """orientation-requested, for documents that have none of their own (RFC 8011 section 5.2.10)."""
        asked = cast("Orientation | None", self.ticket.orientation_requested)
        return asked if without_direction(self.report.format) else None


def report_of(job: Job) -> Report:
    """The count of a job, or raise CannotPrint if it has none that printing could begin with."""
    if job.report is None:
        raise CannotPrint("The document is still being counted. Try again in a moment.")
    return Report.from_json(json.loads(job.report))
