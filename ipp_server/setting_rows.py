"""Which attributes may be set by an operation, and how each of a Printer's is checked (RFC 3380 section 5)."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from ipp import build
from ipp.codec import decode, encode_group_tag, encode_header
from ipp.enums import GroupTag, Tag
from ipp.errors import IppError
from ipp.message import Attribute
from ipp.values import LanguageString
from ipp_server import printer_media
from jobs.queue import Queue
from jobs.ticket import PLAIN, Ticket, resolve, under
from jobs.ticket import defaults as ticket_of
from jobs.ticket_readers import NO_FINISHING, TEMPLATE

DEFAULTS: Final = {
    f"{name}-default": name
    for name in (
        "copies",
        "finishings",
        "job-account-type",
        "job-cancel-after",
        "job-delay-output-until",
        "job-hold-until",
        "job-priority",
        "job-sheets",
        "media",
        "multiple-document-handling",
        "number-up",
        "orientation-requested",
        "output-bin",
        "print-color-mode",
        "print-content-optimize",
        "print-quality",
        "print-rendering-intent",
        "print-scaling",
        "printer-resolution",
        "sides",
    )
}
"""The -default attributes that an operator may choose, and the Job Template attribute each is of."""

_HEAD: Final = encode_header((2, 0), 0, 1) + encode_group_tag(GroupTag.PRINTER)
_END: Final = b"\x03"

KINDS: Final = ("document", "envelope", "label", "large-format", "photo", "postcard")

WORDS: Final = {
    "printer-info": 127,
    "printer-location": 127,
    "printer-message-from-operator": 127,
    "printer-dns-sd-name": 63,
    "printer-organization": 1023,
    "printer-organizational-unit": 1023,
}
"""Those that are words, and how many octets there may be."""

COLUMNS: Final = {
    "printer-info": "info",
    "printer-dns-sd-name": "info",
    "printer-location": "location",
    "printer-message-from-operator": "operator_message",
}
"""Those that are settings of the queue; the others are kept as they came."""

OF_PRINTERS: Final = tuple(sorted({*DEFAULTS, *WORDS, "printer-geo-location", "printer-kind"}))
"""printer-settable-attributes-supported."""

OF_JOBS: Final = tuple(
    sorted({*TEMPLATE, "job-name", "job-message-from-operator"} - {"job-password", "job-password-encryption"})
)
"""job-settable-attributes-supported."""


def words(attribute: Attribute) -> str | None:
    """The one text or name that an attribute is; None if it is not one, or too long."""
    value = attribute.first
    text = value.text if isinstance(value, LanguageString) else value
    most = WORDS.get(attribute.name, 255)
    if len(attribute.values) != 1 or not isinstance(text, str) or len(text.encode("utf-8", "replace")) > most:
        return None
    return text.encode("utf-8", "replace").decode()


def fits(attribute: Attribute, queue: Queue) -> bool:
    """Whether a Printer attribute may be set to that."""
    name = attribute.name
    if name in WORDS:
        return words(attribute) is not None
    if name == "printer-kind":
        return bool(attribute.values) and set(attribute.strings) <= set(KINDS) and len(attribute.values) <= len(KINDS)
    if name == "printer-geo-location":
        uri = attribute.first_uri
        return len(attribute.values) == 1 and uri is not None and uri.startswith("geo:") and len(uri) <= 255
    if name not in DEFAULTS:
        return False
    asked = Attribute(DEFAULTS[name], attribute.values)
    return not under(resolve([asked], queue.offer), queue).unsupported


def possible(name: str, told: dict[str, Attribute]) -> Attribute:
    """What an attribute may be set to, in its own name: the values supported, or admin-define for free words.

    `told` has the queue's attributes by name. RFC 3380 section 4.3.
    """
    if name in DEFAULTS and (supported := told.get(f"{DEFAULTS[name]}-supported")):
        return Attribute(name, supported.values)
    if name == "printer-kind":
        return build.keyword(name, *KINDS)
    return build.out_of_band(name, Tag.ADMIN_DEFINE)


def chosen(queue: Queue) -> dict[str, Attribute]:
    """What an operator chose and the queue's devices can still do, by name."""
    found = {name: decoded(written) for name, written in queue.set_attributes.items() if name in OF_PRINTERS}
    fit = {name: attribute for name, attribute in found.items() if attribute is not None and fits(attribute, queue)}
    return fit | {one.name: one for one in _beside(fit, queue)}


def _beside(fit: dict[str, Attribute], queue: Queue) -> Iterator[Attribute]:
    """The defaults that say the same as chosen ones in collections."""
    if finishings := fit.get("finishings-default"):
        names = ("none" if number == NO_FINISHING else queue.offer.templates[number] for number in finishings.ints)
        yield build.collection("finishings-col-default", *([build.keyword("finishing-template", one)] for one in names))
    if sheets := fit.get("job-sheets-default"):
        yield build.collection("job-sheets-col-default", [Attribute("job-sheets", sheets.values[:1])])
    if sheet := fit.get("media-default"):
        yield build.collection("media-col-default", printer_media.media_col(str(sheet.first), queue.offer))


def defaults(queue: Queue) -> Ticket:
    """The ticket of who says nothing, as an operator chose."""
    if not queue.set_attributes:
        return PLAIN
    taken = chosen(queue)
    return ticket_of(
        (Attribute(DEFAULTS[name], attribute.values) for name, attribute in taken.items() if name in DEFAULTS),
        queue.offer,
    )


@lru_cache(maxsize=1024)
def decoded(written: str) -> Attribute | None:
    """The attribute that was kept in hexadecimal; None for what cannot be read."""
    try:
        message, _ = decode(_HEAD + bytes.fromhex(written) + _END)
    except (IppError, ValueError):
        return None
    group = message.groups[0] if message.groups else None
    return group.attributes[0] if group and len(group.attributes) == 1 else None
