"""A stamp laid over every page of a PDF: the sandbox task `stamp-pdf`.

The stamp is drawn once for each size of page. Arguments: those of `pdl.stamp.Stamp`, `hatched` for a document that goes
on into a language without opacity, and `blank`, the places (from 0) of empty sides that stay so. Answer: `pages`.
"""

import contextlib
import io
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, cast

import pikepdf

from pdl.arrange import EmitFile
from pdl.errors import DocumentRejected
from pdl.pdf import opened
from pdl.pdf_write import PdfWriter
from pdl.placement import Size
from pdl.source import Source
from pdl.stamp import Stamp
from pdl.stamp_draw import draw
from pdl.stamp_ink import Ink
from pdl.stamp_page import Forms, Place, over, put_count_right

Emit = Callable[[bytes], None]


def stamp_pdf(source: Source, arguments: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Write the PDF with its stamp. Raises the errors of `pdl.errors`."""
    wishes = dict(arguments)
    hatched: bool = wishes.pop("hatched")
    blank = frozenset(wishes.pop("blank", ()))
    stamp = Stamp(**wishes | {"text": tuple(wishes["text"]), "color": tuple(wishes["color"])})
    with opened(source) as pdf:
        if not len(pdf.pages):
            raise DocumentRejected("The document has no pages to print.")
        put_count_right(pdf)
        _flatten(pdf)
        pages = list(pdf.pages)
        places = [Place(page) for page in pages]
        forms = _forms(pdf, stamp, places, hatched=hatched)
        see_through = pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, ca=stamp.opacity, CA=stamp.opacity)
        state = None if hatched or stamp.opacity == 1 else pdf.make_indirect(see_through)
        stamped = [
            page if number in blank else over(pdf, page, place, forms[place.size], state)
            for number, (page, place) in enumerate(zip(pages, places, strict=True))
        ]
        del pdf.pages[:]
        pdf.pages.extend(stamped)
        target = EmitFile(emit)
        pdf.save(cast(BinaryIO, target), encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        target.flush()
    return {"pages": len(pages)}


def _flatten(pdf: pikepdf.Pdf) -> None:
    """Make notes and fields that print a part of their pages: above the stamp they would hide it."""
    if not any(_has_notes(page) for page in pdf.pages):
        return
    # One that is damaged is left out, as it would be on paper.
    with contextlib.suppress(pikepdf.PdfError, ValueError, TypeError, KeyError):
        pdf.generate_appearance_streams()
        pdf.flatten_annotations("print")


def _has_notes(page: pikepdf.Page) -> bool:
    notes = page.obj.get("/Annots")
    if not isinstance(notes, pikepdf.Array):
        return False
    return any(isinstance(note, pikepdf.Dictionary) and note.get("/Subtype") != "/Link" for note in list(notes))


def _forms(pdf: pikepdf.Pdf, stamp: Stamp, places: list[Place], *, hatched: bool) -> dict[Size, Forms]:
    """Make the stamp's forms for each size of page: its letters, and its code if it has one."""
    written = io.BytesIO()
    writer = PdfWriter(lambda data: cast(None, written.write(data)))
    ink = Ink(writer)
    sizes = dict.fromkeys(place.size for place in places)
    drawn = {size: draw(ink, stamp, size, hatched=hatched) for size in sizes}
    for size, contents in drawn.items():
        for content in filter(None, contents):
            writer.add_page(size, content, ink.resources)
    ink.finish()
    writer.close()
    with pikepdf.open(written) as made:
        forms = iter([pdf.copy_foreign(page.as_form_xobject()) for page in made.pages])
        return {
            size: Forms(*(next(forms) if content else None for content in contents)) for size, contents in drawn.items()
        }
