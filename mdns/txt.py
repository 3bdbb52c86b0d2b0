"""What is told about a printer in its DNS-SD TXT record: IPP Everywhere, AirPrint and Mopria in one.

Keys: PWG 5100.14 §4.2, Apple's Bonjour Printing Specification 1.2.1, the Mopria Alliance's discovery keys.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_STRING = 255  # key=value of one TXT string, RFC 6763 §6.1
LARGEST_RECORD = 1300  # leaves one Ethernet frame for the rest of the answer, RFC 6763 §6.2
LONGEST_TEXT = 127  # text(127), as the IPP attributes the values repeat

# When not all formats fit, these are the ones clients cannot do without: iOS and macOS, then AirPrint, IPP Everywhere.
NEEDED_FORMATS = ("application/pdf", "image/urf", "image/pwg-raster", "image/jpeg", "application/PCLm")

# What goes first when the record is too large; all other keys are short or looked at by some client.
DISPENSABLE = ("printer-type", "PaperMax", "kind", "product", "note", "adminurl")


@dataclass(frozen=True, slots=True)
class PrinterFacts:
    """What is told about one queue."""

    name: str  # instance name, as people see it in the list of printers
    rp: str  # path of the printer URI without its first slash, "ipp/print/follow-me"
    uuid: str  # bare, or as urn:uuid:
    port: int  # where ipp and ipps are served
    ty: str  # make and model
    pdl: tuple[str, ...]  # MIME types of document-format-supported
    urf: tuple[str, ...] = ()  # tokens of urf-supported; AirPrint needs some
    note: str = ""  # printer-location
    product: str = ""  # PostScript product, without its parentheses; ty when empty
    admin_url: str = ""  # printer-more-info as clients of ipp are told it
    secure_admin_url: str = ""  # the same for clients of ipps; admin_url when empty
    color: bool = False
    duplex: bool = False
    copies: bool = True
    collate: bool = True
    staple: bool = False
    punch: bool = False
    bind: bool = False
    tls: tuple[str, ...] = ("1.2", "1.3")  # versions served; empty: no ipps
    air: str = "none"  # "none", "username,password" or "negotiate": what a client must ask its user for
    kind: tuple[str, ...] = ("document",)
    paper_max: str = "legal-A4"
    mopria: str = "1.3"  # version certified against; empty: not told
    secure_only: bool = False  # a queue with passwords: never told as plain ipp
    priority: int = 0
    qtotal: int = 1
    printer_type: int = 0  # CUPS' bits; 0: not told, since telling makes cups-browsed take us for a CUPS server

    @property
    def key(self) -> str:
        """What tells it from others of this gateway."""
        return self.name


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """What is told about the gateway itself, to those who administer printers (the System of PWG 5100.22)."""

    name: str  # system-name
    uuid: str  # bare, or as urn:uuid:
    port: int
    note: str = ""  # system-location
    ty: str = ""  # system-make-and-model
    air: str = "username,password"
    rp: str = "ipp/system"

    @property
    def key(self) -> str:
        """There is one."""
        return "\0system"


Facts = PrinterFacts | SystemFacts


def system_record(facts: SystemFacts) -> dict[str, str]:
    """Keys and values of a System: what the PWG proposes, and where it is."""
    told = {
        "txtvers": "1",
        "rp": facts.rp,
        "ty": clip(facts.ty, LONGEST_TEXT),
        "note": clip(facts.note, LONGEST_TEXT),
        "air": facts.air,
        "UUID": facts.uuid.removeprefix("urn:uuid:"),
    }
    return {key: value for key, value in ((key, _clean(value)) for key, value in told.items()) if value}


def record(facts: PrinterFacts, *, secure: bool = False) -> dict[str, str]:
    """Keys and values in the order they are sent, of ipps when `secure`; each string fits 255 bytes, all of it 1300.

    Texts are clipped between characters, lists between items, an address that does not fit is left out.
    Raises ValueError when `rp` is empty or does not fit: clients drop such a printer, or could not print to it.
    """
    if not facts.rp or not _fits("rp", facts.rp):
        raise ValueError(f"The resource path {facts.rp!r} of {facts.name!r} must have 1 to 252 bytes.")
    told = {key: _clean(value) for key, value in _strings(facts, secure=secure).items()}
    kept = {key: value for key, value in told.items() if value and _fits(key, value)}
    for key in DISPENSABLE:
        if size(kept) <= LARGEST_RECORD:
            break
        kept.pop(key, None)
    return kept


def size(strings: dict[str, str]) -> int:
    """Bytes of a TXT record: a length byte, the key, "=" and the value of each."""
    return sum(2 + len(key.encode()) + len(value.encode()) for key, value in strings.items())


def clip(text: str, limit: int) -> str:
    """As much of `text` as fits `limit` bytes of UTF-8, never half a character or one without its accent."""
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return data.decode()
    # Bytes of a character cut in the middle are dropped; then a base letter that lost its combining marks goes too.
    kept = data[:limit].decode("utf-8", "ignore")
    cut = len(kept)
    while cut > 0 and unicodedata.combining(text[cut]):
        cut -= 1
    return (kept[:cut] or kept).rstrip()


def _strings(facts: PrinterFacts, *, secure: bool) -> dict[str, str]:
    # No print_wfds: it is about Wi-Fi Direct, and Android passes over printers that say F.
    return {
        "txtvers": "1",
        "qtotal": str(facts.qtotal),
        "rp": facts.rp,
        "ty": clip(facts.ty, LONGEST_TEXT),
        "adminurl": (secure and facts.secure_admin_url) or facts.admin_url,
        "note": clip(facts.note, LONGEST_TEXT),
        "priority": str(facts.priority),
        "product": f"({clip(facts.product or facts.ty, LONGEST_TEXT)})",
        "pdl": _joined("pdl", _by_need(facts.pdl)),
        "UUID": facts.uuid.removeprefix("urn:uuid:"),
        "TLS": max(facts.tls, default=""),
        # Without URF, or with an empty one, iOS does not list the printer.
        "URF": _joined("URF", facts.urf) or "none",
        "air": facts.air,
        "Color": _flag(facts.color),
        "Duplex": _flag(facts.duplex),
        "Copies": _flag(facts.copies),
        "Collate": _flag(facts.collate),
        "Staple": _flag(facts.staple),
        "Punch": _flag(facts.punch),
        "Bind": _flag(facts.bind),
        "Scan": "F",
        "Fax": "F",
        "kind": _joined("kind", facts.kind),
        "PaperMax": facts.paper_max,
        "mopria-certified": facts.mopria,
        "printer-type": f"0x{facts.printer_type:X}" if facts.printer_type else "",
    }


def _by_need(formats: Iterable[str]) -> list[str]:
    order = {name.lower(): place for place, name in enumerate(NEEDED_FORMATS)}
    return sorted(dict.fromkeys(formats), key=lambda name: order.get(name.lower(), len(order)))


def _joined(key: str, items: Iterable[str]) -> str:
    """As many whole items as fit, in their order; one too long for itself does not push out the rest."""
    kept = ""
    for item in items:
        longer = f"{kept},{item}" if kept else item
        if _fits(key, longer):
            kept = longer
    return kept


def _fits(key: str, value: str) -> bool:
    return len(f"{key}={value}".encode("utf-8", "replace")) <= LONGEST_STRING


def _flag(value: bool) -> str:
    return "T" if value else "F"


def _clean(value: str) -> str:
    """Values without control characters: a location of two lines becomes one."""
    text = value.encode("utf-8", "replace").decode()
    return "".join(" " if unicodedata.category(character) == "Cc" else character for character in text)
