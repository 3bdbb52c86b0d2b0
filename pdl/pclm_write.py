r"""PCLm, the PDF of small printers: each page a stack of image strips, written in the order it is printed.

    "%PDF-1.4\n%PCLm 1.0\n", then for each page: page object, content, and for each strip from top to bottom its
    image and a content stream of its own; catalog, page tree and offsets stand at the end (PWG 5100.13 pclm-*
    attributes; Wi-Fi Alliance PCLm).

The pixels come from Ghostscript as PNM (`P5` gray or `P6` RGB), page after page.
"""

import io
import re
import zlib
from collections.abc import Callable

from PIL import Image, TiffImagePlugin

from pdl.errors import DocumentRejected, LimitReached
from pdl.pdf_write import PAGES, PdfWriter
from pdl.raster_page import HIGHEST, WIDEST
from pdl.target import Compression

HEADER = b"%PDF-1.4\n%PCLm 1.0\n"
# Magic number, perhaps a comment, width, height and the largest value.
PNM_HEADER = re.compile(rb"P([56])\s+(?:#[^\n]{0,200}\n)?(\d{1,7})\s+(\d{1,7})\s+255\s", re.ASCII)
LONGEST_PNM_HEADER = 256
FASTEST_BUT_ONE = 2  # of zlib's levels: a tenth slower than the first, a third smaller
PACKBITS = "packbits"
END_OF_RUNS = b"\x80"  # ISO 32000 7.4.5

FILTERS: dict[Compression, str] = {"flate": "FlateDecode", "rle": "RunLengthDecode", "jpeg": "DCTDecode"}
Encode = Callable[[bytes, int, int], bytes]


class PclmWriter:
    """Feed it Ghostscript's PNM; what it gives back is PCLm. It holds a strip at most, and the offsets."""

    def __init__(
        self, resolution: tuple[int, int], strip: int = 16, compression: Compression = "flate", quality: int = 90
    ) -> None:
        self._resolution = resolution
        self._strip = max(1, strip)
        self._filter = FILTERS[compression]
        self._encode: Encode = {"flate": _flate, "rle": _run_lengths, "jpeg": _jpeg(quality)}[compression]
        self._out = bytearray()
        self._pdf = PdfWriter(self._out.extend, HEADER)
        self._held = b""
        self._page: _Page | None = None
        self._last = (b"", b"")  # the last strip, and what became of it: most of paper is white
        self.pages = 0

    def feed(self, data: bytes) -> bytes:
        """Give what `data` completes; DocumentRejected when it is no PNM."""
        data = self._held + data
        position = 0
        while (after := self._step(data, position)) > position:
            position = after
        self._held = data[position:]
        return self._taken()

    def finish(self, expected_pages: int) -> bytes:
        """Give the end of the document; LimitReached when a page is missing or not whole."""
        if self._page is not None or self._held or self.pages != expected_pages:
            raise LimitReached(
                f"The document has {expected_pages} pages, but only {self.pages} could be rendered. "
                "Nothing more was sent to the device."
            )
        self._pdf.close()
        return self._taken()

    def _taken(self) -> bytes:
        taken = bytes(self._out)
        self._out.clear()
        return taken

    def _step(self, data: bytes, position: int) -> int:
        """Take one header or one strip; the new position, unchanged when more must come."""
        page = self._page
        if page is None:
            return self._begin(data, position)
        rows = page.next_rows
        end = position + rows * page.width * page.colors
        if end > len(data):
            return position
        self._put(page, data[position:end], rows)
        if page.done == page.height:
            self._page = None
            self.pages += 1
        return end

    def _begin(self, data: bytes, position: int) -> int:
        found = PNM_HEADER.match(data, position)
        if found is None:
            if len(data) - position >= LONGEST_PNM_HEADER:
                raise DocumentRejected("The document cannot be rendered: what came is no picture of a page.")
            return position
        width, height = int(found[2]), int(found[3])
        if not (0 < width <= WIDEST and 0 < height <= HIGHEST):
            raise DocumentRejected(f"A page claims {width} x {height} pixels, which no sheet has.")
        self._page = _Page(self._pdf, width, height, 1 if found[1] == b"5" else 3, self._strip, self._resolution)
        return found.end()

    def _put(self, page: "_Page", strip: bytes, rows: int) -> None:
        if strip != self._last[0]:
            self._last = strip, self._encode(strip, page.width, page.colors)
        page.put(self._last[1], rows, self._filter)


