"""What a queue says of itself: the attributes of IPP Everywhere, AirPrint and Mopria.

Sources: RFC 8011 section 5.4, PWG 5100.14 (IPP Everywhere), 5100.13, 5100.7, 5100.11, 5102.4 (PWG Raster), and what
iOS, Android, Windows and ChromeOS were seen to ask for.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ipp import build
from ipp.enums import Operation
from ipp.message import Attribute
from ipp.syntax import MAX
from ipp.values import Range, Resolution
from jobs.queue import Kind, Offer, Queue
from jobs.ticket import COLOR_MODES, DOCUMENT_HANDLING, NUMBER_UP, READERS, SCALINGS, size_in_name

VERSIONS: Final = ("1.0", "1.1", "2.0", "2.1", "2.2")
MARGIN: Final = 423  # hundredths of a millimetre: a sixth of an inch, within which every printer prints
_RASTER_DPI: Final = (300, 600)
_PREFERRED: Final = "application/pdf"
_NAMESPACE: Final = uuid.UUID("6fd6a8a2-5d2d-5d67-9f0a-6f2f5f8c1b11")


@dataclass(frozen=True, slots=True)
class House:
    """What is the same for every queue of this gateway."""

    node: str
    version: str
    organization: str = ""
    language: str = "en"
    operations: tuple[Operation, ...] = ()
    which_jobs: tuple[str, ...] = ("completed", "not-completed")
    identify_actions: tuple[str, ...] = ("display",)


def queue_uuid(queue: Queue) -> str:
    """printer-uuid: the queue's own id, as it never changes."""
    return f"urn:uuid:{queue.id}"


def urf_tokens(offer: Offer) -> tuple[str, ...]:
    """urf-supported: what Apple's raster may be like; the same tokens stand in the DNS-SD record."""
    color = ("SRGB24",) if offer.color else ()
    duplex = ("DM1",) if len(offer.sides) > 1 else ()
    dpi = "-".join(str(value) for value in _RASTER_DPI)
    return ("V1.4", "CP1", "W8", *color, f"RS{dpi}", *duplex, "PQ3-4-5", "IS1", "MT1", "OB10", "FN3")


