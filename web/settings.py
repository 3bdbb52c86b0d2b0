"""What the pages need to be told: the house's name, its money, its languages, and how long a sign-in lasts."""

from dataclasses import dataclass

LANGUAGES = {"en": "English", "fr": "Français"}
"""The languages that there are words for, each by its own name."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of the pages. Durations are seconds; `currency` is an ISO 4217 code with so many digits."""

    organisation: str = ""
    currency: str = "EUR"
    currency_digits: int = 2
    languages: tuple[str, ...] = ("en", "fr")
    session_idle: int = 30 * 60
    session_limit: int = 12 * 3600
    plain_http_allowed: bool = False
    """Whether people may sign in without encryption; from this machine itself they always may."""
