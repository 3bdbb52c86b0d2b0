"""One page of a PDF as it prints, on white paper, as PNG: the sandbox task `preview-pdf`.

Arguments: `page` (from 1), `width` (pixels). Answer: `width` and `height` of the picture.
"""

import io
from collections.abc import Mapping
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image

from pdl.errors import DocumentRejected
from pdl.pdf import opened
from pdl.preview_png import Emit, emit_png, fitted
from pdl.source import Source, open_source

LARGEST_SCALE = 20.0  # of a page of few points


def preview_pdf(source: Source, arguments: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Emit the picture; DocumentRejected when there is no such page or it cannot be rendered."""
    picture = _rendered(source, arguments["page"] - 1, arguments["width"])
    emit_png(picture, emit)
    return {"width": picture.width, "height": picture.height}


def _rendered(source: Source, index: int, width: int) -> Image.Image:
    """Render the page where it lies, else from a document made of it alone: renderers believe what others mend."""
    try:
        with pypdfium2.PdfDocument(open_source(source)) as document:  # type: ignore[no-untyped-call]
            if 0 <= index < len(document):
                return _page(document, index, width)
    except pypdfium2.PdfiumError:
        pass  # the other way is tried, and says what is wrong
    try:
        with pypdfium2.PdfDocument(_alone(source, index)) as document:  # type: ignore[no-untyped-call]
            return _page(document, 0, width)
    except pypdfium2.PdfiumError as fault:
        raise DocumentRejected(f"Page {index + 1} of the PDF is damaged and cannot be shown.") from fault


def _page(document: pypdfium2.PdfDocument, index: int, width: int) -> Image.Image:
    page = document[index]
    size = page.get_size()
    wanted = fitted(size, width)
    scale = min(LARGEST_SCALE, wanted[0] / max(size[0], 1e-6), wanted[1] / max(size[1], 1e-6))
    # As for paper: no highlights of form fields, which are there for those who fill them in.
    options = {"may_draw_forms": False, "optimize_mode": "print"}
    bitmap = page.render(scale=scale, **options)
    return Image.fromarray(bitmap.to_numpy()[:, :, 2::-1].copy(), "RGB")


def _alone(source: Source, index: int) -> bytes:
    stream = io.BytesIO()
    with opened(source) as document, pikepdf.new() as single:
        if not 0 <= index < len(document.pages):
            raise DocumentRejected(f"The document has no page {index + 1}: it has {len(document.pages)}.")
        single.pages.append(document.pages[index])
        single.save(stream)
    return stream.getvalue()
