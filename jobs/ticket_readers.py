"""How each attribute of a ticket is read, and what a queue's offer allows of it: one row each. No I/O.

Job Template attributes are of RFC 8011 section 5.2 and PWG 5100.1, .2, .3, .6, .7, .11, .13 and .16; those that clients
send as operation attributes (`OPERATION`) are of PWG 5100.7, .11 and .13.
"""

from typing import Final

from ipp.message import Attribute
from ipp.values import Collection, Range, Resolution, Value
from jobs import job_password, media, sheet_readers
from jobs.queue import Offer
from jobs.reading import (
    Fields,
    Reader,
    Unsupported,
    as_it_came,
    is_time,
    kept,
    keyword,
    moment,
    number,
    one_of,
    single,
    words,
)

SIDES: Final = ("one-sided", "two-sided-long-edge", "two-sided-short-edge")
SCALINGS: Final = ("auto", "auto-fit", "fill", "fit", "none")
COLOR_MODES: Final = ("auto", "auto-monochrome", "color", "monochrome")
TIMES: Final = ("day-time", "evening", "night", "second-shift", "third-shift", "weekend")
HOLDS: Final = ("no-hold", "indefinite", *TIMES)
DELAYS: Final = ("no-delay-output", "indefinite", *TIMES)
DOCUMENT_HANDLING: Final = (
    "separate-documents-collated-copies",
    "separate-documents-uncollated-copies",
    "single-document",
    "single-document-new-sheet",
)
NUMBER_UP: Final = (1, 2, 4, 6, 9, 16)
JOB_SHEETS: Final = ("none", "standard", "job-start-sheet", "job-end-sheet")
"""A page of words before or behind the document; `standard` is where the queue has it, or before."""
ACCOUNT_TYPES: Final = ("none", "general", "group")
ERROR_ACTIONS: Final = ("abort-job",)
RELEASE_ACTIONS: Final = ("none", "job-password", "owner-authorized")
STORAGE_ACCESS: Final = ("owner",)
STORAGE_DISPOSITIONS: Final = ("print-and-store", "store-only")
MAX_RANGES: Final = 1000
MOST_SECONDS: Final = 30 * 86_400
"""The most of job-cancel-after."""
NO_FINISHING: Final = 3
MOST_CLIENT_INFO: Final = 8
"""max-client-info-supported."""
_MOST_FINISHINGS: Final = 20


def color_modes(offer: Offer) -> tuple[str, ...]:
    """print-color-mode-supported."""
    return COLOR_MODES if offer.color else tuple(mode for mode in COLOR_MODES if mode != "color")


def _ranges(attribute: Attribute, _offer: Offer) -> Fields:
    ranges = [value.value for value in attribute.values if isinstance(value.value, Range)]
    if len(ranges) != len(attribute.values) or len(ranges) > MAX_RANGES:
        raise Unsupported
    last = 0
    for pages in ranges:  # ascending and not overlapping: RFC 8011 section 5.2.7
        if pages.lower <= last or pages.upper < pages.lower:
            raise Unsupported
        last = pages.upper
    return {"page_ranges": tuple((pages.lower, pages.upper) for pages in ranges)}


def _resolution(attribute: Attribute, offer: Offer) -> Fields:
    value = single(attribute, Resolution)
    if value.units != 3 or value.x not in offer.resolutions or value.x != value.y:
        raise Unsupported
    return {"printer_resolution": (value.x, value.y)}


def _finishings(attribute: Attribute, offer: Offer) -> Fields:
    allowed = (NO_FINISHING, *offer.finishings)
    taken = [value for value in attribute.values if type(value.value) is int and value.value in allowed]
    refused = tuple(value for value in attribute.values if value not in taken)
    numbers = dict.fromkeys(value.value for value in taken if value.value != NO_FINISHING)
    if refused or not attribute.values or len(numbers) > _MOST_FINISHINGS:
        fields: Fields = {"finishings": tuple(numbers)} if numbers and refused else {}
        raise Unsupported(Attribute(attribute.name, refused) if refused else None, fields)
    return {"finishings": tuple(numbers)}


