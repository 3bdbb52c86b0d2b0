"""The one table from errors to IPP statuses (RFC 8011 appendix B). Domain errors know nothing of it."""

from typing import Final

from directory.errors import AuthorisationServerAway, DirectoryError, TooManyTries, TooManyWrongTokens
from events.subscriptions.errors import (
    NoLease,
    SubscriptionError,
    SubscriptionUnknown,
    TooManySubscriptions,
    TooManyWaiting,
)
from ipp.enums import Status
from ipp.errors import BadMessage, IppError, TooLarge
from ipp_server.errors import BadCompression, DocumentStalled, RequestFault
from jobs.errors import (
    AlreadyClosed,
    AttributesNotSupported,
    BadQueue,
    DocumentTooLarge,
    FormatNotSupported,
    JobError,
    JobUnknown,
    NoDocument,
    NotAccepting,
    NotAdmitted,
    NotPossible,
    OutOfService,
    QueueExists,
    QueueUnknown,
    ResourceUnknown,
    TooManyDocuments,
)
from pdl.errors import PdlError
from release.desk import AccountingError, CreditExhausted
from release.errors import (
    CannotPrint,
    DeviceInUse,
    DeviceNotReady,
    MayHavePrinted,
    NeedsPassword,
    NoDevice,
    NotYours,
    ReleaseError,
    StillCounting,
    TooManyCodes,
    WrongCode,
)
from storage.errors import (
    DocumentCorrupt,
    DocumentGone,
    HomeBusy,
    HomeTooNew,
    StorageError,
    StorageFull,
    StorageUnavailable,
    TooLargeDocument,
)

STATUSES: Final[dict[type[Exception], Status]] = {
    TooLarge: Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE,
    BadMessage: Status.CLIENT_ERROR_BAD_REQUEST,
    IppError: Status.CLIENT_ERROR_BAD_REQUEST,
    BadCompression: Status.CLIENT_ERROR_COMPRESSION_ERROR,
    DocumentStalled: Status.CLIENT_ERROR_TIMEOUT,
    JobUnknown: Status.CLIENT_ERROR_NOT_FOUND,
    QueueUnknown: Status.CLIENT_ERROR_NOT_FOUND,
    ResourceUnknown: Status.CLIENT_ERROR_NOT_FOUND,
    QueueExists: Status.CLIENT_ERROR_NOT_POSSIBLE,
    BadQueue: Status.CLIENT_ERROR_BAD_REQUEST,
    NotPossible: Status.CLIENT_ERROR_NOT_POSSIBLE,
    AlreadyClosed: Status.CLIENT_ERROR_NOT_POSSIBLE,
    NotAdmitted: Status.CLIENT_ERROR_ACCOUNT_LIMIT_REACHED,
    NoDocument: Status.CLIENT_ERROR_BAD_REQUEST,
    FormatNotSupported: Status.CLIENT_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED,
    AttributesNotSupported: Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
    TooManyDocuments: Status.SERVER_ERROR_MULTIPLE_DOCUMENT_JOBS_NOT_SUPPORTED,
    DocumentTooLarge: Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE,
    NotAccepting: Status.SERVER_ERROR_NOT_ACCEPTING_JOBS,
    OutOfService: Status.SERVER_ERROR_SERVICE_UNAVAILABLE,
    JobError: Status.SERVER_ERROR_INTERNAL_ERROR,
    NotYours: Status.CLIENT_ERROR_NOT_AUTHORIZED,
    NoDevice: Status.CLIENT_ERROR_NOT_POSSIBLE,
    DeviceNotReady: Status.CLIENT_ERROR_NOT_POSSIBLE,
    DeviceInUse: Status.CLIENT_ERROR_NOT_POSSIBLE,
    CannotPrint: Status.CLIENT_ERROR_NOT_POSSIBLE,
    MayHavePrinted: Status.CLIENT_ERROR_NOT_POSSIBLE,
    StillCounting: Status.SERVER_ERROR_TEMPORARY_ERROR,
    NeedsPassword: Status.CLIENT_ERROR_NOT_AUTHORIZED,
    WrongCode: Status.CLIENT_ERROR_NOT_FOUND,
    TooManyCodes: Status.SERVER_ERROR_BUSY,
    ReleaseError: Status.CLIENT_ERROR_NOT_POSSIBLE,
    CreditExhausted: Status.CLIENT_ERROR_ACCOUNT_LIMIT_REACHED,
    AccountingError: Status.CLIENT_ERROR_ACCOUNT_AUTHORIZATION_FAILED,
    TooManyTries: Status.CLIENT_ERROR_NOT_AUTHENTICATED,
    TooManyWrongTokens: Status.SERVER_ERROR_BUSY,
    AuthorisationServerAway: Status.SERVER_ERROR_TEMPORARY_ERROR,
    DirectoryError: Status.CLIENT_ERROR_NOT_AUTHENTICATED,
    StorageFull: Status.SERVER_ERROR_TEMPORARY_ERROR,
    StorageUnavailable: Status.SERVER_ERROR_TEMPORARY_ERROR,
    HomeBusy: Status.SERVER_ERROR_TEMPORARY_ERROR,
    HomeTooNew: Status.SERVER_ERROR_TEMPORARY_ERROR,
    DocumentGone: Status.CLIENT_ERROR_NOT_POSSIBLE,
    DocumentCorrupt: Status.SERVER_ERROR_INTERNAL_ERROR,
    TooLargeDocument: Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE,
    StorageError: Status.SERVER_ERROR_TEMPORARY_ERROR,
    SubscriptionUnknown: Status.CLIENT_ERROR_NOT_FOUND,
    TooManySubscriptions: Status.CLIENT_ERROR_TOO_MANY_SUBSCRIPTIONS,
    NoLease: Status.CLIENT_ERROR_NOT_POSSIBLE,
    TooManyWaiting: Status.SERVER_ERROR_BUSY,
    SubscriptionError: Status.CLIENT_ERROR_NOT_POSSIBLE,
    PdlError: Status.CLIENT_ERROR_DOCUMENT_FORMAT_ERROR,
}


def status_of(error: Exception) -> Status:
    """The IPP status of an error: its own, or that of its nearest named ancestor."""
    if isinstance(error, RequestFault):
        return error.status
    for kind in type(error).__mro__:
        if kind in STATUSES:
            return STATUSES[kind]
    return Status.SERVER_ERROR_INTERNAL_ERROR
