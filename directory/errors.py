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