def _finishings_col(attribute: Attribute, offer: Offer) -> Fields:
    """Each collection names one finishing by its template's name (PWG 5100.1 section 5.2)."""
    templates = {template: number for number, template in offer.templates.items()}
    numbers: list[int] = []
    refused: list[Value] = []
    for value in attribute.values:
        members = value.value.attributes if isinstance(value.value, Collection) else ()
        name = members[0].first if len(members) == 1 and members[0].name == "finishing-template" else None
        if name == "none":
            continue
        if isinstance(name, str) and name in templates:
            numbers.append(templates[name])
        else:
            refused.append(value)
    fields: Fields = {"finishings": tuple(dict.fromkeys(numbers))}
    if refused or not attribute.values or len(numbers) > _MOST_FINISHINGS:
        raise Unsupported(Attribute(attribute.name, tuple(refused)) if refused else None, fields if numbers else {})
    return fields


def _sheets(attribute: Attribute, _offer: Offer) -> Fields:
    # CUPS sends none,none: the banner before and the one after.
    words = [value.value for value in attribute.values]
    if not words or len(words) > 2 or any(word not in JOB_SHEETS for word in words):
        raise Unsupported
    return {"job_sheets": next((word for word in words if word != "none"), "none")}


def _sheets_col(attribute: Attribute, offer: Offer) -> Fields:
    """job-sheets as a collection. A banner page is on the job's own sheet: another one is for none of them."""
    collection = single(attribute, Collection)
    sheets = collection.get("job-sheets")
    if sheets is None:
        raise Unsupported
    fields = _sheets(sheets, offer)
    others = tuple(member for member in collection.attributes if member.name != "job-sheets")
    refused = others if fields["job_sheets"] != "none" else _other_than_media(others, offer)
    if refused:
        raise Unsupported(media.of_members(attribute, refused), fields)
    return {**fields, **as_it_came(attribute)}


def _other_than_media(members: tuple[Attribute, ...], offer: Offer) -> tuple[Attribute, ...]:
    def taken(member: Attribute) -> bool:
        try:
            return bool((_media if member.name == "media" else _media_col)(member, offer))
        except Unsupported:
            return False

    return tuple(member for member in members if member.name not in ("media", "media-col") or not taken(member))


def _media(attribute: Attribute, offer: Offer) -> Fields:
    name = single(attribute, str)
    if name not in offer.media:
        raise Unsupported
    return {"media": name, "media_size": media.size_in_name(name), "media_col": False}


def _media_col(attribute: Attribute, offer: Offer) -> Fields:
    fields, refused = media.read(single(attribute, Collection), offer)
    if not fields:
        raise Unsupported
    fields["media_col"] = True
    if refused:
        raise Unsupported(media.of_members(attribute, refused), fields)
    return fields


def _proof_print(attribute: Attribute, offer: Offer) -> Fields:
    collection = single(attribute, Collection)
    fields: Fields = {}
    refused: list[Attribute] = []
    for member in collection.attributes:
        first = member.first if len(member.values) == 1 else None
        if member.name == "proof-print-copies" and type(first) is int and 1 <= first <= offer.copies:
            fields["proof_copies"] = first
        elif member.name == "media" and first in offer.media:
            fields["proof_media"] = first
        else:
            refused.append(member)
    if refused or "proof_copies" not in fields:
        raise Unsupported(media.of_members(attribute, tuple(refused)) if fields and refused else None, fields)
    return fields


def _hold(attribute: Attribute, _offer: Offer) -> Fields:
    """job-hold-until: a keyword, or a time of day as CUPS's tools write it."""
    value = single(attribute, str)
    if value not in HOLDS and not is_time(value):
        raise Unsupported
    return {"job_hold_until": value}


def _password(attribute: Attribute, _offer: Offer) -> Fields:
    octets = single(attribute, bytes)
    return {"password octets": octets}


def _storage(attribute: Attribute, _offer: Offer) -> Fields:
    allowed = {
        "job-storage-access": STORAGE_ACCESS,
        "job-storage-disposition": STORAGE_DISPOSITIONS,
    }
    fields: Fields = {}
    refused: list[Attribute] = []
    for member in single(attribute, Collection).attributes:
        if len(member.values) == 1 and member.first in allowed.get(member.name, ()):
            fields[member.name.replace("-", "_")] = member.first
        else:
            refused.append(member)
    if refused or not fields:
        raise Unsupported(media.of_members(attribute, tuple(refused)) if fields and refused else None, fields)
    return fields


