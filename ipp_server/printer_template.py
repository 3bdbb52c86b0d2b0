"""What may be asked for in a job, and what holds where nobody asks: -default, -supported (RFC 8011 section 5.2)."""

from collections.abc import Sequence

from ipp import build
from ipp.message import Attribute
from ipp.values import Range
from ipp_server import printer_media, printer_sheets
from jobs.queue import Offer, Queue
from jobs.ticket_readers import (
    ACCOUNT_TYPES,
    DELAYS,
    DOCUMENT_HANDLING,
    ERROR_ACTIONS,
    HOLDS,
    JOB_SHEETS,
    MOST_SECONDS,
    NO_FINISHING,
    NUMBER_UP,
    RELEASE_ACTIONS,
    SCALINGS,
    STORAGE_ACCESS,
    STORAGE_DISPOSITIONS,
    color_modes,
)


def job_template(queue: Queue) -> list[Attribute]:
    """All of them, media included."""
    offer = queue.offer
    return [
        *_pages(offer),
        *_quality(offer),
        *_finishing(offer),
        *printer_sheets.attributes(offer),
        *printer_media.attributes(offer),
        *_times(queue),
        *_accounts(),
        *_release(queue),
    ]


def _pages(offer: Offer) -> Sequence[Attribute]:
    return [
        build.integer("copies-default", 1),
        build.range_("copies-supported", Range(1, offer.copies)),
        build.keyword("multiple-document-handling-default", DOCUMENT_HANDLING[0]),
        build.keyword("multiple-document-handling-supported", *DOCUMENT_HANDLING),
        build.integer("number-up-default", 1),
        build.integer("number-up-supported", *NUMBER_UP),
        build.enum("orientation-requested-default", 3),
        build.enum("orientation-requested-supported", 3, 4, 5, 6),
        build.boolean("page-ranges-supported", True),
        build.keyword("print-scaling-default", "auto"),
        build.keyword("print-scaling-supported", *SCALINGS),
        build.keyword("sides-default", "one-sided"),
        build.keyword("sides-supported", *offer.sides),
    ]


def _quality(offer: Offer) -> Sequence[Attribute]:
    return [
        build.keyword("print-color-mode-default", "auto" if offer.color else "monochrome"),
        build.keyword("print-color-mode-supported", *color_modes(offer)),
        build.keyword("print-content-optimize-default", "auto"),
        build.keyword("print-content-optimize-supported", *offer.content_optimize),
        build.enum("print-quality-default", 4),
        build.enum("print-quality-supported", 3, 4, 5),
        build.keyword("print-rendering-intent-default", "auto"),
        build.keyword("print-rendering-intent-supported", *offer.rendering_intents),
        build.resolution("printer-resolution-default", *printer_media.resolutions([_default_dpi(offer)])),
        build.resolution("printer-resolution-supported", *printer_media.resolutions(offer.resolutions)),
    ]


def _finishing(offer: Offer) -> Sequence[Attribute]:
    told = [
        build.enum("finishings-default", NO_FINISHING),
        build.enum("finishings-supported", NO_FINISHING, *offer.finishings),
        build.keyword("output-bin-default", offer.output_bins[0]),
        build.keyword("output-bin-supported", *offer.output_bins),
    ]
    # PWG 5100.1 section 5: finishings-col goes with finishings beyond none.
    templates = ("none", *offer.templates.values())
    columns = [[build.keyword("finishing-template", template)] for template in templates]
    return [
        *told,
        build.enum("finishings-ready", NO_FINISHING, *offer.finishings),
        build.keyword("finishing-template-supported", *templates),
        build.collection("finishings-col-database", *columns),
        build.collection("finishings-col-default", columns[0]),
        build.collection("finishings-col-ready", *columns),
        build.keyword("finishings-col-supported", "finishing-template"),
    ]


def _times(queue: Queue) -> Sequence[Attribute]:
    # A queue that holds lets a job go when its owner wants it, and at no other time.
    holds, delays = (HOLDS[:2], DELAYS[:2]) if queue.holds else (HOLDS, DELAYS)
    return [
        build.no_value("job-cancel-after-default"),
        build.range_("job-cancel-after-supported", Range(1, MOST_SECONDS)),
        build.keyword("job-delay-output-until-default", DELAYS[0]),
        build.keyword("job-delay-output-until-supported", *delays),
        build.range_("job-delay-output-until-time-supported", Range(0, 0 if queue.holds else queue.retention)),
        build.keyword("job-error-action-default", ERROR_ACTIONS[0]),
        build.keyword("job-error-action-supported", *ERROR_ACTIONS),
        build.keyword("job-hold-until-default", "indefinite" if queue.holds else "no-hold"),
        build.keyword("job-hold-until-supported", *holds),
        build.boolean("job-hold-until-time-supported", not queue.holds),
        build.integer("job-priority-default", 50),
        build.integer("job-priority-supported", 100),
    ]


def _accounts() -> Sequence[Attribute]:
    return [
        build.boolean("job-account-id-supported", True),
        build.no_value("job-account-id-default"),
        build.keyword("job-account-type-default", ACCOUNT_TYPES[0]),
        build.keyword("job-account-type-supported", *ACCOUNT_TYPES),
        build.boolean("job-accounting-user-id-supported", True),
        build.no_value("job-accounting-user-id-default"),
        build.text("job-message-to-operator-default", ""),
        build.boolean("job-message-to-operator-supported", True),
        build.boolean("job-recipient-name-supported", True),
    ]


def _release(queue: Queue) -> Sequence[Attribute]:
    forced = queue.banner != "none"
    sheets = JOB_SHEETS[1:2] if forced else JOB_SHEETS
    actions = RELEASE_ACTIONS[1:] if queue.holds else RELEASE_ACTIONS
    return [
        build.text("job-sheet-message-default", ""),
        build.boolean("job-sheet-message-supported", True),
        build.collection("job-sheets-col-default", [build.keyword("job-sheets", sheets[0])]),
        build.keyword("job-sheets-col-supported", "job-sheets"),
        build.keyword("job-sheets-default", sheets[0]),
        build.keyword("job-sheets-supported", *sheets),
        build.keyword("job-release-action-default", "owner-authorized" if queue.holds else "none"),
        build.keyword("job-release-action-supported", *actions),
        build.keyword("job-storage-access-supported", *STORAGE_ACCESS),
        build.keyword("job-storage-disposition-supported", *STORAGE_DISPOSITIONS),
        build.keyword("job-storage-supported", "job-storage-access", "job-storage-disposition"),
        build.range_("proof-copies-supported", Range(1, queue.offer.copies)),
        build.range_("proof-print-copies-supported", Range(0, queue.offer.copies)),
        build.no_value("proof-print-default"),
        build.keyword("proof-print-supported", "media", "proof-print-copies"),
    ]


def _default_dpi(offer: Offer) -> int:
    return next((dpi for dpi in offer.resolutions if dpi >= 600), offer.resolutions[-1])
