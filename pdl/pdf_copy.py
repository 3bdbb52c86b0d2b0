"""Pages of PDFs copied into one that is written from front to back, object by object.

What pikepdf copies from one document to another it holds in memory, all of it; here a stream at a time passes through.
An object is written as qpdf writes it out, its references with the numbers they have in the whole.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import pikepdf

from pdl.pdf import inherited
from pdl.pdf_write import PAGES, PdfWriter

Known = tuple[int, int]

# What qpdf writes: strings, hexadecimal strings and names are passed over, references are taken.
_REFERENCE = re.compile(rb"\((?:[^\\()]|\\.)*\)|<<|<[0-9a-fA-F]*>|/[^\s()<>\[\]{}/%]*|(\d+) (\d+) R", re.DOTALL)

_INHERITED: Final = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
# What of a page is not printed, and leads to the rest of its document.
_LEFT_OUT: Final = ("/AA", "/B", "/Metadata", "/Parent", "/PieceInfo", "/PresSteps", "/StructParents", "/Thumb")
# Objects that a page may refer to and that are no part of it.
_ELSEWHERE: Final = tuple(
    pikepdf.Name(name) for name in ("/Page", "/Pages", "/Catalog", "/StructTreeRoot", "/StructElem")
)


class PageCopier:
    """Writes pages of one document, and all they need, with `writer`; to be used while the document is open."""

    def __init__(self, writer: PdfWriter, document: pikepdf.Pdf) -> None:
        self._writer, self._document = writer, document
        self._numbers: dict[Known, int] = {}
        self._waiting: list[Known] = []

    def copy(self, pages: Sequence[pikepdf.Page]) -> list[int]:
        """Write the pages, each with a number of its own in the whole; these numbers, for `PdfWriter.append_page`."""
        chosen = [self._writer.reserve() for _ in pages]
        # A link to a page of these leads to it in the whole.
        for page, number in zip(pages, chosen, strict=True):
            self._numbers.setdefault(page.obj.objgen, number)
        bodies = {}
        for page in pages:
            if page.obj.objgen not in bodies:
                bodies[page.obj.objgen] = self._page(page.obj)
        for page, number in zip(pages, chosen, strict=True):
            self._writer.put_object(number, bodies[page.obj.objgen])
            self._pass_on()
        return chosen

    def number_of(self, found: pikepdf.Object) -> int | None:
        """The number in the whole of an object that was copied; None for one that no page needs."""
        return self._numbers.get(found.objgen)

    def text(self, found: pikepdf.Object) -> str:
        """Write out an object that is no stream, with all it refers to."""
        body = self._renumbered(found.unparse(resolved=True))
        self._pass_on()
        return body.decode("latin-1")

    def _page(self, page: pikepdf.Object) -> bytes:
        """Write out a page: what it inherits becomes its own."""
        for key in _INHERITED:
            if key not in page and (value := inherited(page, key)) is not None:
                page[key] = value
        for key in _LEFT_OUT:
            if key in page:
                del page[key]
        page["/Type"] = pikepdf.Name.Page
        return self._renumbered(page.unparse(resolved=True)).removesuffix(b">>") + b"/Parent %d 0 R >>" % PAGES

    def _pass_on(self) -> None:
        """Write what was referred to, and what that refers to."""
        while self._waiting:
            known = self._waiting.pop()
            found: Any = self._document.get_object(known)
            number = self._numbers[known]
            if isinstance(found, pikepdf.Stream):
                entries = found.stream_dict
                if "/Length" in entries:
                    del entries["/Length"]
                body = self._renumbered(entries.unparse(resolved=True)).removesuffix(b">>")
                self._writer.put_object(number, body, found.read_raw_bytes())
            elif not isinstance(found, pikepdf.Object):
                self._writer.put_object(number, pikepdf.Array([found]).unparse()[1:-1])
            elif isinstance(found, pikepdf.Dictionary) and _is_elsewhere(found):
                self._writer.put_object(number, b"null")
            else:
                self._writer.put_object(number, self._renumbered(found.unparse(resolved=True)))

    def _renumbered(self, body: bytes) -> bytes:
        return _REFERENCE.sub(self._reference, body)

    def _reference(self, found: re.Match[bytes]) -> bytes:
        if found[1] is None:
            return found[0]
        known = int(found[1]), int(found[2])
        number = self._numbers.get(known)
        if number is None:
            number = self._numbers[known] = self._writer.reserve()
            self._waiting.append(known)
        return b"%d 0 R" % number


def _is_elsewhere(found: pikepdf.Object) -> bool:
    # Compared as they are: a name may be no text.
    kind = found.get("/Type")
    return isinstance(kind, pikepdf.Name) and any(kind == name for name in _ELSEWHERE)


def references(found: Any) -> Iterable[pikepdf.Object]:
    """List the dictionaries of an array, those that are objects of their own."""
    if not isinstance(found, pikepdf.Array):
        return []
    return [item for item in found if isinstance(item, pikepdf.Dictionary) and item.is_indirect]
