"""Every domain error and its HTTP status, with what is safe and what to do; the error's own words say what happened."""

from dataclasses import dataclass
from typing import Final

from accounting import errors as accounting
from devices import errors as devices
from devices import fleet, ipp_connection, ipp_requests
from directory import errors as directory
from jobs import errors as jobs
from release import errors as release
from storage import errors as storage
from web import errors as web
from web.i18n import N_


@dataclass(frozen=True, slots=True)
class Said:
    """An HTTP status, a title, and what to tell a person; all words are yet to be translated."""

    status: int
    title: str
    safe: str = ""
    advice: str = ""


_GONE = Said(
    404, N_("It is not here"), N_("Nothing was changed."), N_("It may have been printed or deleted meanwhile.")
)
_WAITS = N_("Your document waits as before, and nothing is charged.")
_REFUSED = Said(409, N_("That is not possible now"), _WAITS, N_("Look at your jobs and choose again."))
_FORM = Said(400, N_("Please look at the form again"), N_("Nothing was changed."), N_("Go back and correct it."))
_TAKEN = Said(409, N_("That name is taken"), N_("Nothing was changed."), N_("Go back and choose another name."))
_DEVICE = Said(
    502,
    N_("The printer does not answer as it should"),
    _WAITS,
    N_("Check that it is switched on and connected, or choose another printer."),
)
_STORAGE = Said(
    503,
    N_("The server cannot reach its data"),
    N_("Documents that were accepted are safe."),
    N_("Try again in a minute. If this goes on, tell an administrator."),
)
_SIGN_IN = Said(
    503,
    N_("Who you are cannot be checked now"),
    N_("Documents that were accepted are safe."),
    N_("Try again in a minute. If this goes on, tell an administrator."),
)
_DOCUMENT = Said(409, N_("The document is gone"), N_("Nothing is charged."), N_("Send it again to print it."))
_PRINT_AGAIN = N_("Send the document in another form, for example as PDF.")
_UNREADABLE = Said(415, N_("The document cannot be printed"), N_("Nothing is charged."), _PRINT_AGAIN)

