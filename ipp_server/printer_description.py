"""Printer-description attributes that change only with the queue: one row each.

Sources: RFC 8011 section 5.4, PWG 5100.14 (IPP Everywhere), 5100.13, 5100.7, 5100.11, 5100.16, 5102.4 (PWG Raster), and
what iOS, Android, Windows and ChromeOS were seen to ask for.
"""

from collections.abc import Sequence
from typing import Final

from directory.tokens import token_uuid
from ipp import build
from ipp.enums import Operation
from ipp.message import Attribute
from ipp.syntax import MAX
from ipp.values import Range
from ipp_server import setting_rows
from ipp_server.printer import RASTER_DPI, VERSIONS, Door, House, make_and_model, node_uuid, queue_uuid, urf_tokens
from ipp_server.printer_media import resolutions
from ipp_server.strings import LANGUAGES, uri_of
from jobs import job_password
from jobs.queue import Queue
from jobs.ticket_readers import DOCUMENT, MAX_RANGES, MOST_CLIENT_INFO, OPERATION, TEMPLATE

PREFERRED: Final = "application/pdf"
MULTIPLE_OPERATION_TIME_OUT: Final = 300
PDF_VERSIONS: Final = (
    "adobe-1.3",
    "adobe-1.4",
    "adobe-1.5",
    "adobe-1.6",
    "iso-15930-1_2001",
    "iso-15930-3_2002",
    "iso-15930-4_2003",
    "iso-15930-6_2003",
    "iso-15930-7_2010",
    "iso-15930-8_2010",
    "iso-16612-2_2010",
    "iso-19005-1_2005",
    "iso-19005-2_2011",
    "iso-19005-3_2012",
    "iso-32000-1_2008",
    "pwg-5102.3",
)
_PROCESSING: Final = ("print-color-mode", "print-content-optimize", "print-rendering-intent", "printer-resolution")
_CLIENT_TYPES: Final = (3, 4, 5, 6)  # application, operating system, driver, other
_CLIENT_INFO: Final = ("client-name", "client-patches", "client-string-version", "client-type", "client-version")
_REPERTOIRES: Final = ("iana_us-ascii_digits", "iana_us-ascii_letters", "iana_us-ascii_any", "iana_utf-8_any")
FEATURES: Final = ("ipp-everywhere", "ipp-everywhere-server", "job-release", "job-storage", "page-overrides")
_FEATURES: Final = (
    ("document-object", Operation.GET_DOCUMENT_ATTRIBUTES),
    ("subscription-object", Operation.CREATE_PRINTER_SUBSCRIPTIONS),
)
_TIMES: Final = frozenset({"job-delay-output-until-time", "job-hold-until-time"})
PRIVATE: Final = (
    "document-metadata",
    "document-name-supplied",
    "job-account-id",
    "job-accounting-user-id",
    "job-message-to-operator",
    "job-name",
    "job-originating-user-name",
    "job-originating-user-uri",
    "job-recipient-name",
    "job-sheet-message",
    "job-state-message",
)
"""job-privacy-attributes: what of a job is nobody's business but the owner's and operators'."""


def description(queue: Queue, house: House, door: Door) -> list[Attribute]:
    """All of them."""
    return [
        *_protocol(house),
        *addressed(queue, house, door),
        *_identity(queue, house, door),
        *_documents(queue),
        *_jobs(queue, house),
        *_rasters(queue),
        *house.more,
    ]


