"""The pages of a PDF as one device prints them: chosen, fitted to the sheet, repeated. Sandbox task `arrange-pdf`.

Arguments: `page_ranges` ([[lower, upper], ...], 1-based, [] for all), `media` (hundredths of millimetres or
null for each page's own size), `scaling`, `copies`, `two_sided`, `sides` (what the document asks of a printer,
or null), `pages` (the most that may come out). Answer: `pages` (of one copy), `out` (written), `changed`; a
document that needs no change is not written at all.
"""

import contextlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, BinaryIO, cast

import pikepdf

from pdl.errors import DocumentRejected, LimitReached, PasswordNeeded
from pdl.placement import Matrix, Scaling, Size, multiply, numbers, place, same_size, sheet_points
from pdl.source import Source, open_source

Emit = Callable[[bytes], None]
Box = tuple[float, float, float, float]

PIECE = 256 * 1024
SMALLEST_SIDE = 1.0
LETTER: Box = (0.0, 0.0, 612.0, 792.0)

# What hangs on the document besides its pages. It is not printed, and may hold on to pages that were left out.
NOT_PRINTED = (
    "/AA", "/Dests", "/Metadata", "/Names", "/OpenAction", "/Outlines", "/PageLabels", "/StructTreeRoot", "/Threads",
)  # fmt: skip

PDF_DUPLEX = {
    "one-sided": "/Simplex",
    "two-sided-long-edge": "/DuplexFlipLongEdge",
    "two-sided-short-edge": "/DuplexFlipShortEdge",
}


class EmitFile(io.RawIOBase):
    """A file that can only be written to, from front to back: what pikepdf saves into."""

    def __init__(self, emit: Emit) -> None:
        super().__init__()
        self._emit = emit
        self._held = bytearray()

    def writable(self) -> bool:
        """Say yes: that is all it does."""
        return True

    def write(self, data: Any) -> int:
        """Take `data`, and hand on what makes a piece."""
        self._held += data
        if len(self._held) >= PIECE:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Hand on what is held."""
        if self._held:
            self._emit(bytes(self._held))
            self._held.clear()


def arrange(source: Source, arguments: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Write the PDF as it is to be printed, unless it is so already. Raises the errors of `pdl.errors`."""
    try:
        pdf = pikepdf.open(open_source(source))
    except pikepdf.PasswordError as fault:
        raise PasswordNeeded("The document opens only with a password. Print it without one.") from fault
    with pdf:
        pages = list(pdf.pages)
        chosen = selection(len(pages), arguments["page_ranges"])
        copies: int = arguments["copies"]
        padded = bool(arguments["two_sided"] and copies > 1 and len(chosen) % 2)
        out = (len(chosen) + padded) * copies - padded
        if out > arguments["pages"]:
            raise LimitReached(f"The document has more than {arguments['pages']} pages with all its copies.")
        media = sheet_points(tuple(arguments["media"])) if arguments["media"] else None
        wrong = [index for index in chosen if media and not _stands(pages[index], media)]
        changed = bool(wrong) or chosen != list(range(len(pages))) or copies > 1
        if changed:
            if wrong and media:
                _fit(pdf, pages, wrong, media, arguments["scaling"])
            _order(pdf, pages, chosen, copies, padded=padded)
            _tidy(pdf, arguments["sides"])
            # Owner passwords ask readers not to copy; the printer's stream is for the printer.
            target = EmitFile(emit)
            pdf.save(cast(BinaryIO, target), encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
            target.flush()
    return {"pages": len(chosen), "out": out, "changed": changed}


def selection(count: int, ranges: Sequence[Sequence[int]]) -> list[int]:
    """List the indices of the pages asked for, ascending, each once; DocumentRejected when there are none.

    A range may reach past the end (RFC 8011 section 5.2.7).
    """
    if not count:
        raise DocumentRejected("The document has no pages to print.")
    if not ranges:
        return list(range(count))
    wanted: set[int] = set()
    for lower, upper in ranges:
        wanted.update(range(max(1, lower) - 1, min(upper, count)))
    if not wanted:
        raise DocumentRejected(f"The document has {count} pages, and none of those asked for. Choose other pages.")
    return sorted(wanted)


def _order(
    pdf: pikepdf.Pdf, pages: Sequence[pikepdf.Page], chosen: Iterable[int], copies: int, *, padded: bool
) -> None:
    """Make the page tree hold the chosen pages once for each copy, each copy beginning on a front side."""
    kept = [pages[index] for index in chosen]
    # A page added again is an object of its own that shares content and resources.
    del pdf.pages[:]
    for copy in range(copies):
        if copy and padded:
            box = _visible(kept[-1])
            pdf.add_blank_page(page_size=(max(3.0, box[2] - box[0]), max(3.0, box[3] - box[1])))
        pdf.pages.extend(kept)


def _tidy(pdf: pikepdf.Pdf, sides: str | None) -> None:
    for key in NOT_PRINTED:
        if key in pdf.Root:
            del pdf.Root[key]
    if sides is not None:
        pdf.Root["/ViewerPreferences"] = pikepdf.Dictionary(Duplex=pikepdf.Name(PDF_DUPLEX[sides]))


def _numbers(found: Any) -> Box:
    """Read a rectangle of the document, its corners in order; a broken one is Letter, as readers take it."""
    try:
        x0, y0, x1, y1 = (float(value) for value in found)
    except (TypeError, ValueError):
        return LETTER
    box = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    sane = all(abs(value) < 1e6 for value in box) and min(box[2] - box[0], box[3] - box[1]) >= SMALLEST_SIDE
    return box if sane else LETTER


def _visible(page: pikepdf.Page) -> Box:
    """Find what of the page is printed: CropBox within MediaBox."""
    media, crop = _numbers(page.mediabox), _numbers(page.cropbox)
    both = max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3])
    return both if both[2] - both[0] >= SMALLEST_SIDE and both[3] - both[1] >= SMALLEST_SIDE else media