STATUS: Final[dict[type[Exception], Said]] = {
    web.PageError: _FORM,
    web.SignInFirst: Said(401, N_("Sign in first")),
    web.AdministratorsOnly: Said(
        403,
        N_("This page is for administrators"),
        N_("Nothing was changed."),
        N_("Ask an administrator if you need something from it."),
    ),
    web.PageUnknown: Said(404, N_("There is no such page"), "", N_("Check the address, or begin at your jobs.")),
    web.ForeignForm: Said(
        403,
        N_("This form is too old"),
        N_("Nothing was done."),
        N_("Go back, load the page again, and press once more."),
    ),
    web.FormTooLarge: Said(413, N_("That is more than this page takes"), N_("Nothing was done."), ""),
    web.BadForm: _FORM,
    web.NothingChosen: Said(400, N_("Nothing is chosen"), "", N_("Go back and choose at least one document.")),
    web.LinkUsed: Said(
        410,
        N_("This link has been used, or its time is over"),
        "",
        N_("Sign in, or have a new link printed on the server with: printgate first-run"),
    ),
    jobs.JobError: _REFUSED,
    jobs.JobUnknown: _GONE,
    jobs.QueueUnknown: _GONE,
    jobs.ResourceUnknown: _GONE,
    jobs.QueueExists: _TAKEN,
    jobs.BadQueue: _FORM,
    jobs.NotPossible: _REFUSED,
    jobs.AlreadyClosed: _REFUSED,
    jobs.NotAdmitted: Said(403, N_("The document was not accepted"), N_("Nothing is charged."), ""),
    jobs.FormatNotSupported: _UNREADABLE,
    jobs.NoDocument: _UNREADABLE,
    jobs.AttributesNotSupported: _UNREADABLE,
    jobs.TooManyDocuments: _UNREADABLE,
    jobs.DocumentTooLarge: Said(413, N_("The document is too large"), N_("Nothing is charged."), _PRINT_AGAIN),
    jobs.OutOfService: Said(503, N_("This printer is out of service"), N_("Nothing is charged."), ""),
    jobs.NotAccepting: Said(503, N_("No documents are taken for now"), N_("Nothing is charged."), ""),
    release.ReleaseError: _REFUSED,
    release.NotYours: Said(403, N_("This is somebody else's document"), N_("Nothing was done."), ""),
    release.NoDevice: Said(409, N_("No printer is chosen"), _WAITS, N_("Go back and choose a printer.")),
    release.DeviceInUse: Said(
        409,
        N_("This printer is in use"),
        N_("Nothing was changed."),
        N_("Choose another printer for the queue, then remove this one."),
    ),
    release.DeviceNotReady: Said(
        503, N_("This printer is not ready"), _WAITS, N_("Choose another printer, or wait until it is.")
    ),
    release.CannotPrint: Said(
        409, N_("This printer cannot print that document"), _WAITS, N_("Choose another printer.")
    ),
    release.MayHavePrinted: Said(
        409,
        N_("It may have printed already"),
        N_("Nothing is charged yet."),
        N_("Look at the printer first. If nothing came out, choose Print again and confirm."),
    ),
    release.StillCounting: Said(503, N_("The document is still being counted"), _WAITS, N_("Try again in a moment.")),
    release.NeedsPassword: Said(
        403, N_("The password is missing or wrong"), _WAITS, N_("Type the password that you sent the document with.")
    ),
    release.TooManyCodes: Said(
        429, N_("Too many codes"), N_("Nothing was changed."), N_("Wait five minutes, then try again.")
    ),
    release.WrongCode: Said(
        404, N_("No document waits under this code"), N_("Nothing was changed."), N_("Check the letters and figures.")
    ),
    accounting.AccountingError: _FORM,
    accounting.CreditExhausted: Said(
        402,
        N_("Your credit does not cover this"),
        _WAITS,
        N_("Choose fewer documents, black and white or both sides, or have credit added."),
    ),
    accounting.AccountUnknown: _GONE,
    accounting.BadAmount: _FORM,
    directory.DirectoryError: _FORM,
    directory.NameTaken: _TAKEN,
    directory.PersonUnknown: _GONE,
    directory.WeakPassword: _FORM,
    directory.BadName: _FORM,
    directory.BadLabel: _FORM,
    directory.LabelTaken: _TAKEN,
    directory.TokensFull: _FORM,
    directory.TokenUnknown: _GONE,
    directory.TooManyWrongTokens: Said(
        429, N_("Too many wrong addresses"), N_("Nothing was changed."), N_("Wait five minutes, then try again.")
    ),
    directory.KerberosUnusable: _SIGN_IN,
    directory.OAuthUnusable: _SIGN_IN,
    directory.AuthorisationServerAway: _SIGN_IN,
    directory.TooManyTries: Said(
        429, N_("Too many wrong passwords"), N_("Your account is safe."), N_("Wait five minutes, then try again.")
    ),
    devices.DeviceError: _DEVICE,
    devices.DeviceUnreachable: _DEVICE,
    devices.DeviceRefused: Said(
        400, N_("This printer cannot be used so"), N_("Nothing was changed."), N_("Check its address and settings.")
    ),
    devices.DeviceUnclear: _DEVICE,
    devices.DeviceBusy: Said(503, N_("The printer is busy"), _WAITS, N_("Try again in a moment.")),
    devices.DeviceTroubled: _DEVICE,
    devices.CertificateChanged: Said(
        502,
        N_("The printer shows another certificate than before"),
        N_("Nothing was sent to it."),
        N_("If the printer was reset or replaced, remove it here and add it again."),
    ),
    ipp_connection.BadRequest: _DEVICE,
    ipp_requests.Gone: _DEVICE,
    ipp_requests.VersionRefused: _DEVICE,
    fleet.DeviceExists: _TAKEN,
    fleet.DeviceUnknown: _GONE,
    storage.StorageError: _STORAGE,
    storage.StorageFull: Said(
        507,
        N_("The server's disk is full"),
        N_("Documents that were accepted are safe."),
        N_("Tell an administrator. It goes on by itself when there is room."),
    ),
    storage.StorageUnavailable: _STORAGE,
    storage.DocumentGone: _DOCUMENT,
    storage.DocumentCorrupt: _DOCUMENT,
    storage.TooLargeDocument: Said(413, N_("The document is too large"), N_("Nothing is charged."), _PRINT_AGAIN),
    storage.HomeBusy: _STORAGE,
    storage.HomeTooNew: _STORAGE,
}

UNEXPECTED: Final = Said(
    500,
    N_("Something went wrong here"),
    N_("Documents that were accepted are safe."),
    N_("Try again. If it happens again, tell an administrator the reference below."),
)

MAPPED: Final = (
    web.PageError,
    jobs.JobError,
    release.ReleaseError,
    accounting.AccountingError,
    directory.DirectoryError,
    devices.DeviceError,
    storage.StorageError,
)
"""The roots: each error below one of them has its row above."""


def said(error: Exception) -> Said:
    """What to answer for an error: the row of its class, or of the nearest class above."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), UNEXPECTED)
