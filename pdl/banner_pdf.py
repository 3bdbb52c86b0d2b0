"""A banner page put before or behind a PDF: the sandbox task `banner-pdf`.

Arguments: those of `pdl.banner.Banner`; `media` (hundredths of millimetres, or null for the document's own nearest
page); `two_sided`, which adds an empty side where the banner or the document would begin on the back of a sheet;
`pages`, the most that may come out. Answer: `pages`, how many sides there are now.
"""

import io
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, cast

import pikepdf

from pdl.arrange import EmitFile
from pdl.banner import Banner
from pdl.banner_draw import BannerDrawing
from pdl.errors import DocumentRejected, LimitReached
from pdl.pdf import opened
from pdl.pdf_write import PdfWriter
from pdl.placement import Size, sheet_points
from pdl.source import Source
from pdl.stamp_ink import Ink
from pdl.stamp_page import Place, put_count_right

Emit = Callable[[bytes], None]


def banner_pdf(source: Source, arguments: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Write the PDF with its banner page. Raises the errors of `pdl.errors`."""
    wishes = dict(arguments)
    media, two_sided, most = (wishes.pop(name) for name in ("media", "two_sided", "pages"))
    banner = Banner(**wishes | {"rows": tuple((label, value) for label, value in wishes["rows"])})
    with opened(source) as pdf:
        count = len(pdf.pages)
        if not count:
            raise DocumentRejected("The document has no pages to print.")
        before = banner.place == "before"
        put_count_right(pdf)
        size = sheet_points(tuple(media)) if media else Place(pdf.pages[0 if before else -1]).size
        with pikepdf.open(_drawn(banner, size)) as drawn:
            added = [drawn.pages[0]]
            if two_sided and (before or count % 2):
                # Each sheet is either the banner's or the document's.
                drawn.add_blank_page(page_size=size)
                added.insert(1 if before else 0, drawn.pages[-1])
            if count + len(added) > most:
                raise LimitReached(f"The document has more than {most} pages with its banner page.")
            for index, page in enumerate(added):
                pdf.pages.insert(index if before else count + index, page)
        target = EmitFile(emit)
        pdf.save(cast(BinaryIO, target), encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        target.flush()
    return {"pages": count + len(added)}


def _drawn(banner: Banner, size: Size) -> io.BytesIO:
    """Draw the banner as a PDF of one page."""
    written = io.BytesIO()
    writer = PdfWriter(lambda data: cast(None, written.write(data)))
    ink = Ink(writer)
    content = BannerDrawing(ink, size).draw(banner)
    writer.add_page(size, content, ink.resources)
    ink.finish()
    writer.close()
    return written
