"""The pages of a PDF as one device prints them: chosen, put on sides, repeated. Sandbox task `arrange-pdf`.

Arguments, each of which may be left out: `page_ranges` ([[lower, upper], ...], 1-based, [] for all), what
`pdl.arrange_sides` knows of sides (`media`, `scaling`, `orientation`, `margins`, `number_up`, ...), `wishes` (what
`pdl.wishes.SheetWishes` makes of itself), `copies`; `device_sides` (how sheets are printed), `two_sided`, `sides`
(what the document asks of a printer); and `pages` (the most that may come out).
Answer: `pages` (sides of one copy), `blank` (those of them that are empty, from 0), `out` (written), `changed`; a
document that needs no change is not written.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO, cast

import pikepdf

from pdl.arrange_layout import Layout
from pdl.arrange_sides import put_on_sides, visible
from pdl.errors import DocumentRejected, LimitReached
from pdl.pdf import opened
from pdl.sheets import ONE_SIDED, lay
from pdl.source import Source
from pdl.wishes import SheetWishes

Emit = Callable[[bytes], None]

PIECE = 256 * 1024

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
    with opened(source) as pdf:
        pages = list(pdf.pages)
        layout = Layout.read(arguments)
        sides = lay(
            len(pages),
            page_ranges=arguments.get("page_ranges", ()),
            number_up=layout.number_up,
            sides=arguments.get("device_sides", ONE_SIDED),
            wishes=SheetWishes.read(arguments.get("wishes", {})),
        )
        copies: int = arguments.get("copies", 1)
        padded = bool(arguments["two_sided"] and copies > 1 and len(sides) % 2)
        out = (len(sides) + padded) * copies - padded
        if out > arguments["pages"]:
            raise LimitReached(f"The document has more than {arguments['pages']} pages with all its copies.")
        kept, laid = put_on_sides(pdf, pages, sides, layout)
        changed = laid or [side.pages for side in sides] != [(place,) for place in range(len(pages))] or copies > 1
        if changed:
            _order(pdf, kept, copies, padded=padded)
            _tidy(pdf, arguments["sides"])
            # Owner passwords ask readers not to copy; the printer's stream is for the printer.
            target = EmitFile(emit)
            pdf.save(cast(BinaryIO, target), encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
            target.flush()
    blank = [place for place, side in enumerate(sides) if not side.pages]
    return {"pages": len(sides), "blank": blank, "out": out, "changed": changed}


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


def _order(pdf: pikepdf.Pdf, kept: Sequence[pikepdf.Page], copies: int, *, padded: bool) -> None:
    """Make the page tree hold `kept` once for each copy, each copy beginning on a front side."""
    # A page added again is an object of its own that shares content and resources.
    # The tree's own count may lie: where it does, none can be taken away.
    pdf.Root["/Pages"]["/Count"] = len(list(pdf.pages))
    del pdf.pages[:]
    for copy in range(copies):
        if copy and padded:
            left, bottom, right, top = visible(kept[-1])
            pdf.add_blank_page(page_size=(within(right - left), within(top - bottom)))
        pdf.pages.extend(kept)


def within(length: float) -> float:
    """Hold a length to what a blank page may measure (ISO 32000-1, annex C); pages of documents may be larger."""
    return min(14400.0, max(3.0, length))


def _tidy(pdf: pikepdf.Pdf, sides: str | None) -> None:
    for key in NOT_PRINTED:
        if key in pdf.Root:
            del pdf.Root[key]
    if sides is not None:
        pdf.Root["/ViewerPreferences"] = pikepdf.Dictionary(Duplex=pikepdf.Name(PDF_DUPLEX[sides]))
