"""Some pages of a PDF replaced by those of another: the sandbox task `replace-pdf`.

The source is both, one after the other. Arguments: `split`, where the second begins; `pages` ([[lower, upper], ...],
1-based, ascending), those of the first in whose places the pages of the second come. Answer: `pages`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pdl.errors import DocumentRejected
from pdl.join_pdf import Layers, flatten_fields
from pdl.pdf import opened
from pdl.pdf_copy import PageCopier
from pdl.pdf_write import PdfWriter
from pdl.source import SliceSource, Source
from pdl.wishes import within

Emit = Callable[[bytes], None]


def replace_pdf(source: Source, arguments: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Write the PDF with the pages in their places. Raises the errors of `pdl.errors`."""
    writer, layers = PdfWriter(emit), Layers()
    split: int = arguments["split"]

    def copied(start: int, end: int, kept: Callable[[int], bool]) -> list[int | None]:
        """Copy those pages of a document that are kept; their numbers in their places, None in those of others."""
        with opened(SliceSource(source, start, end)) as document:
            flatten_fields(document)
            copier = PageCopier(writer, document)
            pages = list(document.pages)
            numbers = iter(copier.copy([page for place, page in enumerate(pages, 1) if kept(place)]))
            layers.add(document, copier)
        return [next(numbers) if kept(place) else None for place in range(1, len(pages) + 1)]

    first = copied(0, split, lambda page: not within(page, arguments["pages"]))
    second = copied(split, source.size, lambda _: True)
    if len(second) != first.count(None):
        raise DocumentRejected(f"{first.count(None)} pages were to be replaced, and there are {len(second)} for them.")
    others = (number for number in second if number is not None)
    for number in first:
        writer.append_page(next(others) if number is None else number)
    writer.close(layers.entry())
    return {"pages": writer.pages}
