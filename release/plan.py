"""How one job becomes paper on one device: passed on, or rendered to a format it lists. Rules only, no I/O.

The document is passed on when the device lists its format and can do the rest by attributes. What devices do
unreliably (page ranges, fitting to another sheet, grey from colour, copies beyond their limit) is rendered here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, cast, get_args

from accounting.price import Extent, extent
from devices.capabilities import Capabilities
from ipp import build
from ipp.message import Attribute
from jobs.job import Job
from jobs.ticket import Ticket
from pdl.media import A4, size_of
from pdl.mime import JPEG, PCL, PCLM, PCLXL, PDF, PJL, POSTSCRIPT, PWG_RASTER, TEXT, URF
from pdl.placement import Orientation, Scaling
from pdl.raster_write import SheetBack
from pdl.report import Report, Segment, Sides
from pdl.stream_rewrite import Wishes
from pdl.target import Compression, Target
from pdl.to_pdf import renderable_part
from release.errors import CannotPrint
from release.marks import NO_MARKS, Marks, unstamped
from release.streams import is_stream, sent_as, unwrapped, wishes

RENDERED: Final = (PDF, PWG_RASTER, URF, POSTSCRIPT, PCLXL, PCLM, PCL, JPEG)
"""Formats we can make, the best first; JPEG holds one side."""

_RASTERS = (PWG_RASTER, URF)
_NEVER_PASSED: Final = frozenset({TEXT})
"""A printer's idea of text (character set, lines of a page) is anybody's guess, and would not match our count."""

_TOLERANCE = 200  # hundredths of a millimetre within which a page is of the size of the sheet
_ORDINARY_DPI = 300


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

    def passed_on(self) -> "Plan":
        """The plan for a document whose rendering failed: there is no banner page, and it is not paid for."""
        return replace(self, extent=replace(self.extent, counted=None))


def plan(ticket: Ticket, report: Report, device: Capabilities, marks: Marks = NO_MARKS) -> Plan:
    """Decide how a counted document is printed there, with its marks if it can have them. Raises CannotPrint."""
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
    wanted = PDF if passing and job.report.format == PDF else marked.best_format()
    if wanted is None and passing and not job.changes() and not marks.required:
        return replace(job.passed(), format=report.format)
    if wanted is None:
        raise CannotPrint("This printer takes no format that we can make. Choose another printer.")
    made = marked.rendered(wanted)
    same = made.copies_by_device == job.passed().copies_by_device
    # What cannot be told to print gray would print in colour, at the price of black and white.
    gray = ticket.monochrome and job.may_be_colored and device.color and "monochrome" not in device.print_color_modes
    fallback = passing and same and not marked.must_render() and not marks.required and not gray
    return replace(made, fallback=fallback, part=part)


def asked(ticket: Ticket, report: Report) -> Extent:
    """What was asked for, wherever it would be printed."""
    return extent(
        report.pages or 0,
        report.color_pages,
        ranges=ticket.page_ranges,
        copies=_copies(ticket, report),
        two_sided=(ticket.sides or report.sides or "one-sided") != "one-sided",
        monochrome=ticket.monochrome,
        number_up=ticket.number_up,
    )


def _own_copies(report: Report) -> int:
    return max(1, report.copies or 1)


def _copies(ticket: Ticket, report: Report) -> int:
    return ticket.copies if ticket.copies > 1 else _own_copies(report)


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
        return _copies(self.ticket, self.report)

    @property
    def color(self) -> bool:
        # Without its PJL, which may have asked for gray, a document would come in colour that nobody pays.
        gray = self.ticket.monochrome or (self.wrapped and not self.may_be_colored)
        return self.device.color and not gray

    @property
    def may_be_colored(self) -> bool:
        return bool(self.report.color_pages) or self.report.confidence.color == "unknown"

    @property
    def by_device(self) -> bool:
        if self.copies > 1 and self.marks.banner is not None:
            return False  # the banner page comes once
        return self.copies == 1 or (self.device.copies_max >= self.copies and self._takes("copies"))

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
        return self.device.color or (not self.may_be_colored and self.report.format not in self._color_only())

    def changes(self) -> bool:
        """Whether something is asked for that is not left to the device."""
        return self.must_render() or (self.ticket.monochrome and self.device.color and self.may_be_colored)

    def must_render(self) -> bool:
        """Whether passing the document on would print something else than was asked for."""
        chosen = bool(self.ticket.page_ranges) or self.ticket.number_up > 1
        return chosen or not self.by_device or self._another_size() or self._overrides()

    def best_format(self) -> str | None:
        """The best format that can be made for the device; None when there is none."""
        one_side = self._extent().impressions == 1
        formats = (kind for kind in RENDERED if kind in self.device.formats)
        return next((kind for kind in formats if kind != JPEG or one_side), None)

    def passed(self) -> Plan:
        # What the document itself asks for must not be multiplied.
        copies = self.copies if self._own_copies == 1 else 1
        return Plan(
            self.report.format,
            None,
            self._attributes(copies, rendered=False),
            self._extent(self._counted()),
            copies,
            self.sides,
            self.color,
        )

    def streamed(self) -> Plan:
        """Pass on a language that has no renderer, with what the owner changed written into it."""
        language = sent_as(self.report, self.device)
        gray = self.ticket.monochrome and self.device.color and self.may_be_colored
        # A device that prints on one side makes that of two-sided pages by itself.
        sides = self.sides if self.ticket.sides else (self.report.sides or "one-sided")
        rewrite = wishes(self.ticket, self.report, copies=self.copies, sides=sides, gray=gray)
        return Plan(
            PJL if rewrite and PJL in self.device.formats else language,
            None,
            self._attributes(1, rendered=True),
            self._extent(self._counted()),
            1,
            self.sides,
            self.color,
            rewrite=rewrite,
        )

    def rendered(self, wanted: str) -> Plan:
        by_device = self.by_device and wanted not in (POSTSCRIPT, PCLXL, PCL)
        pclm = self.device.pclm
        copies = self.copies if by_device else 1
        _, size = self.media
        # Scaling, page choice and colour are in the rendered bytes: telling the device as well would do them twice.
        target = Target(
            format=wanted,
            resolution=self._resolution(wanted),
            color=self.color,
            sides=self.sides,
            media=size if size or wanted == PDF else self._default_sheet(),
            copies=1 if by_device else self.copies,
            page_ranges=self.ticket.page_ranges,
            scaling=cast("Scaling", self.ticket.print_scaling or "auto"),
            raster_type=self._raster_type(wanted),
            sheet_back=self._sheet_back(wanted),
            print_quality=self.ticket.print_quality or 4,
            number_up=self.ticket.number_up,
            orientation=self._orientation,
            margins=self.device.margins,
            pclm_strip=pclm.strip,
            pclm_compression=next((kind for kind in get_args(Compression) if kind in pclm.compression), "flate"),
            stamp=self.marks.stamp,
            banner=self.marks.banner,
        )
        return Plan(
            wanted,
            target,
            self._attributes(copies, rendered=True),
            self._extent(),
            copies,
            self.sides,
            self.color,
        )

    def _extent(self, counted: tuple[int, int, int] | None = None) -> Extent:
        """What comes out; `counted` of a document that is passed on, as what is rendered has its pages all alike."""
        made = extent(
            self.report.pages or 0,
            self.report.color_pages,
            ranges=self.ticket.page_ranges,
            copies=self.copies,
            two_sided=self.sides != "one-sided",
            monochrome=not self.color,
            number_up=self.ticket.number_up,
        )
        if (made.impressions, made.sheets, made.color) != counted:
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
        return _own_copies(self.report)

    def _overrides(self) -> bool:
        """Whether the document itself says otherwise than its owner, to whom the device would not listen then."""
        ticket, own_sides = self.ticket, self.report.sides or "one-sided"
        copies = self._own_copies > 1 and ticket.copies not in {1, self._own_copies}
        says_sides = self.wrapped or (self.report.format != PDF and own_sides != "one-sided")
        return copies or (says_sides and self.sides != own_sides and len(self.device.sides) > 1)

    @property
    def _orientation(self) -> Orientation | None:
        """orientation-requested, for documents that have none of their own (RFC 8011 section 5.2.10)."""
        kind = self.report.format
        has_none = kind == TEXT or (kind.startswith("image/") and kind not in _RASTERS)
        return cast("Orientation | None", self.ticket.orientation_requested) if has_none else None

    def _attributes(self, copies: int, *, rendered: bool) -> tuple[Attribute, ...]:
        ticket, device = self.ticket, self.device
        chosen: list[Attribute] = []
        if copies > 1:
            chosen.append(build.integer("copies", copies))
            handling = ticket.multiple_document_handling or "separate-documents-collated-copies"
            if handling in device.multiple_document_handling:
                chosen.append(build.keyword("multiple-document-handling", handling))
        if len(device.sides) > 1:
            chosen.append(build.keyword("sides", self.sides))
        chosen += self._media_attributes()
        if "monochrome" in device.print_color_modes and not self.color:
            chosen.append(build.keyword("print-color-mode", "monochrome"))
        elif ticket.print_color_mode in device.print_color_modes and ticket.print_color_mode:
            chosen.append(build.keyword("print-color-mode", ticket.print_color_mode))
        if ticket.print_quality in device.print_qualities and ticket.print_quality:
            chosen.append(build.enum("print-quality", ticket.print_quality))
        if not rendered and ticket.orientation_requested in device.orientations and ticket.orientation_requested:
            chosen.append(build.enum("orientation-requested", ticket.orientation_requested))
        if not rendered and ticket.print_scaling in device.print_scaling and ticket.print_scaling:
            chosen.append(build.keyword("print-scaling", ticket.print_scaling))
        if ticket.output_bin in device.output_bins and ticket.output_bin:
            chosen.append(build.keyword("output-bin", ticket.output_bin))
        return tuple(chosen)

    def _media_attributes(self) -> list[Attribute]:
        name, size = self.media
        source, kind = self.ticket.media_source, self.ticket.media_type
        extra = [
            build.keyword(member, value)
            for member, value, known in (
                ("media-source", source, self.device.media_sources),
                ("media-type", kind, self.device.media_types),
            )
            if value and value != "auto" and value in known
        ]
        if extra and size and self._takes("media-col"):
            width, height = size
            dimensions = (build.integer("x-dimension", width), build.integer("y-dimension", height))
            return [build.collection("media-col", [build.collection("media-size", dimensions), *extra])]
        return [build.keyword("media", name)] if name else []

    def _another_size(self) -> bool:
        """Whether a page is not of the size of the sheet that was asked for."""
        _, size = self.media
        if size is None or self.report.format not in (PDF, *_RASTERS):
            return False
        return any(not _same(size, (run.media.width, run.media.height)) for run in self.report.media)

    def _takes(self, attribute: str) -> bool:
        return attribute in self.device.job_creation_attributes

    def _default_sheet(self) -> tuple[int, int]:
        """The sheet of a raster when nobody asked for one: the document's, if the device has it, else the device's."""
        media = self.report.media
        first = (media[0].media.width, media[0].media.height) if media else A4
        known = [found for found in map(size_of, self.device.media) if found]
        if any(_same(first, sheet) for sheet in known) or not known:
            return first if first[0] <= first[1] else (first[1], first[0])
        return size_of(self.device.media_default) or known[0]

    def _color_only(self) -> Sequence[str]:
        types = self.device.raster.types
        return (PWG_RASTER,) if types and "sgray_8" not in types and "black_1" not in types else ()

    def _resolution(self, wanted: str) -> tuple[int, int]:
        listed = {
            PWG_RASTER: [pair for pair in self.device.raster.resolutions if pair[0] == pair[1]],
            URF: [(dpi, dpi) for dpi in self.device.urf.resolutions],
            PCLM: [pair for pair in self.device.pclm.resolutions if pair[0] == pair[1]],
        }.get(wanted, [])
        if self.ticket.printer_resolution in listed and self.ticket.printer_resolution:
            return self.ticket.printer_resolution
        ordered = sorted(listed or [(600, 600)])
        if self.ticket.print_quality == 5:
            return ordered[-1]
        # Enough for text and half the bytes: the lowest that is at least 300 dpi.
        return next((pair for pair in ordered if pair[0] >= _ORDINARY_DPI), ordered[-1])

    def _raster_type(self, wanted: str) -> str:
        if wanted == URF:
            colored = any(token.startswith("SRGB24") for token in self.device.urf.types)
            return "srgb_8" if self.color and colored else "sgray_8"
        types = self.device.raster.types or ("sgray_8", "srgb_8")
        order = ("srgb_8", "sgray_8", "black_1") if self.color else ("sgray_8", "black_1", "srgb_8")
        return next((kind for kind in order if kind in types), "sgray_8")

    def _sheet_back(self, wanted: str) -> SheetBack:
        if wanted == URF:
            backs: dict[int, SheetBack] = {1: "normal", 2: "flipped", 3: "rotated", 4: "manual-tumble"}
            return backs.get(self.device.urf.back or 1, "normal")
        told = self.device.pclm.sheet_back if wanted == PCLM else self.device.raster.sheet_back
        return cast("SheetBack", told) if told in get_args(SheetBack) else "normal"


def _same(one: tuple[int, int], other: tuple[int, int]) -> bool:
    straight = abs(one[0] - other[0]) <= _TOLERANCE and abs(one[1] - other[1]) <= _TOLERANCE
    turned = abs(one[0] - other[1]) <= _TOLERANCE and abs(one[1] - other[0]) <= _TOLERANCE
    return straight or turned


def report_of(job: Job) -> Report:
    """The count of a job, or raise CannotPrint if it has none that printing could begin with."""
    if job.report is None:
        raise CannotPrint("The document is still being counted. Try again in a moment.")
    return Report.from_json(json.loads(job.report))
