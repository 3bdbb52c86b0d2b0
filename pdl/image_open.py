"""Pictures opened by Pillow, within limits: what counting and converting them share.

All plugins are loaded here, before any document is opened: a child of the sandbox loads nothing any more.
"""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from pdl.errors import DocumentRejected
from pdl.formats import HEAD_BYTES, leading_nulls
from pdl.source import SliceSource, Source

# The names by which Pillow knows them, and the modules that must be there when it looks for them.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "DIB", "WEBP", "AVIF", "TIFF")
PLUGINS = (
    AvifImagePlugin, BmpImagePlugin, GifImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin,
    TiffImagePlugin, WebPImagePlugin,
)  # fmt: skip

LONGEST_SIDE = 200_000
MOST_PIXELS = 2_000_000_000
# Decoded whole up to here: the memory of a child holds no more.
MOST_PIXELS_DECODED = 80_000_000
GRAY_MODES = {"1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "I;16N", "F"}

# What Pillow raises over damaged pictures, by plugin and by decoder.
DAMAGE = (
    OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError,
    struct.error, zlib.error,
)  # fmt: skip

Image.preinit()
# The limits above are ours: Pillow's own would be a warning first.
Image.MAX_IMAGE_PIXELS = None
# A child may start no thread.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Pillow's warnings to itself: they are about the document, whose reader is told by errors alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def opened(file: BinaryIO) -> Iterator[Image.Image]:
    """Open the picture, its size within limits and not yet decoded; DocumentRejected when that cannot be."""
    try:
        with quiet():
            picture = Image.open(file, formats=FORMATS)
    except DAMAGE as fault:
        raise damaged() from fault
    with picture:
        check_size(picture.width, picture.height)
        yield picture


def from_start(source: Source) -> Source:
    """Leave out zeros before the picture, unless they are the beginning of its first box."""
    head = source.pread(0, HEAD_BYTES)
    nulls = leading_nulls(head)
    return source if not nulls or head[4:8] == b"ftyp" else SliceSource(source, nulls, source.size)


def check_size(width: int, height: int) -> None:
    """Refuse what no picture is as large as."""
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE and width * height <= MOST_PIXELS):
        raise DocumentRejected(f"The picture has {width} x {height} pixels: no picture of that size can be printed.")


def page_alone(file: BinaryIO) -> Image.Image | None:
    """Open a TIFF of one page whose directory was read before; None for a kind that is not decoded here."""
    try:
        with quiet():
            return Image.open(file, formats=("TIFF",))
    except DAMAGE:
        return None


def load(picture: Image.Image) -> None:
    """Decode all of it: half a picture is a damaged document."""
    try:
        with quiet():
            picture.load()
    except DAMAGE as fault:
        raise damaged() from fault


def damaged() -> DocumentRejected:
    """Make the refusal of a picture that cannot be decoded."""
    return DocumentRejected("The picture is damaged and cannot be read. Send it again.")
