"""One page of a PDF and what is laid over it, upright for its reader.

What the page shows becomes a form, so that nothing its content leaves behind (an open `q`, a turned coordinate system)
moves what comes after.
"""

import contextlib
import zlib
from typing import Any, Final, NamedTuple

import pikepdf

from pdl.arrange_sides import visible
from pdl.placement import Matrix, Size, numbers

PAGE, LETTERS, CODE, THIN = "/PrintgatePage", "/PrintgateLetters", "/PrintgateCode", "/PrintgateThin"
KEPT: Final = ("/UserUnit", "/Group")
STEP = 64  # bytes of damaged content that are lost at most


class Forms(NamedTuple):
    """What is laid over pages of one size: letters, which may be thinned, and a code, which is not."""

    letters: pikepdf.Object | None
    code: pikepdf.Object | None


class Place:
    """Where a page lies in its own coordinates, and how large and which way up its reader sees it."""

    def __init__(self, page: pikepdf.Page) -> None:
        self.box = visible(page)
        unit = _number(page.obj.get("/UserUnit", 1))
        self._unit = unit if 0 < unit <= 100 else 1.0
        self.turn = int(page.rotation) // 90 % 4
        width, height = (self.box[2] - self.box[0]) * self._unit, (self.box[3] - self.box[1]) * self._unit
        # To a tenth of a point: pages that differ by rounding share their stamp.
        self.size: Size = (round(width, 1), round(height, 1)) if self.turn % 2 == 0 else (
            round(height, 1), round(width, 1))  # fmt: skip

    @property
    def rectangle(self) -> pikepdf.Array:
        """The box as the page's dictionary has it."""
        return pikepdf.Array([round(value, 4) for value in self.box])

    @property
    def matrix(self) -> Matrix:
        """From points as the reader sees them, lower left corner first, to the page's own coordinates."""
        x0, y0, x1, y1 = self.box
        step = 1 / self._unit
        # /Rotate turns the page clockwise: what is up for its reader is elsewhere on it.
        rows: tuple[Matrix, ...] = (
            (step, 0, 0, step, x0, y0),
            (0, step, -step, 0, x1, y0),
            (-step, 0, 0, -step, x1, y1),
            (0, -step, step, 0, x0, y1),
        )
        return rows[self.turn]


def put_count_right(pdf: pikepdf.Pdf) -> None:
    """Let the page tree say how many pages it has: where it lies, none can be added or taken away."""
    pdf.Root["/Pages"]["/Count"] = len(list(pdf.pages))


def over(
    pdf: pikepdf.Pdf, page: pikepdf.Page, place: Place, forms: Forms, state: pikepdf.Object | None
) -> pikepdf.Page:
    """Make the page that shows `page` and above it `forms`; `state` (ExtGState) thins the letters."""
    shown = pikepdf.Dictionary({PAGE: _as_form(pdf, page, place)})
    content = f"q {PAGE} Do Q"
    states = pikepdf.Dictionary()
    if forms.letters is not None:
        shown[LETTERS] = forms.letters
        content += f" q {numbers(place.matrix)} cm {f'{THIN} gs ' if state is not None else ''}{LETTERS} Do Q"
        if state is not None:
            # As one: letters that lie over another's edge must not be darker there.
            forms.letters["/Group"] = pikepdf.Dictionary(S=pikepdf.Name.Transparency, I=True)
            states[THIN] = state
    if forms.code is not None:
        shown[CODE] = forms.code
        content += f" q {numbers(place.matrix)} cm {CODE} Do Q"
    made = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=place.rectangle,
        Rotate=90 * place.turn,
        Resources=pikepdf.Dictionary(XObject=shown, ExtGState=states),
        Contents=pdf.make_stream(content.encode("ascii")),
    )
    for key in KEPT:
        if key in page.obj:
            made[key] = page.obj[key]
    return pikepdf.Page(pdf.make_indirect(made))


def _as_form(pdf: pikepdf.Pdf, page: pikepdf.Page, place: Place) -> pikepdf.Object:
    _mend(pdf, page)
    # A form shows what lies in the trim box, if there is one; a page is printed to its crop box.
    for key in ("/TrimBox", "/ArtBox", "/BleedBox"):
        if key in page.obj:
            del page.obj[key]
    page.obj["/CropBox"] = page.obj["/MediaBox"] = place.rectangle
    shown = pdf.make_indirect(page.as_form_xobject(handle_transformations=False))
    # The page keeps what it says about transparency: twice would be once more than its maker meant.
    if "/Group" in shown:
        del shown["/Group"]
    return shown


def _mend(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """Put what can be read in the place of damaged content: readers go on there as they can, and so lose the stamp."""
    contents = page.obj.get("/Contents")
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    streams = [part for part in parts if isinstance(part, pikepdf.Stream)]
    if not all(_is_whole(stream) for stream in streams):
        page.obj["/Contents"] = pikepdf.Array(
            [stream if _is_whole(stream) else pdf.make_stream(_readable(stream)) for stream in streams]
        )


def _is_whole(stream: pikepdf.Stream) -> bool:
    try:
        stream.read_bytes()
    except (pikepdf.PdfError, RuntimeError, ValueError):
        return False
    return True


def _readable(stream: pikepdf.Stream) -> bytes:
    """Inflate as far as the data goes; nothing of what is packed in other ways."""
    if stream.get("/Filter") != "/FlateDecode" or "/DecodeParms" in stream:
        return b""
    inflate, out, raw = zlib.decompressobj(), bytearray(), stream.read_raw_bytes()
    with contextlib.suppress(zlib.error):
        for start in range(0, len(raw), STEP):
            out += inflate.decompress(raw[start : start + STEP])
    return bytes(out)


def _number(found: Any) -> float:
    try:
        return float(found)
    except (TypeError, ValueError):
        return 0.0
