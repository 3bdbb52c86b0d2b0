"""Documents for benchmarks, all made here: pages of text with colour and photographs, in every language."""

import io
import subprocess
import zipfile

import numpy as np
import pikepdf
from PIL import Image

A4 = (595, 842)
LINES = 55
COLOR_EVERY = 5


def document(pages: int) -> bytes:
    """Make pages of text, every fifth with colour, every tenth with a gray photograph in RGB."""
    made = pikepdf.new()
    font = made.make_indirect(pikepdf.Dictionary(Type="/Font", Subtype="/Type1", BaseFont="/Helvetica"))
    photograph = _photograph(made)
    for number in range(pages):
        made.add_blank_page(page_size=A4)
        page = made.pages[-1].obj
        page.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(F1=font), XObject=pikepdf.Dictionary(Im1=photograph)
        )
        page.Contents = made.make_stream(_content(number))
    stream = io.BytesIO()
    made.save(stream, compress_streams=True)
    return stream.getvalue()


def _content(number: int) -> bytes:
    lines = "".join(f"({number} {line} The quick brown fox jumps over the lazy dog.) Tj T*\n" for line in range(LINES))
    text = f"BT /F1 11 Tf 13 TL 60 780 Td\n{lines}ET\n0.9 g 60 40 475 20 re f\n"
    if number % COLOR_EVERY == 0:
        text += "0.1 0.3 0.8 rg 60 790 475 20 re f\n"
    if number % 10 == 3:
        text += "q 200 0 0 150 300 60 cm /Im1 Do Q\n"
    return text.encode()


def _photograph(made: pikepdf.Pdf) -> pikepdf.Object:
    noise = np.random.default_rng(1).integers(0, 255, (300, 400), np.uint8)
    coded = io.BytesIO()
    Image.fromarray(noise).convert("RGB").save(coded, "JPEG", quality=80)
    return pikepdf.Stream(
        made,
        coded.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=400,
        Height=300,
        BitsPerComponent=8,
        ColorSpace=pikepdf.Name.DeviceRGB,
        Filter=pikepdf.Name.DCTDecode,
    )


def printed(pdf: bytes, device: str, *switches: str) -> bytes:
    """Let Ghostscript print a PDF to one of its devices."""
    words = ("gs", "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", f"-sDEVICE={device}", *switches)
    command = [*words, "-sstdout=%stderr", "-sOutputFile=-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout


def docx(pages: int) -> bytes:
    """A text of so many full pages, as Word keeps it."""
    words = "The quick brown fox jumps over the lazy dog. " * 60
    turn = '<w:r><w:br w:type="page"/></w:r>'
    body = "".join(
        f"<w:p><w:r><w:t>{page} {words}</w:t></w:r>{turn if page < pages else ''}</w:p>" for page in range(1, pages + 1)
    )
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    plain = "application/vnd.openxmlformats-package.relationships+xml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="rels" ContentType="{plain}"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>',
    }
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()
