"""What can go wrong when somebody says who they are."""


class DirectoryError(Exception):
    """Root of the errors of this package."""


class NameTaken(DirectoryError):
    """A person of that name exists already."""


class PersonUnknown(DirectoryError):
    """There is no such person."""


class WeakPassword(DirectoryError):
    """The password is too short to be one."""


class BadName(DirectoryError):
    """The name cannot be one of a person."""


class TooManyTries(DirectoryError):
    """Too many wrong passwords lately; wait before the next."""


class BadLabel(DirectoryError):
    """The name of a device is empty or too long."""


class LabelTaken(DirectoryError):
    """The person has a printer address for a device of that name already."""


class TokensFull(DirectoryError):
    """The person has as many printer addresses as one may have."""


class TokenUnknown(DirectoryError):
    """There is no such printer address."""


class TooManyWrongTokens(DirectoryError):
    """Too many wrong printer addresses were asked for from one network address lately."""


class KerberosUnusable(DirectoryError):
    """Tickets cannot be accepted: the keytab, its service or a library is missing."""


class OAuthUnusable(DirectoryError):
    """The authorisation server, or what it says of itself, cannot be used."""


class AuthorisationServerAway(DirectoryError):
    """No key of the authorisation server is known, and it does not answer."""