class _Page:
    """A page that is being written: its object stands before its strips, so their numbers are chosen first."""

    def __init__(
        self, pdf: PdfWriter, width: int, height: int, colors: int, strip: int, resolution: tuple[int, int]
    ) -> None:
        self.width, self.height, self.colors = width, height, colors
        self.done = 0
        self._pdf, self._strip = pdf, strip
        count = -(-height // strip)
        number, content = pdf.reserve(), pdf.reserve()
        # Each strip's image, and after it a content stream of its own.
        self._numbers = [(pdf.reserve(), pdf.reserve()) for _ in range(count)]
        images = " ".join(f"/Image{index} {image} 0 R" for index, (image, _) in enumerate(self._numbers))
        across, up = 72 / resolution[0], 72 / resolution[1]
        pdf.begin_page(
            f"<< /Type /Page /Parent {PAGES} 0 R /MediaBox [0 0 {width * across:.4f} {height * up:.4f}]\n"
            f"/Contents [ {content} 0 R ]\n/Resources << /XObject << {images} >> >> >>",
            number,
        )
        tops = [min(height, (index + 1) * strip) for index in range(count)]
        placed = "".join(
            f"q {width} 0 0 {bottom - index * strip} 0 {height - bottom} cm /Image{index} Do Q\n"
            for index, bottom in enumerate(tops)
        )
        matrix = f"{across:.6f} 0 0 {up:.6f} 0 0 cm"
        pdf.add_stream("", f"/P <</MCID 0>> BDC q\n{matrix}\n{placed}Q EMC\n".encode("ascii"), number=content)

    @property
    def next_rows(self) -> int:
        """Rows of the strip that comes next."""
        return min(self._strip, self.height - self.done)

    def put(self, packed: bytes, rows: int, packed_by: str) -> None:
        image, content = self._numbers[self.done // self._strip]
        self._pdf.add_stream(
            f"/Type /XObject /Subtype /Image /Width {self.width} /Height {rows} /BitsPerComponent 8"
            f" /ColorSpace /{'DeviceGray' if self.colors == 1 else 'DeviceRGB'} /Filter /{packed_by}",
            packed,
            number=image,
        )
        self._pdf.add_stream("", b"q /image Do Q\n", number=content)
        self.done += rows


def _flate(strip: bytes, _width: int, _colors: int) -> bytes:
    return zlib.compress(strip, FASTEST_BUT_ONE)


def _run_lengths(strip: bytes, width: int, colors: int) -> bytes:
    # TIFF's PackBits are PDF's run lengths, and libtiff is fast at them: the one strip of a TIFF is cut out.
    rows = len(strip) // (width * colors)
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[TiffImagePlugin.ROWSPERSTRIP] = rows
    out = io.BytesIO()
    _picture(strip, width, colors).save(out, "TIFF", compression=PACKBITS, tiffinfo=tags)
    out.seek(0)
    with TiffImagePlugin.TiffImageFile(out) as written:
        offsets = written.tag_v2[TiffImagePlugin.STRIPOFFSETS]
        lengths = written.tag_v2[TiffImagePlugin.STRIPBYTECOUNTS]
    packed = out.getvalue()
    return b"".join(packed[at : at + size] for at, size in zip(offsets, lengths, strict=True)) + END_OF_RUNS


def _jpeg(quality: int) -> Encode:
    def encode(strip: bytes, width: int, colors: int) -> bytes:
        out = io.BytesIO()
        # Colour at full resolution: what is halved shows as fringes where strips meet.
        _picture(strip, width, colors).save(out, "JPEG", quality=quality, subsampling=0)
        return out.getvalue()

    return encode


def _picture(strip: bytes, width: int, colors: int) -> Image.Image:
    return Image.frombytes("L" if colors == 1 else "RGB", (width, len(strip) // (width * colors)), strip)
