"""What can go wrong with money."""


class AccountingError(Exception):
    """Root of the errors of this package."""


class CreditExhausted(AccountingError):
    """The person's credit does not cover what they want to print."""


class AccountUnknown(AccountingError):
    """There is no such account."""


class BadAmount(AccountingError):
    """An amount or a price that cannot be."""
