"""PDFs put together to one, page after page: the sandbox task `join-pdf`.

The source is all of them one after the other. Arguments: `documents`, for each where it lies (`start`, `end`), which of
its pages are taken (`page_ranges`, [] for all), how often (`copies`) and what it is called where it is damaged
(`label`); `new_sheet` and `two_sided`, which together add an empty back where a document or a copy would begin on
one; `pages`, the most that may come out. Answer: `pages`, and `documents`, for each [document, first page, pages] of
each of its copies, all counted from 1.

One document is open at a time, and what of it is written is not held in memory.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pikepdf

from pdl.arrange import selection, within
from pdl.arrange_sides import visible
from pdl.errors import DocumentRejected, LimitReached, PasswordNeeded
from pdl.pdf import opened
from pdl.pdf_copy import PageCopier, references
from pdl.pdf_write import PdfWriter
from pdl.placement import Size
from pdl.source import SliceSource, Source

Emit = Callable[[bytes], None]


@contextlib.contextmanager
def named(label: str) -> Iterator[None]:
    """Say in the errors of `pdl.errors` that pass through which of several documents they speak of."""
    try:
        yield
    except PasswordNeeded as fault:
        raise PasswordNeeded(f"{label}: {fault.reason}") from fault
    except DocumentRejected as fault:
        raise DocumentRejected(f"{label}: {fault.reason}", fault.state_reason) from fault
    except LimitReached as fault:
        raise type(fault)(f"{label}: {fault.reason}") from fault


def join_pdf(source: Source, arguments: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Write all documents as one PDF. Raises the errors of `pdl.errors`."""
    told: Sequence[Mapping[str, Any]] = arguments["documents"]
    whole = _Whole(PdfWriter(emit), arguments)
    for number, one in enumerate(told, 1):
        with named(one["label"]), opened(SliceSource(source, one["start"], one["end"])) as document:
            whole.add(number, document, one)
    whole.finish()
    return {"pages": whole.pages, "documents": whole.documents}


class _Whole:
    """The PDF that grows."""

    def __init__(self, writer: PdfWriter, arguments: Mapping[str, Any]) -> None:
        self._writer = writer
        self._most: int = arguments["pages"]
        self._padding: bool = arguments["new_sheet"] and arguments["two_sided"]
        self._layers = Layers()
        self._last: Size = (0.0, 0.0)
        self.documents: list[list[int]] = []

    @property
    def pages(self) -> int:
        """How many there are."""
        return self._writer.pages

    def add(self, number: int, document: pikepdf.Pdf, told: Mapping[str, Any]) -> None:
        """Add the pages of a document that are wanted, once for each copy."""
        flatten_fields(document)
        pages = list(document.pages)
        kept = [pages[index] for index in selection(len(pages), told["page_ranges"])]
        self._bound(len(kept) * told["copies"])
        copier = PageCopier(self._writer, document)
        for _ in range(told["copies"]):
            if self._padding and self.pages % 2:
                self._bound(1)
                self._writer.add_page(self._last, b"", "")
            self.documents.append([number, self.pages + 1, len(kept)])
            for page in copier.copy(kept):
                self._writer.append_page(page)
            self._last = _size(kept[-1])
        self._layers.add(document, copier)

    def finish(self) -> None:
        """Write the end."""
        self._writer.close(self._layers.entry())

    def _bound(self, more: int) -> None:
        if self.pages + more > self._most:
            raise LimitReached(f"The documents have more than {self._most} pages together. Print fewer at once.")


def _size(page: pikepdf.Page) -> Size:
    """How large an empty side like the page is."""
    left, bottom, right, top = visible(page)
    width, height = within(right - left), within(top - bottom)
    return (height, width) if int(page.rotation) % 180 == 90 else (width, height)


def flatten_fields(document: pikepdf.Pdf) -> None:
    """Make the fields of a form a part of their pages: fields of two documents may have one name and two values."""
    form = document.Root.get("/AcroForm")
    fields = form.get("/Fields") if isinstance(form, pikepdf.Dictionary) else None
    if not isinstance(fields, pikepdf.Array) or not len(fields):
        return
    # One that is damaged is left out, as it would be on paper.
    with contextlib.suppress(pikepdf.PdfError, ValueError, TypeError, KeyError):
        document.generate_appearance_streams()
        document.flatten_annotations("print")


class Layers:
    """The optional content of all documents (ISO 32000-1, 8.11.4): what was hidden in one stays hidden."""

    def __init__(self) -> None:
        self._all: list[str] = []
        self._off: list[str] = []
        self._usage: list[str] = []

    def add(self, document: pikepdf.Pdf, copier: PageCopier) -> None:
        """Take over the layers that pages which were copied have."""
        layers = document.Root.get("/OCProperties")
        if not isinstance(layers, pikepdf.Dictionary):
            return
        default = layers.get("/D")
        default = default if isinstance(default, pikepdf.Dictionary) else pikepdf.Dictionary()
        usage = default.get("/AS")
        self._usage += [
            copier.text(event) for event in (usage if isinstance(usage, pikepdf.Array) else ()) if _is_plain(event)
        ]
        off, on = (self._numbers(default.get(key), copier) for key in ("/OFF", "/ON"))
        groups = self._numbers(layers.get("/OCGs"), copier)
        hidden = default.get("/BaseState") == pikepdf.Name.OFF
        self._all += groups
        self._off += [group for group in groups if group in off or (hidden and group not in on)]

    def entry(self) -> str:
        """The entry of the catalogue, if there are any."""
        if not self._all:
            return ""
        default = f"<< /OFF [{' '.join(self._off)}] /AS [{' '.join(self._usage)}] >>"
        return f"/OCProperties << /OCGs [{' '.join(self._all)}] /D {default} >> "

    def _numbers(self, found: Any, copier: PageCopier) -> list[str]:
        numbers = (copier.number_of(group) for group in references(found))
        return [f"{number} 0 R" for number in dict.fromkeys(numbers) if number is not None]


def _is_plain(found: Any) -> bool:
    return isinstance(found, pikepdf.Dictionary) and not isinstance(found, pikepdf.Stream)