def _stands(page: pikepdf.Page, sheet: Size) -> bool:
    """Whether the page is of the sheet's size already, upright."""
    box = _visible(page)
    size = box[2] - box[0], box[3] - box[1]
    turned = int(page.rotation) % 180 == 90
    return page.obj.get("/UserUnit", 1) == 1 and same_size((size[1], size[0]) if turned else size, sheet)


def _fit(pdf: pikepdf.Pdf, pages: list[pikepdf.Page], wrong: Iterable[int], sheet: Size, scaling: Scaling) -> None:
    # Notes and form fields lie on top of a page and would be lost with it: those that print become part of it.
    # One that is damaged is left out, as it would be on paper.
    with contextlib.suppress(pikepdf.PdfError, ValueError, TypeError, KeyError):
        pdf.generate_appearance_streams()
        pdf.flatten_annotations("print")
    for index in wrong:
        pages[index] = _fitted(pdf, pages[index], sheet, scaling)


def _fitted(pdf: pikepdf.Pdf, page: pikepdf.Page, sheet: Size, scaling: Scaling) -> pikepdf.Page:
    """Make a page of the sheet's size that shows `page` as `scaling` has it."""
    box = _visible(page)
    # A form shows what lies in the trim box, if there is one; a page is printed to its crop box.
    for key in ("/TrimBox", "/ArtBox", "/BleedBox"):
        if key in page.obj:
            del page.obj[key]
    page.obj["/CropBox"] = page.obj["/MediaBox"] = pikepdf.Array([round(value, 4) for value in box])
    form = pdf.make_indirect(page.as_form_xobject(handle_transformations=True))
    own = _matrix(form.get("/Matrix"))
    x0, y0, x1, y1 = _bounds(box, own)
    placed = multiply((1.0, 0.0, 0.0, 1.0, -x0, -y0), place((x1 - x0, y1 - y0), sheet, scaling))
    fitted = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=pikepdf.Array([0, 0, round(sheet[0], 4), round(sheet[1], 4)]),
        Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=form)),
        Contents=pdf.make_stream(f"q {numbers(placed)} cm /P Do Q".encode("ascii")),
    )
    return pikepdf.Page(pdf.make_indirect(fitted))


def _matrix(found: Any) -> Matrix:
    if found is None:
        return (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    a, b, c, d, e, f = (float(value) for value in found)
    return (a, b, c, d, e, f)


def _bounds(box: Box, matrix: Matrix) -> Box:
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    across = [a * x + c * y + e for x, y in corners]
    up = [b * x + d * y + f for x, y in corners]
    return min(across), min(up), max(across), max(up)