def _protocol(house: House) -> Sequence[Attribute]:
    features = tuple(name for name, operation in _FEATURES if operation in house.operations)
    return [
        build.charset("charset-configured", "utf-8"),
        build.charset("charset-supported", "utf-8", "us-ascii"),
        build.keyword("compression-supported", "none", "deflate", "gzip"),
        # Messages are in English; what an administrator wrote is in the house's language.
        build.language("generated-natural-language-supported", *dict.fromkeys(("en", house.language))),
        build.keyword("identify-actions-default", "display"),
        build.keyword("identify-actions-supported", *house.identify_actions),
        build.keyword("ipp-features-supported", *FEATURES, *features),
        build.keyword("ipp-versions-supported", *VERSIONS),
        build.boolean("multiple-document-jobs-supported", Operation.GET_DOCUMENTS in house.operations),
        build.integer("multiple-operation-time-out", MULTIPLE_OPERATION_TIME_OUT),
        build.keyword("multiple-operation-time-out-action", "abort-job"),
        build.language("natural-language-configured", house.language),
        build.enum("operations-supported", *house.operations),
        build.boolean("preferred-attributes-supported", False),
        build.keyword("printer-get-attributes-supported", "document-format"),
        build.boolean("requesting-user-uri-supported", True),
        build.uri_scheme("requesting-user-uri-schemes-supported", "mailto", "urn", "http", "https"),
    ]


def addressed(queue: Queue, house: House, door: Door) -> list[Attribute]:
    """What depends on the URI itself: where the queue is reached, and how one says there who one is.

    Each way of signing in is a URI of its own in these lists, which go together (RFC 8011 section 5.4.1).
    """
    # A queue with passwords is offered over TLS alone; another one says the same of both doors.
    ways = house.authentication if queue.needs_password else ("requesting-user-name",)
    identity = queue_uuid(queue)
    if door.token_id:
        # The address itself says who prints: nothing more is asked.
        ways, identity = ("none",), f"urn:uuid:{token_uuid(queue.id, door.token_id)}"
    security = "tls" if door.secure else "none"
    return [
        build.uri("printer-uri-supported", *[door.printer_uri] * len(ways)),
        build.uri("printer-uuid", identity),
        build.keyword("uri-authentication-supported", *ways),
        build.keyword("uri-security-supported", *[security] * len(ways)),
    ]


def doors(queue: Queue, house: House, door: Door) -> Attribute:
    """printer-xri-supported: the same in one attribute, for the System's operations (RFC 3380, PWG 5100.22)."""
    told = {one.name: one for one in addressed(queue, house, door)}
    ways = (told[name].strings for name in ("uri-authentication-supported", "uri-security-supported"))
    return build.collection(
        "printer-xri-supported",
        *(
            (
                build.uri("xri-uri", door.printer_uri),
                build.keyword("xri-authentication", authentication),
                build.keyword("xri-security", security),
            )
            for authentication, security in zip(*ways, strict=True)
        ),
    )


ADDRESSED: Final = frozenset(
    {
        "printer-uri-supported",
        "printer-uuid",
        "uri-authentication-supported",
        "uri-security-supported",
    }
)
"""Their names."""


def _identity(queue: Queue, house: House, door: Door) -> Sequence[Attribute]:
    return [
        build.uri("device-uuid", f"urn:uuid:{node_uuid(house.node)}"),
        build.text("mopria-certified", "1.3"),
        build.text("printer-device-id", _device_id(queue)),
        build.name("printer-dns-sd-name", build.clip(queue.shown, 63)),
        build.name("printer-firmware-name", "Printgate"),
        build.text("printer-firmware-patches", ""),
        build.text("printer-firmware-string-version", house.version),
        build.octets("printer-firmware-version", house.version.encode()),
        build.unknown("printer-geo-location"),
        build.uri("printer-icons", *(f"{door.web}/static/printer-{size}.png" for size in (48, 128, 512))),
        build.text("printer-info", queue.shown),
        build.integer("printer-id", queue.number),
        build.keyword("printer-kind", "document", "photo"),
        build.text("printer-location", queue.location),
        build.text("printer-make-and-model", make_and_model(queue)),
        build.uri("printer-more-info", f"{door.web}/"),
        build.name("printer-name", queue.name),
        build.text("printer-organization", house.organization),
        build.text("printer-organizational-unit", ""),
        build.text("printer-serial-number", house.node),
        build.language("printer-strings-languages-supported", *LANGUAGES),
        build.uri("printer-strings-uri", f"{door.web}{uri_of(door.language)}"),
        build.uri("printer-supply-info-uri", f"{door.web}/"),
    ]


