"""Office documents made here: the least each kind needs."""

import io
import zipfile
from collections.abc import Mapping

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OPEN = "urn:oasis:names:tc:opendocument:xmlns"


def zipped(parts: Mapping[str, str]) -> bytes:
    """Zip the parts in their order."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


def _package(main: str, kind: str, parts: Mapping[str, str]) -> bytes:
    overrides = f'<Override PartName="/{main}" ContentType="{kind}"/>'
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="application/vnd.'
            f'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f"{overrides}</Types>",
            "_rels/.rels": f'<Relationships xmlns="{RELATIONSHIPS}"><Relationship Id="r1" '
            f'Type="{OFFICE}/officeDocument" Target="{main}"/></Relationships>',
            **parts,
        }
    )


def docx(pages: int = 1, color: str = "000000", extra: str = "") -> bytes:
    """A text of so many pages, each with one line in `color`."""
    line = f'<w:r><w:rPr><w:color w:val="{color}"/></w:rPr><w:t>Words on a page</w:t></w:r>'
    turn = '<w:r><w:br w:type="page"/></w:r>'
    body = "".join(f"<w:p>{line}{turn if page < pages else ''}</w:p>" for page in range(1, pages + 1))
    markup = (
        f'<w:document xmlns:w="{WORD}" xmlns:r="{OFFICE}"><w:body>{body}{extra}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        "</w:sectPr></w:body></w:document>"
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return _package("word/document.xml", kind, {"word/document.xml": markup})


def xlsx(rows: int = 3) -> bytes:
    """A workbook of one sheet with so many rows."""
    cells = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(1, rows + 1))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    book = f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>'
    rels = (
        f'<Relationships xmlns="{RELATIONSHIPS}"><Relationship Id="r1" Type="{OFFICE}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    )
    sheet = f'<worksheet xmlns="{SHEET}"><sheetData>{cells}</sheetData></worksheet>'
    return _package(
        "xl/workbook.xml", kind,
        {"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": rels, "xl/worksheets/sheet1.xml": sheet},
    )  # fmt: skip


def odp(pages: int = 2) -> bytes:
    """A presentation of so many pages."""
    drawn = "".join(f'<draw:page draw:name="p{page}"/>' for page in range(pages))
    content = (
        f'<office:document-content xmlns:office="{OPEN}:office:1.0" xmlns:draw="{OPEN}:drawing:1.0" office:version="1.2">'
        f"<office:body><office:presentation>{drawn}</office:presentation></office:body></office:document-content>"
    )
    mime = "application/vnd.oasis.opendocument.presentation"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{OPEN}:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{mime}"/><manifest:file-entry manifest:full-path="content.xml" '
        'manifest:media-type="text/xml"/></manifest:manifest>'
    )
    return zipped({"mimetype": mime, "content.xml": content, "META-INF/manifest.xml": manifest})


def rtf(pages: int = 1) -> bytes:
    """A rich text of so many pages."""
    return (r"{\rtf1\ansi " + r"\page ".join(["Words"] * pages) + "}").encode()