READERS: Final[dict[str, Reader]] = {
    **sheet_readers.READERS,
    "copies": number("copies", lambda n, offer: 1 <= n <= offer.copies),
    "sides": keyword("sides", lambda offer: offer.sides),
    "media": Reader(("media", "media_size", "media_col"), _media),
    "media-col": Reader(
        ("media", "media_size", "media_col", "media_type", "media_source", "media_margins"), _media_col
    ),
    "print-color-mode": keyword("print_color_mode", color_modes),
    "print-quality": number("print_quality", lambda n, _: 3 <= n <= 5),
    "page-ranges": Reader(("page_ranges",), _ranges),
    "orientation-requested": number("orientation_requested", lambda n, _: 3 <= n <= 6),
    "printer-resolution": Reader(("printer_resolution",), _resolution),
    "print-scaling": keyword("print_scaling", lambda _: SCALINGS),
    "output-bin": keyword("output_bin", lambda offer: offer.output_bins),
    "finishings": Reader(("finishings",), _finishings),
    "finishings-col": Reader(("finishings",), _finishings_col),
    "job-sheets": Reader(("job_sheets",), _sheets),
    "job-sheets-col": Reader(("job_sheets",), _sheets_col),
    "job-sheet-message": words("job_sheet_message", 1023),
    "multiple-document-handling": keyword("multiple_document_handling", lambda _: DOCUMENT_HANDLING),
    "job-hold-until": Reader(("job_hold_until",), _hold),
    "job-hold-until-time": moment("job_hold_until_time"),
    "job-delay-output-until": keyword("job_delay_output_until", lambda _: DELAYS),
    "job-delay-output-until-time": moment("job_delay_output_until_time"),
    "job-priority": number("job_priority", lambda n, _: 1 <= n <= 100),
    "job-cancel-after": number("job_cancel_after", lambda n, _: 1 <= n <= MOST_SECONDS),
    "job-error-action": keyword("job_error_action", lambda _: ERROR_ACTIONS),
    "job-message-to-operator": words("job_message_to_operator", 1023),
    "job-recipient-name": words("job_recipient_name", 255),
    "print-rendering-intent": keyword("print_rendering_intent", lambda offer: offer.rendering_intents),
    "print-content-optimize": keyword("print_content_optimize", lambda offer: offer.content_optimize),
    "number-up": number("number_up", lambda n, _: n in NUMBER_UP),
    "proof-copies": number("proof_copies", lambda n, offer: 1 <= n <= offer.copies),
    "proof-print": Reader(("proof_copies", "proof_media"), _proof_print),
    # Told by every CUPS client, and no identity: who prints is known from who signed in.
    "job-account-id": words("job_account_id", 255),
    "job-account-type": keyword("job_account_type", lambda _: ACCOUNT_TYPES),
    "job-accounting-user-id": words("job_accounting_user_id", 255),
    "job-password": Reader(("job_password",), _password),
    "job-password-encryption": Reader(
        (), lambda attribute, _: {"password encryption": one_of(attribute, job_password.SUPPORTED)}
    ),
    "job-release-action": keyword("job_release_action", lambda _: RELEASE_ACTIONS),
    "job-storage": Reader(("job_storage_access", "job_storage_disposition", "job_storage_group"), _storage),
    "client-info": kept("client-info", "operation", MOST_CLIENT_INFO),
    "document-metadata": kept("document-metadata", "operation"),
    "job-impressions-estimated": kept("job-impressions-estimated", "operation"),
    "requesting-user-uri": kept("requesting-user-uri", "operation"),
}

OPERATION: Final = (
    "client-info",
    "document-metadata",
    "job-hold-until",
    "job-hold-until-time",
    "job-impressions-estimated",
    "job-password",
    "job-password-encryption",
    "job-release-action",
    "job-storage",
    "requesting-user-uri",
)
"""Those of them that clients send as operation attributes; CUPS looks for job-hold-until there, too."""

DOCUMENT: Final = (
    "copies",
    "media",
    "media-col",
    "number-up",
    "orientation-requested",
    "page-ranges",
    "print-color-mode",
    "print-scaling",
    "sides",
)
"""Those that may be said of one document of a job (PWG 5100.5 section 7)."""

TEMPLATE: Final = tuple(name for name in READERS if name not in OPERATION or name.startswith("job-hold-until"))
"""The Job Template attributes that are understood."""
