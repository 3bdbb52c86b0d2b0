"""What the device itself is asked for: attributes of its job, those that it lists. Rules only, no I/O."""

from collections.abc import Iterator
from dataclasses import dataclass

from devices.capabilities import Capabilities
from ipp import build
from ipp.message import Attribute
from jobs.media import EDGES
from jobs.ticket import Ticket
from pdl.report import Sides
from release.plan_device import borderless

Sheet = tuple[str | None, tuple[int, int] | None]


@dataclass(frozen=True)
class Asked:
    """What is left to the device: copies, sides, and the sheet by name or size; (None, None) where pages say it."""

    copies: int
    sides: Sides
    sheet: Sheet
    color: bool
    handling: str
    rendered: bool
    """Whether scaling and direction are in the bytes already: telling the device as well would do them twice."""


def takes(device: Capabilities, attribute: str) -> bool:
    """Whether the attribute may be sent with a job."""
    return attribute in device.job_creation_attributes


def attributes(asked: Asked, ticket: Ticket, device: Capabilities) -> tuple[Attribute, ...]:
    """Make the attributes of the device's job."""
    chosen: list[Attribute] = []
    if asked.copies > 1:
        chosen.append(build.integer("copies", asked.copies))
        if asked.handling in device.multiple_document_handling:
            chosen.append(build.keyword("multiple-document-handling", asked.handling))
    if len(device.sides) > 1:
        chosen.append(build.keyword("sides", asked.sides))
    chosen += _media(asked.sheet, ticket, device)
    chosen += _quality(asked, ticket, device)
    if ticket.output_bin in device.output_bins and ticket.output_bin:
        chosen.append(build.keyword("output-bin", ticket.output_bin))
    finishings = [number for number in ticket.finishings if number in device.finishings]
    if finishings and takes(device, "finishings"):
        chosen.append(build.enum("finishings", *finishings))
    return tuple(chosen)


def _quality(asked: Asked, ticket: Ticket, device: Capabilities) -> Iterator[Attribute]:
    """Yield how the image is made and placed."""
    if "monochrome" in device.print_color_modes and not asked.color:
        yield build.keyword("print-color-mode", "monochrome")
    elif ticket.print_color_mode in device.print_color_modes and ticket.print_color_mode and not ticket.monochrome:
        yield build.keyword("print-color-mode", ticket.print_color_mode)
    if ticket.print_quality in device.print_qualities and ticket.print_quality:
        yield build.enum("print-quality", ticket.print_quality)
    for name, value, listed in (
        ("print-content-optimize", ticket.print_content_optimize, device.content_optimize),
        ("print-rendering-intent", ticket.print_rendering_intent, device.rendering_intents),
    ):
        if value and value in listed and takes(device, name):
            yield build.keyword(name, value)
    if asked.rendered:
        return
    if ticket.orientation_requested in device.orientations and ticket.orientation_requested:
        yield build.enum("orientation-requested", ticket.orientation_requested)
    if ticket.print_scaling in device.print_scaling and ticket.print_scaling:
        yield build.keyword("print-scaling", ticket.print_scaling)


def _media(sheet: Sheet, ticket: Ticket, device: Capabilities) -> list[Attribute]:
    name, size = sheet
    extra = [
        build.keyword(member, value)
        for member, value, known in (
            ("media-source", ticket.media_source, device.media_sources),
            ("media-type", ticket.media_type, device.media_types),
        )
        if value and value != "auto" and value in known
    ]
    if borderless(ticket, device):
        extra += [build.integer(f"media-{edge}-margin", 0) for edge in EDGES]
    if extra and size and takes(device, "media-col"):
        width, height = size
        dimensions = (build.integer("x-dimension", width), build.integer("y-dimension", height))
        return [build.collection("media-col", [build.collection("media-size", dimensions), *extra])]
    return [build.keyword("media", name)] if name else []