def _documents(queue: Queue) -> Sequence[Attribute]:
    most = Range(0, min(max(1, queue.max_bytes // 1024), MAX))
    return [
        build.boolean("color-supported", queue.offer.color),
        build.keyword("document-creation-attributes-supported", *DOCUMENT),
        build.mime("document-format-default", "application/octet-stream"),
        build.mime("document-format-preferred", PREFERRED),
        build.mime("document-format-supported", *queue.formats),
        # What is offered does not depend on the format: what a device cannot do with it is done here.
        build.keyword("document-format-varying-attributes", "none"),
        build.integer("document-password-supported", 0),
        build.keyword("jpeg-features-supported", "cmyk", "progressive"),
        build.range_("jpeg-k-octets-supported", most),
        build.range_("jpeg-x-dimension-supported", Range(0, 65535)),
        build.range_("jpeg-y-dimension-supported", Range(1, 65535)),
        build.range_("pdf-k-octets-supported", most),
        build.keyword("pdf-versions-supported", *PDF_VERSIONS),
        build.keyword("pdl-override-supported", "attempted"),
        # Where no device tells its speed, the least: nothing is promised.
        build.integer("pages-per-minute", queue.offer.pages_per_minute or 1),
        *(
            [build.integer("pages-per-minute-color", queue.offer.pages_per_minute_color or 1)]
            if queue.offer.color
            else []
        ),
        build.keyword("print-processing-attributes-supported", *_PROCESSING),
    ]


def _jobs(queue: Queue, house: House) -> Sequence[Attribute]:
    return [
        build.keyword("client-info-supported", *_CLIENT_INFO),
        build.integer("max-client-info-supported", MOST_CLIENT_INFO),
        build.enum("printer-requested-client-type", *_CLIENT_TYPES),
        build.keyword(
            "job-creation-attributes-supported", *sorted({*TEMPLATE, *OPERATION} - (_TIMES if queue.holds else set()))
        ),
        # What is known of a job is kept until an operator purges it.
        build.keyword("job-history-attributes-configured", "all"),
        build.keyword("job-history-attributes-supported", "all"),
        build.integer("job-history-interval-configured", MAX),
        build.range_("job-history-interval-supported", Range(MAX, MAX)),
        build.boolean("job-ids-supported", True),
        build.range_("job-k-octets-supported", Range(0, min(max(1, queue.max_bytes // 1024), MAX))),
        build.boolean("job-mandatory-attributes-supported", True),
        build.keyword("job-password-encryption-supported", *job_password.SUPPORTED),
        build.range_("job-password-length-supported", Range(job_password.SHORTEST, job_password.LONGEST)),
        build.keyword("job-password-repertoire-configured", _REPERTOIRES[0]),
        build.keyword("job-password-repertoire-supported", *_REPERTOIRES),
        build.integer("job-password-supported", job_password.LONGEST),
        build.keyword("job-privacy-attributes", *PRIVATE),
        build.keyword("job-privacy-scope", "owner"),
        build.keyword("job-settable-attributes-supported", *setting_rows.OF_JOBS),
        build.keyword("job-spooling-supported", "spool"),
        build.integer("max-page-ranges-supported", MAX_RANGES),
        build.keyword("printer-settable-attributes-supported", *setting_rows.OF_PRINTERS),
        build.keyword("which-jobs-supported", *house.which_jobs),
    ]


def _rasters(queue: Queue) -> Sequence[Attribute]:
    """What rasters may be like: PWG 5102.4 section 5, and AirPrint's own."""
    offer = queue.offer
    types = ("black_1", "sgray_8", "srgb_8") if offer.color else ("black_1", "sgray_8")
    return [
        build.keyword("pwg-raster-document-type-supported", *types),
        build.resolution("pwg-raster-document-resolution-supported", *resolutions(RASTER_DPI)),
        build.keyword("pwg-raster-document-sheet-back", "normal"),
        build.keyword("urf-supported", *urf_tokens(offer)),
    ]


def _device_id(queue: Queue) -> str:
    model = make_and_model(queue)
    return f"MFG:Printgate;MDL:{model};CMD:PDF,PWGRaster,URF,JPEG,PNG,TXT;CLS:PRINTER;DES:{model};"
