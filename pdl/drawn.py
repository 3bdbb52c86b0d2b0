"""Pictures that outside programs draw: SVG by rsvg-convert, HEIC by heif-convert, each run in the sandbox.

Neither sees a file or a network: what a drawing refers to outside of itself is left out.
"""

import asyncio
import shutil
from dataclasses import dataclass

from pdl.errors import DocumentRejected, LimitReached
from pdl.formats import HEAD_BYTES
from pdl.image_sheet import MARGIN_POINTS
from pdl.limits import Limits
from pdl.media import A4
from pdl.placement import Scaling, Size, place, sheet_points
from pdl.sandbox import Sandbox, Sink
from pdl.scratch import MemoryScratch
from pdl.source import Source
from pdl.svg_size import sheet_of_svg, size_of_svg

SVG, HEIC = "image/svg+xml", "image/heic"

# It writes to files alone, numbered ones where there are several pictures: the first is the one that is shown.
_HEIC_TO_JPEG = 'heif-convert -q 95 "$1" picture.jpg >&2 && set -- picture*.jpg && exec cat "$1"'


@dataclass(frozen=True, slots=True)
class _Program:
    """A program that draws: its name, what it is called in a sentence."""

    name: str
    draws: str


_PROGRAMS = {SVG: _Program("rsvg-convert", "SVG"), HEIC: _Program("heif-convert", "HEIC")}


def formats() -> frozenset[str]:
    """MIME types that can be drawn on this machine."""
    return frozenset(mime for mime, program in _PROGRAMS.items() if shutil.which(program.name))


async def svg_to_pdf(
    source: Source, media: tuple[int, int] | None, scaling: Scaling, sandbox: Sandbox, sink: Sink, *, limits: Limits
) -> None:
    """Draw an SVG on `media` (hundredths of millimetres), else on the sheet whose size it has, else on A4.

    Raises DocumentRejected for a damaged drawing, LimitReached, SandboxFailed.
    """
    head = await asyncio.to_thread(source.pread, 0, HEAD_BYTES)
    size = size_of_svg(head)
    own = sheet_of_svg(head)
    if media is None and own:
        argv = _placed(sheet_points(own), sheet_points(own), "fit", 0.0)
    else:
        sheet = sheet_points(media or A4)
        argv = _placed(size or sheet, sheet, "fit" if scaling == "auto" else scaling, MARGIN_POINTS)
    await _draw(SVG, ["rsvg-convert", "--format=pdf", *argv], source, sandbox, sink, limits)


async def heic_to_jpeg(source: Source, sandbox: Sandbox, limits: Limits) -> MemoryScratch:
    """Decode a HEIC picture; the caller closes what is returned. Raises as svg_to_pdf does."""
    kept = MemoryScratch()
    try:
        await _draw(HEIC, ["sh", "-c", _HEIC_TO_JPEG, "sh", "{input}"], source, sandbox, kept.write, limits)
        await kept.finish()
    except BaseException:
        kept.close()
        raise
    return kept


def _placed(size: Size, sheet: Size, scaling: Scaling, margin: float) -> list[str]:
    """Make the arguments that draw a picture of `size` points on `sheet` (never turned: a drawing may hold text)."""
    a, b, c, d, e, f = place(size, sheet, scaling, margin)
    if b or c:
        a, _, _, d, e, f = place(size, sheet[::-1], scaling, margin)
        sheet = sheet[::-1]
    width, height = size[0] * a, size[1] * d
    rows = (
        ("page-width", sheet[0]), ("page-height", sheet[1]), ("width", width), ("height", height),
        ("left", e), ("top", sheet[1] - f - height),
    )  # fmt: skip
    return ["--keep-aspect-ratio", *(f"--{name}={value:.3f}pt" for name, value in rows)]


async def _draw(mime: str, argv: list[str], source: Source, sandbox: Sandbox, sink: Sink, limits: Limits) -> None:
    program = _PROGRAMS[mime]
    if mime not in formats():
        raise DocumentRejected(
            f"{program.draws} pictures cannot be printed here: {program.name} is not installed. Print it as PDF."
        )
    result = await sandbox.program(argv, source=source, limits=limits, sink=sink)
    if result.overran:
        raise LimitReached("The picture takes too much processor time to draw.")
    if result.returncode or not result.written:
        raise DocumentRejected(f"The {program.draws} picture is damaged and cannot be drawn. Print it as PDF.")