def description(queue: Queue, house: House, authority: str, *, secure: bool) -> list[Attribute]:
    """Printer-description attributes that change only with the queue (PWG 5100.14 table 5)."""
    scheme = "ipps" if secure else "ipp"
    web = f"{'https' if secure else 'http'}://{authority}"
    # A queue with passwords is offered over TLS alone; another one says the same of both doors.
    uris = [f"{scheme}://{authority}/ipp/print/{queue.name}"]
    authentication = "basic" if queue.needs_password else "requesting-user-name"
    offer = queue.offer
    return [
        build.charset("charset-configured", "utf-8"),
        build.charset("charset-supported", "utf-8", "us-ascii"),
        build.boolean("color-supported", offer.color),
        build.keyword("compression-supported", "none", "deflate", "gzip"),
        build.mime("document-format-default", "application/octet-stream"),
        build.mime("document-format-preferred", _PREFERRED),
        build.mime("document-format-supported", *queue.formats),
        build.integer("document-password-supported", 0),
        # Messages are in English; what an administrator wrote is in the house's language.
        build.language("generated-natural-language-supported", *dict.fromkeys(("en", house.language))),
        build.keyword("identify-actions-default", "display"),
        build.keyword("identify-actions-supported", *house.identify_actions),
        build.keyword("ipp-features-supported", "ipp-everywhere", "ipp-everywhere-server"),
        build.keyword("ipp-versions-supported", *VERSIONS),
        build.keyword("job-creation-attributes-supported", *_creation_attributes()),
        build.boolean("job-ids-supported", True),
        build.range_("job-k-octets-supported", Range(0, min(max(1, queue.max_bytes // 1024), MAX))),
        build.text("mopria-certified", "1.3"),
        build.boolean("multiple-document-jobs-supported", False),
        build.integer("multiple-operation-time-out", 300),
        build.keyword("multiple-operation-time-out-action", "abort-job"),
        build.language("natural-language-configured", house.language),
        build.enum("operations-supported", *house.operations),
        build.keyword("pdl-override-supported", "attempted"),
        build.integer("pages-per-minute", 60),
        *([build.integer("pages-per-minute-color", 60)] if offer.color else []),
        build.boolean("preferred-attributes-supported", False),
        build.text("printer-device-id", _device_id(queue)),
        build.name("printer-dns-sd-name", build.clip(queue.shown, 63)),
        build.name("printer-firmware-name", "Printgate"),
        build.text("printer-firmware-string-version", house.version),
        build.octets("printer-firmware-version", house.version.encode()),
        build.unknown("printer-geo-location"),
        build.keyword("printer-get-attributes-supported", "document-format"),
        build.uri("printer-icons", *(f"{web}/static/printer-{size}.png" for size in (48, 128, 512))),
        build.text("printer-info", queue.shown),
        build.keyword("printer-kind", "document", "photo"),
        build.text("printer-location", queue.location),
        build.text("printer-make-and-model", make_and_model(queue)),
        build.uri("printer-more-info", f"{web}/"),
        build.name("printer-name", queue.name),
        build.text("printer-organization", house.organization),
        build.text("printer-organizational-unit", ""),
        build.uri("printer-supply-info-uri", f"{web}/"),
        build.uri("printer-uri-supported", *uris),
        build.uri("printer-uuid", queue_uuid(queue)),
        *_rasters(offer),
        build.keyword("uri-authentication-supported", *([authentication] * len(uris))),
        build.keyword("uri-security-supported", *(["tls" if secure else "none"] * len(uris))),
        build.keyword("which-jobs-supported", *house.which_jobs),
    ]


def _rasters(offer: Offer) -> list[Attribute]:
    """What rasters may be like: PWG 5102.4 section 5, and AirPrint's own."""
    return [
        build.keyword("pwg-raster-document-type-supported", *_raster_types(offer)),
        build.resolution("pwg-raster-document-resolution-supported", *_resolutions(_RASTER_DPI)),
        build.keyword("pwg-raster-document-sheet-back", "normal"),
        build.keyword("urf-supported", *urf_tokens(offer)),
    ]


def job_template(queue: Queue) -> list[Attribute]:
    """Job Template defaults and supported values (RFC 8011 section 5.2)."""
    offer = queue.offer
    hold = "indefinite" if queue.holds else "no-hold"
    return [
        build.integer("copies-default", 1),
        build.range_("copies-supported", Range(1, offer.copies)),
        build.enum("finishings-default", 3),
        build.enum("finishings-supported", 3),
        build.boolean("job-account-id-supported", True),
        build.no_value("job-account-id-default"),
        build.boolean("job-accounting-user-id-supported", True),
        build.no_value("job-accounting-user-id-default"),
        build.keyword("job-hold-until-default", hold),
        build.keyword("job-hold-until-supported", "no-hold", "indefinite"),
        build.integer("job-priority-default", 50),
        build.integer("job-priority-supported", 100),
        build.keyword("job-sheets-default", "none"),
        build.keyword("job-sheets-supported", "none"),
        *_media(offer),
        build.keyword("multiple-document-handling-default", DOCUMENT_HANDLING[0]),
        build.keyword("multiple-document-handling-supported", *DOCUMENT_HANDLING),
        build.integer("number-up-default", 1),
        build.integer("number-up-supported", *NUMBER_UP),
        build.enum("orientation-requested-default", 3),
        build.enum("orientation-requested-supported", 3, 4, 5, 6),
        build.keyword("output-bin-default", offer.output_bins[0]),
        build.keyword("output-bin-supported", *offer.output_bins),
        build.boolean("page-ranges-supported", True),
        build.keyword("print-color-mode-default", "auto" if offer.color else "monochrome"),
        build.keyword("print-color-mode-supported", *_color_modes(offer)),
        build.keyword("print-content-optimize-default", "auto"),
        build.keyword("print-content-optimize-supported", "auto"),
        build.enum("print-quality-default", 4),
        build.enum("print-quality-supported", 3, 4, 5),
        build.keyword("print-rendering-intent-default", "auto"),
        build.keyword("print-rendering-intent-supported", "auto"),
        build.keyword("print-scaling-default", "auto"),
        build.keyword("print-scaling-supported", *SCALINGS),
        build.resolution("printer-resolution-default", Resolution(_default_dpi(offer), _default_dpi(offer), 3)),
        build.resolution("printer-resolution-supported", *_resolutions(offer.resolutions)),
        build.keyword("sides-default", "one-sided"),
        build.keyword("sides-supported", *offer.sides),
    ]


def media_col_database(queue: Queue) -> Attribute:
    """media-col-database, which is long: given only to who names it (PWG 5100.7 section 6.8)."""
    offer = queue.offer
    return build.collection("media-col-database", *(_media_col(name, offer) for name in offer.media))


def make_and_model(queue: Queue) -> str:
    """printer-make-and-model: what people see when they add the printer."""
    return {Kind.FOLLOW_ME: "Printgate Follow-Me", Kind.SECURE: "Printgate Secure", Kind.DIRECT: "Printgate"}[
        queue.kind
    ]


def node_uuid(node: str) -> str:
    """The UUID of the gateway itself."""
    return str(uuid.uuid5(_NAMESPACE, node))


def _creation_attributes() -> Iterable[str]:
    return sorted(READERS)


def _device_id(queue: Queue) -> str:
    model = make_and_model(queue)
    return f"MFG:Printgate;MDL:{model};CMD:PDF,PWGRaster,URF,JPEG,PNG,TXT;CLS:PRINTER;DES:{model};"


def _color_modes(offer: Offer) -> Sequence[str]:
    return COLOR_MODES if offer.color else ("auto", "auto-monochrome", "monochrome")


def _raster_types(offer: Offer) -> Sequence[str]:
    return ("black_1", "sgray_8", "srgb_8") if offer.color else ("black_1", "sgray_8")


def _resolutions(values: Iterable[int]) -> list[Resolution]:
    return [Resolution(value, value, 3) for value in values]


def _default_dpi(offer: Offer) -> int:
    return next((dpi for dpi in offer.resolutions if dpi >= 600), offer.resolutions[-1])


def _media(offer: Offer) -> list[Attribute]:
    margins = [
        build.integer(f"media-{edge}-margin-supported", 0, MARGIN) for edge in ("bottom", "left", "right", "top")
    ]
    sizes = [size for size in map(size_in_name, offer.media) if size]
    return [
        *margins,
        build.keyword("media-default", offer.media_default),
        build.keyword("media-ready", *offer.media),
        build.keyword("media-supported", *offer.media),
        build.collection("media-col-default", _media_col(offer.media_default, offer)),
        build.collection("media-col-ready", *(_media_col(name, offer) for name in offer.media)),
        build.keyword("media-col-supported", *_MEDIA_COL_MEMBERS),
        build.collection("media-size-supported", *(_size(*size) for size in sizes)),
        build.keyword("media-source-supported", *offer.media_sources),
        build.keyword("media-type-supported", *offer.media_types),
    ]


_MEDIA_COL_MEMBERS: Final = (
    "media-bottom-margin",
    "media-left-margin",
    "media-right-margin",
    "media-size",
    "media-size-name",
    "media-source",
    "media-top-margin",
    "media-type",
)


def _media_col(name: str, offer: Offer) -> list[Attribute]:
    width, height = size_in_name(name) or (21000, 29700)
    margins = [build.integer(f"media-{edge}-margin", MARGIN) for edge in ("bottom", "left", "right", "top")]
    return [
        build.collection("media-size", _size(width, height)),
        build.keyword("media-size-name", name),
        *margins,
        build.keyword("media-source", offer.media_sources[0]),
        build.keyword("media-type", "stationery" if "stationery" in offer.media_types else offer.media_types[0]),
    ]


def _size(width: int, height: int) -> list[Attribute]:
    return [build.integer("x-dimension", width), build.integer("y-dimension", height)]
