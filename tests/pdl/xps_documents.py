"""XPS documents made here: the least a package needs, and what tests put into it."""

import io
import zipfile
from collections.abc import Mapping, Sequence

XPS_NAMESPACE = "http://schemas.microsoft.com/xps/2005/06"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
START = "http://schemas.microsoft.com/xps/2005/06/fixedrepresentation"
TICKET = "http://schemas.microsoft.com/xps/2005/06/printticket"
KEYWORDS = "http://schemas.microsoft.com/windows/2003/08/printing/printschemakeywords"
FRAMEWORK = "http://schemas.microsoft.com/windows/2003/08/printing/printschemaframework"

BLACK = '<Path Fill="#000000" Data="M 90,90 L 300,90 300,300 90,300 Z" />'
RED = '<Path Fill="#FFFF0000" Data="M 90,90 L 300,90 300,300 90,300 Z" />'
A4 = (793.7, 1122.5)


def page(content: str = BLACK, size: tuple[float, float] | None = A4) -> str:
    """One page's markup; `size` in 1/96 inch."""
    edges = f'Width="{size[0]}" Height="{size[1]}" ' if size else ""
    return f'<FixedPage {edges}xmlns="{XPS_NAMESPACE}" xml:lang="en">{content}</FixedPage>'


def relationships(*rows: tuple[str, str]) -> str:
    """A part of relationships: type and target of each."""
    inner = "".join(
        f'<Relationship Id="R{number}" Type="{kind}" Target="{target}"/>' for number, (kind, target) in enumerate(rows)
    )
    return f'<Relationships xmlns="{RELATIONSHIPS}">{inner}</Relationships>'


def ticket(options: Mapping[str, str] | None = None, numbers: Mapping[str, int] | None = None) -> str:
    """A print ticket: options of features, and numbers by parameter or "Feature/Property"."""
    inner = "".join(
        f'<psf:Feature name="psk:{name}"><psf:Option name="{"" if ":" in option else "psk:"}{option}"/></psf:Feature>'
        for name, option in (options or {}).items()
    )
    for name, number in (numbers or {}).items():
        value = f"<psf:Value>{number}</psf:Value>"
        feature, _, scored = name.partition("/")
        if scored:
            scored = f'<psf:ScoredProperty name="psk:{scored}">{value}</psf:ScoredProperty>'
            inner += f'<psf:Feature name="psk:{feature}"><psf:Option>{scored}</psf:Option></psf:Feature>'
        else:
            inner += f'<psf:ParameterInit name="psk:{name}">{value}</psf:ParameterInit>'
    return (
        f'<psf:PrintTicket xmlns:psf="{FRAMEWORK}" xmlns:psk="{KEYWORDS}" xmlns:own="urn:own">{inner}</psf:PrintTicket>'
    )


def parts(documents: Sequence[Sequence[str]]) -> dict[str, str | bytes]:
    """The parts of a package with these pages, grouped into documents."""
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relationships((START, "/Sequence.fdseq")),
    }
    references = ""
    for number, pages in enumerate(documents, 1):
        references += f'<DocumentReference Source="/Documents/{number}/Fixed.fdoc"/>'
        contents = ""
        for index, markup in enumerate(pages, 1):
            contents += f'<PageContent Source="Pages/{index}.fpage"/>'
            made[f"Documents/{number}/Pages/{index}.fpage"] = markup
        made[f"Documents/{number}/Fixed.fdoc"] = f'<FixedDocument xmlns="{XPS_NAMESPACE}">{contents}</FixedDocument>'
    made["Sequence.fdseq"] = f'<FixedDocumentSequence xmlns="{XPS_NAMESPACE}">{references}</FixedDocumentSequence>'
    return made


def with_ticket(made: dict[str, str | bytes], part: str, markup: str) -> None:
    """Relate `part` to a print ticket."""
    folder, _, name = part.rpartition("/")
    made[f"{folder}/_rels/{name}.rels".lstrip("/")] = relationships((TICKET, f"/Metadata/{name}_PT.xml"))
    made[f"Metadata/{name}_PT.xml"] = markup


def package(made: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Zip the parts."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as archive:
        for name, content in made.items():
            archive.writestr(name, content)
    return kept.getvalue()


def xps(*pages: str) -> bytes:
    """An XPS document of one fixed document with these pages."""
    return package(parts([pages]))
