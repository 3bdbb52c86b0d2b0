"""What the targets of scripts/prove_fuzz.py begin with: small documents made here, and those beside the project."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "data" / "pdl"
LARGEST_SEED = 48 * 1024
PAGES = 2000
PDF = "application/pdf"
_RASTERS = {"image/pwg-raster", "image/urf", "application/vnd.cups-raster"}


def seeds(name: str) -> Iterator[bytes]:
    """Yield documents that the target reads: made here, and those that lie beside the project."""
    from pdl.formats import BY_MIME, sniff

    if name in _SEEDS:
        yield from _SEEDS[name]()
        return
    for data in (*_made(), *_found()):
        if len(data) > LARGEST_SEED:
            continue
        row = BY_MIME.get(sniff(data))
        if name == "sniff" or (row is not None and _reads(name, row.way or "", row.task, row.mime)):
            yield data


def _reads(name: str, way: str, task: str, mime: str) -> bool:
    return (
        name == task
        or (name in {"inspect-pdf", "arrange-pdf", "preview-pdf"} and way == "pdf")
        or (name in {"rewrite-stream", "pcl5", "pcl5-plots", "pclxl", "pjl"} and way == "stream")
        or (name in {"count-xps", "colour-xps"} and way == "xps")
        or (name == "unpack" and way == "packed")
        or (name in {"raster-to-pdf", "preview-raster"} and mime in _RASTERS)
        or (name == "cups-raster-to-pdf" and mime == "application/vnd.cups-raster")
        or (name == "text-to-pdf" and mime == "text/plain")
        or (name in {"image-to-pdf", "preview-image"} and task == "count-image")
    )


def report_of(mime: str) -> bytes:
    """Write the report of a document of two pages."""
    from pdl.media import media_for
    from pdl.tally import PageFacts, Tally

    tally = Tally(PAGES)
    tally.extend([PageFacts(media_for(21000, 29700), color=True), PageFacts(media_for(14800, 21000))])
    return json.dumps(tally.report(mime).to_json()).encode()


def _answers() -> Iterator[bytes]:
    row = {
        "format": "application/postscript", "start": 0, "end": 99, "language": "POSTSCRIPT", "repeats": 2, "sets": 1,
        "sides": "two-sided-long-edge", "gray": True, "doubt": "it is said twice", "report": None,
    }  # fmt: skip
    counted = row | {"start": 99, "end": 120, "format": "application/pdf", "report": json.loads(report_of(PDF))}
    for segments in ([row], [counted], [row, counted]):
        yield b"\0" + json.dumps({"segments": segments}).encode()


def _pdf_answers() -> Iterator[bytes]:
    for answer in (b'{"coverage": [1, 2, 3, 4], "rendered": 2}', b'{"coverage": null, "opens": false}'):
        yield report_of(PDF) + b"\ncm" + b"\0" + answer


def _ipp_messages() -> Iterator[bytes]:
    yield bytes.fromhex("0200000b00000001") + b"\x01\x47\x00\x12attributes-charset\x00\x05utf-8\x03"
    collection = b"\x02\x34\0\x09media-col\0\0\x4a\0\0\0\x01x\x21\0\0\0\4\0\0\0\1\x37\0\0\0\0\3"
    yield bytes.fromhex("0101000200000001") + collection


def _markup() -> Iterator[bytes]:
    from tests.pdl import xps_documents as xps

    picture = '<Path><Path.Fill><ImageBrush ImageSource="/a.png" Viewbox="0,0,1,1"/></Path.Fill></Path>'
    glyphs = '<Glyphs Fill="sc#1,0.5,0,0" UnicodeString="a" OriginX="1"/><Canvas Opacity="0.5"/>'
    ticket = xps.ticket(
        {"PageOrientation": "Landscape"}, {"JobCopiesAllDocuments": 3, "PageMediaSize/MediaSizeWidth": 9}
    )
    duplex = xps.ticket({"JobDuplexAllDocumentsContiguously": "TwoSidedLongEdge", "PageOutputColor": "Monochrome"})
    for content, said in ((xps.BLACK + xps.RED, ticket), (picture, duplex), (glyphs, "")):
        yield f"{xps.page(content)}\0{said}".encode()


def _contents() -> Iterator[bytes]:
    yield b"q 1 0 0 rg 10 10 99 99 re f Q /DeviceCMYK cs 0 .5 0 0 sc 0 0 m 9 9 l 5 5 9 9 1 1 c h B*"
    yield b"BT /F1 12 Tf 1 0 0 1 9 9 Tm (Text) Tj [(a) -20 <6263>] TJ ET /Im Do"
    yield b"q 20 0 0 20 9 9 cm BI /W 2 /H 1 /CS /RGB /BPC 8 ID \xff\0\0\0\0\xff EI Q .5 g 0 0 9 9 re W n"


def _svgs() -> Iterator[bytes]:
    yield b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm"/>'
    yield b'<svg viewBox="0 0 1e2 200" width="8in"><!-- no --></svg>'
    yield '<!DOCTYPE svg [<!ENTITY a "b">]><svg height="9cm" width=\'100%\'/>'.encode("utf-16")


_SEEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "ipp": _ipp_messages,
    "report": lambda: iter([report_of("application/pdf")]),
    "answer-stream": _answers,
    "answer-pdf": _pdf_answers,
    "svg-size": _svgs,
    "xps-page": _markup,
    "pdf-content": _contents,
}


def _made() -> Iterator[bytes]:
    from tests.pdl import documents, pages, xps_documents

    yield from (documents.pdf(2), documents.pwg(1), documents.urf(1), documents.text(2), gzip.compress(b"text " * 99))
    for kind in ("JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP"):
        yield documents.encoded(kind, documents.picture(40, 57))
    yield documents.encoded("TIFF", documents.picture(40, 57), compression="tiff_lzw")
    yield documents.encoded("PNG", documents.picture(40, 57), dpi=(300, 300))
    yield pages.pdf(*_contents())
    yield xps_documents.xps(xps_documents.page(), xps_documents.page(xps_documents.RED))
    yield "Gr\u00fc\u00dfe \u05d0\u05d1 \u4e2d\u6587\f2".encode("utf-16")
    yield b"\t1\x082\x0b3\r4\r\n\xc3\xa4\f5" * 9
    yield b"%!PS-Adobe-3.0\n%%Pages: 3\n%%Requirements: numcopies(2) duplex\n%%Page: 1 1\nshowpage\n%%EOF\n"
    yield b"%!PS\n/#copies 2 def <</Duplex true>> setpagedevice (a) show showpage\n"
    yield from _rasters()
    yield from _streams()


def _rasters() -> Iterator[bytes]:
    import numpy as np

    from tests.pdl import pages
    from tests.pdl import test_cups_raster as cups

    row = b"\0\x07\xff\0\0"
    yield pages.pwg(pages.pwg_page(row * 16))
    yield pages.urf(pages.urf_page(row * 16), pages.urf_page(row * 16, sides=3))
    light = np.zeros((cups.HEIGHT, cups.WIDTH, 3), np.uint8)
    for magic in (b"RaSt", b"tSaR", b"RaS2", b"2SaR", b"RaS3", b"3SaR"):
        yield magic + cups.page(light, magic)
    for space, colors, bits, order in ((6, 4, 1, cups.PLANAR), (3, 1, 8, cups.CHUNKED), (1, 3, 16, cups.BANDED)):
        yield b"2SaR" + cups.page(light[..., :1].repeat(colors, 2), b"2SaR", space, bits, order)


def _streams() -> Iterator[bytes]:
    from tests.pdl import pclxl, test_escp

    yield b"\x1b%-12345X@PJL JOB\r\n@PJL SET COPIES=2\r\n@PJL ENTER LANGUAGE=PCL\r\n\x1bE\x1b&l26a2x1s0oHHello\x0c\x1bE"
    yield b"\x1bE\x1b*t300R\x1b*r1A\x1b*b2m3W\xff\x00\xff\x1b*b3m2W\x01\x02\x1b*rB\x0c\x1bE"
    yield b"\x1bE\x1b%0BIN;SP1;PA0,0;PD99,99;PG;\x1b%0A\x0c\x1bE"
    yield b"\x1bE\x1b*v6W\0\1\x08\x08\x08\x08\x1b*r24s9T\x1b*r1A\x1b*b3W\1\2\3\x1b*rC\x1b&p3X\x1bE1"
    yield b"\x1bE\x1b&f1y0X\x0c\x1b&f1X\x1b&f2X\x1b*c99a99b0P\x1b&a9R\x1b&k2G\n\n"
    yield b"\x1bE\x1b*c5D\x1b)s64W%b\x1b*c65E\x1b(s17W%b\x1b(5X\x41" % (bytes(64), bytes(17))
    yield b"IN;SP1;PA10,10;PD2000,0;LBtext\x03;PU;PG;"
    yield b"IN;DT@;LBa@;SC0,9,0,9;PM0;CI9;PM2;FP;AA1,1,90;PE7>1!;NP4;PC2,255,0,0;RP2;PG1;FR;BP;"
    yield b"!R! FONT 4; COPY 2; EXIT;" + pclxl.pjl(
        "SET DUPLEX=ON", "SET QTY=3", language="POSTSCRIPT", body=b"showpage\x04"
    )
    yield b"\x1b@\x1b(G\x01\x00\x01\x1b.\x01\x14\x14\x01\x08\x00\xff\x00\x0cText\r\n\x0c\x1b@"
    yield test_escp.escpr(
        [test_escp.WHITE_ROW, test_escp.RED_PIXELS], [test_escp.GRAY_PIXELS], duplex=test_escp.TWO_SIDED
    )
    for order in "<>":
        made = pclxl.Maker(order)
        picture = made.image(b"\1\2\3" * 4, 2, 2, mapping=0)
        stream = made.stream(made.page(made.colored() + made.text(), copies=2), made.page(picture))
        yield from (stream, pclxl.pjl("SET COPIES=2", body=stream))


def _found() -> Iterator[bytes]:
    for path in sorted(CORPUS.rglob("*")) if CORPUS.is_dir() else ():
        if path.is_file() and 0 < path.stat().st_size <= LARGEST_SEED:
            yield path.read_bytes()
