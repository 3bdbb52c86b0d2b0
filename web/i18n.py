"""Languages: words by gettext, money, numbers and dates by Babel.

The .po files beside this module are compiled in memory at start, so that words and their file cannot differ.
"""

import gettext
import io
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.units import format_unit
from markupsafe import Markup

from web.settings import LANGUAGES, Settings

_FOLDER = Path(__file__).parent / "locale"
_LONGEST_HEADER = 200  # characters of Accept-Language that are looked at
_DAY_MS = 86_400_000


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a word that is translated later
    """Mark a word for translation where a table holds it."""
    return message


def plural(one: str, many: str) -> tuple[str, str]:
    """Mark a sentence with a number in it for translation where a table holds it."""
    return one, many


def translations(language: str) -> gettext.NullTranslations:
    """Compile the words of a language; English is written in the source itself."""
    path = _FOLDER / f"{language}.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def chosen(cookie: str | None, header: str | None, languages: Sequence[str]) -> str:
    """Pick the language: the one asked for by cookie, else the best of Accept-Language, else the first."""
    if cookie in languages and cookie:
        return cookie
    wanted: list[tuple[float, str]] = []
    for part in (header or "")[:_LONGEST_HEADER].split(","):
        tag, _, weight = part.strip().partition(";")
        quality = _quality(weight)
        if quality > 0:
            wanted.append((-quality, tag.split("-")[0].strip().lower()))
    ordered = [tag for _, tag in sorted(wanted, key=lambda pair: pair[0])]
    return next((tag for tag in ordered if tag in languages), languages[0])


def _quality(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if math.isfinite(quality) else 0.0


class Talk:
    """Speaks one language."""

    def __init__(self, language: str, settings: Settings) -> None:
        self.language, self.name = language, LANGUAGES[language]
        self._words = translations(language)
        # British English for its dates: day before month, as everywhere else that the gateway speaks.
        self._locale = Locale.parse("en_GB" if language == "en" else language)
        self._currency, self._digits = settings.currency, settings.currency_digits
        self.gettext, self.ngettext = self._words.gettext, self._words.ngettext

    def say(self, message: str, **values: Any) -> str:
        """Say a sentence, its values put in."""
        return self.gettext(message) % values if values else self.gettext(message)

    def count(self, one: str, many: str, n: int, **values: Any) -> str:
        """Say a sentence with a number in it, in the right plural."""
        return self.ngettext(one, many, n) % {"n": self.number(n), **values}

    def number(self, value: float) -> str:
        """Write a number."""
        return _minus(numbers.format_decimal(value, locale=self._locale))

    def size(self, value: int) -> str:
        """Write how much storage something takes, in bytes, in its largest whole unit."""
        for unit, size in (("gigabyte", 1 << 30), ("megabyte", 1 << 20)):
            if value >= size:
                return format_unit(value // size, f"digital-{unit}", length="short", locale=self._locale)
        return format_unit(value, "digital-byte", locale=self._locale)

    def money(self, amount: int) -> str:
        """Write an amount, given in the currency's smallest unit."""
        value = Decimal(amount).scaleb(-self._digits)
        return _minus(numbers.format_currency(value, self._currency, locale=self._locale))

    def plain_money(self, amount: int) -> str:
        """Write an amount for an input field: figures and the language's decimal sign."""
        text = f"{Decimal(amount).scaleb(-self._digits):.{self._digits}f}"
        return text.replace(".", numbers.get_decimal_symbol(self._locale))

    def exact(self, at: int) -> str:
        """Write a moment (milliseconds of the epoch) to the second."""
        return dates.format_datetime(_local(at), "EEE d MMM y, HH:mm:ss", locale=self._locale)

    def ago(self, at: int) -> str:
        """Say how long ago a moment was; after a week, its date."""
        gone = max(0, _now() - at)
        if gone < 60_000:
            return self.gettext("just now")
        if gone < 3_600_000:
            return self.count("%(n)s min ago", "%(n)s min ago", gone // 60_000)
        if gone < _DAY_MS:
            return self.count("%(n)s h ago", "%(n)s h ago", gone // 3_600_000)
        if gone < 7 * _DAY_MS:
            return self.count("%(n)s day ago", "%(n)s days ago", gone // _DAY_MS)
        return dates.format_datetime(_local(at), "d MMM y", locale=self._locale)

    def until(self, at: int) -> str:
        """Say until when: the time today, else with its day."""
        moment = _local(at)
        pattern = "HH:mm" if moment.date() == _local(_now()).date() else "EEE d MMM, HH:mm"
        return dates.format_datetime(moment, pattern, locale=self._locale)

    def clock(self, at: int) -> str:
        """Write the time of a moment of today; of another day, its date."""
        moment = _local(at)
        pattern = "HH:mm" if moment.date() == _local(_now()).date() else "d MMM"
        return dates.format_datetime(moment, pattern, locale=self._locale)

    def today(self) -> str:
        """Write today's day, as a title."""
        text = dates.format_datetime(_local(_now()), "EEEE d MMMM", locale=self._locale)
        return text[:1].upper() + text[1:]

    def span(self, seconds: int) -> str:
        """Write a duration in its largest whole unit."""
        for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
            if seconds >= size and seconds % size == 0:
                return numbers_unit(seconds // size, unit, self._locale)
        return numbers_unit(seconds, "second", self._locale)

    def time(self, at: int | None, text: str | None = None) -> Markup:
        """Mark a moment up: relative to be read, exact for who wants to know."""
        if at is None:
            return Markup("–")
        iso = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
        return Markup('<time datetime="{}" title="{}">{}</time>').format(iso, self.exact(at), text or self.ago(at))

    def joined(self, parts: Sequence[str]) -> str:
        """Join words as a list in a line."""
        return ", ".join(part for part in parts if part)


def numbers_unit(value: int, unit: str, locale: Locale) -> str:
    """Write a number with a unit of time."""
    return format_unit(value, f"duration-{unit}", locale=locale)


def midnight() -> int:
    """When today began here, in milliseconds of the epoch."""
    start = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return int(start.timestamp() * 1000)


def hour_of(at: int) -> int:
    """The hour of the day of a moment, here."""
    return _local(at).hour


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone()


def _now() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)
