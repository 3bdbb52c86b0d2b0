"""CUPS raster as PDF, seen by poppler."""

import numpy as np
import pytest

from pdl.cups_raster_to_pdf import cups_raster_to_pdf
from pdl.errors import DocumentRejected, LimitReached
from pdl.source import BytesSource
from tests.pdl.readers import page_sizes, pictures
from tests.pdl.test_cups_raster import BANDED, HEIGHT, MAGICS, PLANAR, WIDTH, page


def halves(left, right):
    """A page whose left half is of one colour and whose right half is of another."""
    pixels = np.zeros((HEIGHT, WIDTH, len(left)), np.uint16)
    pixels[:, : WIDTH // 2], pixels[:, WIDTH // 2 :] = left, right
    return pixels


def converted(tmp_path, data, most=10):
    out = bytearray()
    answer = cups_raster_to_pdf(BytesSource(data), {"pages": most}, out.extend)
    path = tmp_path / "raster.pdf"
    path.write_bytes(out)
    return path, answer["pages"]


def seen(tmp_path, pixels, magic=b"3SaR", **how):
    path, _ = converted(tmp_path, magic + page(pixels, magic, dpi_x=72, dpi_y=72, **how))
    (image,) = pictures(path)
    return [image[HEIGHT // 2, x].tolist() for x in (WIDTH // 4, 3 * WIDTH // 4)]


WHITE, RED, BLACK = [255, 255, 255], [255, 0, 0], [0, 0, 0]


def like(colors, wanted):
    return all(abs(a - b) < 60 for color, want in zip(colors, wanted, strict=True) for a, b in zip(color, want))


@pytest.mark.parametrize("magic", MAGICS)
def test_every_version(tmp_path, magic):
    assert like(seen(tmp_path, halves((255, 255, 255), (255, 0, 0)), magic), [WHITE, RED])
    assert like(seen(tmp_path, halves((65535, 65535, 65535), (65535, 255, 0)), magic, bits=16), [WHITE, RED])


@pytest.mark.parametrize(
    ("space", "left", "right", "bits", "order"),
    [
        (0, (255,), (0,), 8, 0),
        (3, (0,), (1,), 1, 0),
        (18, (3,), (0,), 2, 0),
        (6, (0, 0, 0, 0), (0, 0, 0, 255), 8, BANDED),
        (6, (0, 0, 0, 0), (0, 0, 0, 1), 1, 0),
    ],
)
def test_black_and_white(tmp_path, space, left, right, bits, order):
    assert like(seen(tmp_path, halves(left, right), space=space, bits=bits, order=order), [WHITE, BLACK])


@pytest.mark.parametrize(
    ("space", "left", "right"),
    [
        (2, (255, 255, 255, 255), (255, 0, 0, 255)),
        (4, (0, 0, 0), (0, 255, 255)),
        (5, (0, 0, 0), (255, 255, 0)),
        (7, (0, 0, 0, 0), (255, 255, 0, 0)),
        (8, (0, 0, 0, 0), (0, 0, 255, 255)),
        (20, (255, 255, 255), (255, 0, 0)),
    ],
)
def test_orders_of_inks(tmp_path, space, left, right):
    assert like(seen(tmp_path, halves(left, right), space=space), [WHITE, RED])


def test_sheets_with_margins(tmp_path):
    data = b"3SaR" + page(halves((0,), (0,)), space=18, dpi_x=72, dpi_y=72, points_x=100, points_y=200)
    path, pages = converted(tmp_path, data + data[4:])
    assert pages == 2
    assert page_sizes(path) == [(100, 200)] * 2
    image = pictures(path)[1]
    assert image[100, 50].max() < 60
    assert image[10, 50].min() == 255


def test_what_cannot_be_converted(tmp_path):
    for how in ({"space": 15}, {"order": PLANAR}, {"space": 8, "bits": 1}):
        with pytest.raises(DocumentRejected, match="colour layout"):
            converted(tmp_path, b"3SaR" + page(halves((0, 0, 0, 0), (0, 0, 0, 0)), **{"space": 6} | how))
    with pytest.raises(DocumentRejected, match="no CUPS raster"):
        converted(tmp_path, b"RaS4")
    with pytest.raises(DocumentRejected, match="incomplete"):
        converted(tmp_path, (b"3SaR" + page(halves((0,), (0,)), space=18))[:-1])
    with pytest.raises(LimitReached):
        converted(tmp_path, b"3SaR" + page(halves((0,), (0,)), space=18) * 2, most=1)
