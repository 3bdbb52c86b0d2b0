"""Documents that are printed, and what came out on paper: read by programs and readers that are not the gateway's."""

import io
import re
import tempfile
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tests.e2e import pclxl, raster
from tests.pdl.readers import page_sizes, pictures, postscript_pictures

A4, A5 = (210, 297), (148, 210)
UEL = b"\x1b%-12345X"


def pdf(pages=3, colored=(2,)):
    """A4; page n has n black bars at its foot, coloured pages a red square at the top left."""
    out, offsets = bytearray(b"%PDF-1.4\n"), []

    def add(body):
        offsets.append(len(out))
        out.extend(b"%d 0 obj\n" % len(offsets) + body + b"\nendobj\n")

    add(b"<</Type/Catalog/Pages 2 0 R>>")
    kids = b" ".join(b"%d 0 R" % (3 + 2 * n) for n in range(pages))
    add(b"<</Type/Pages/Count %d/MediaBox[0 0 595.276 841.89]/Kids[%s]>>" % (pages, kids))
    for n in range(1, pages + 1):
        drawn = b"0 g " + b"".join(b"%d 85 30 85 re f " % (60 + 60 * bar) for bar in range(n))
        drawn += b"1 0 0 rg 60 670 60 85 re f " if n in colored else b""
        add(b"<</Type/Page/Parent 2 0 R/Resources<<>>/Contents %d 0 R>>" % (len(offsets) + 2))
        add(b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn))
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, start)
    return bytes(out)


def jpeg(width=300, height=200):
    image = np.zeros((height, width, 3), np.uint8)
    image[:, :] = (200, 40, 40)
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "JPEG", quality=90)
    return stream.getvalue()


@dataclass
class Printed:
    """What lies in the tray, one entry for each side with something on it, in the order it came out.

    `bars` says which page of the document it is.
    """

    bars: list[int]
    colored: list[bool]
    sizes: set[tuple[int, int]]
    two_sided: bool


def seen(images):
    """Bars and colour of each picture of a page."""
    bars, colored = [], []
    for image in images:
        wide = image if image.shape[2] == 3 else np.repeat(image, 3, axis=2)
        height = wide.shape[0]
        # Between 80 and 90 percent of the height stand the bars, a little higher where a printer's margins are kept free;
        # each is a run of black along the middle.
        bars.append(max(_runs(wide[int(height * part)]) for part in (0.79, 0.82, 0.85)))
        numbers = wide.astype(int)
        colored.append(bool((numbers.max(axis=2) - numbers.min(axis=2) > 60).any()))
    return bars, colored


def _runs(row):
    dark = (row.max(axis=1) < 100).astype(int)
    return int((np.diff(np.concatenate(([0], dark))) == 1).sum())


def millimetres(width, height, dpi=72):
    return round(width * 25.4 / dpi), round(height * 25.4 / dpi)


def at_eve(received):
    """What an ippeveprinter would have put into its tray: the document, and the attributes that came beside it."""
    two_sided = received.attributes.get("SIDES", "one-sided") != "one-sided"
    copies = int(received.attributes.get("COPIES", 1))
    if received.kind == "pdf":
        images, sizes = pictures(received.path), {millimetres(*size) for size in page_sizes(received.path)}
    elif received.kind == "pwg":
        pages = raster.pwg(received.data)
        images, sizes = [page.picture for page in pages], {page.millimetres for page in pages}
        assert {bool(page.fields["duplex"]) for page in pages} == {two_sided}
    else:
        pages = raster.urf(received.data)
        # The printer says DM3: it prints backs upside down, and wants them turned.
        images = [page.picture[::-1, ::-1] if two_sided and n % 2 else page.picture for n, page in enumerate(pages)]
        sizes = {page.millimetres for page in pages}
        # Apple raster: 1 is one-sided, 2 is turned at the short edge, 3 at the long.
        assert {page.fields["sides"] > 1 for page in pages} == {two_sided}
        assert {page.fields["total"] for page in pages} <= {0, len(pages)}
    bars, colored = seen(images)
    return Printed(bars * copies, colored * copies, sizes, two_sided)


def at_sink(job):
    """What a raw printer would have put into its tray."""
    settings = dict(re.findall(rb"@PJL SET (\w+) *= *([^\r\n]+)", job))
    two_sided = settings.get(b"DUPLEX") == b"ON"
    # A document may bring PJL of its own; what counts is the last language that is entered.
    document = re.split(rb"ENTER LANGUAGE *= *\w+\r?\n", job)[-1]
    document = document[: document.index(UEL) + len(UEL)]
    if document.startswith(b"%!PS"):
        bars, colored, sizes = _postscript(document.removesuffix(UEL))
    elif document.startswith(b"%PDF"):
        bars, colored, sizes = _pdf(document.removesuffix(UEL))
    else:
        pages = pclxl.pages(document)
        assert {page.two_sided for page in pages} == {two_sided}
        # Bars begin in the lower quarter of the page; PCL XL counts downwards.
        bars = [
            sum(top / page.dpi * 25.4 > 0.75 * page.size[1] for _, top, _, _ in page.rectangles)
            for page in pages
            for _ in range(page.copies)
        ]
        colored = [page.colored for page in pages for _ in range(page.copies)]
        sizes = {page.size for page in pages}
    copies = int(settings.get(b"QTY", 1))
    return Printed(bars * copies, colored * copies, sizes, two_sided)


def _pdf(document):
    with tempfile.NamedTemporaryFile(suffix=".pdf") as kept:
        kept.write(document)
        kept.flush()
        bars, colored = seen(pictures(kept.name))
        return bars, colored, {millimetres(*size) for size in page_sizes(kept.name)}


def _postscript(document):
    images = postscript_pictures(document)
    bars, colored = seen(images)
    asked = re.search(rb"/NumCopies (\d+) /Collate true", document)
    if asked:
        # Ghostscript has no collator and repeats each page; a printer with one prints document after document.
        copies = int(asked[1])
        assert bars == [count for count in bars[::copies] for _ in range(copies)]
        bars, colored = bars[::copies] * copies, colored[::copies] * copies
    return bars, colored, {millimetres(image.shape[1], image.shape[0]) for image in images}
