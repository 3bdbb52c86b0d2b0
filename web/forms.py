"""Reading forms and addresses: bounded, checked, and saying what to type instead."""

import asyncio
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Final, Self
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from web.errors import BadForm, ForeignForm, FormTooLarge
from web.i18n import N_

MOST_BYTES: Final = 64 * 1024
_MOST_FIELDS: Final = 1000
_LONGEST_QUERY: Final = 8 * 1024
_PATIENCE: Final = 30.0  # seconds for a form to arrive
_LARGEST_AMOUNT: Final = 10**12
_RANGE = re.compile(r"(\d{1,6})(?:\s*[-–]\s*(\d{1,6}))?")
_MOST_RANGES: Final = 100


class Form:
    """The fields of a form or of an address. A name may stand there more than once."""

    def __init__(self, pairs: Sequence[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Read what a browser encoded. Raises FormTooLarge."""
        try:
            return cls(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
        except ValueError:
            raise FormTooLarge(N_("The form has too many fields.")) from None

    def all(self, name: str, most: int = 200) -> list[str]:
        """The values of a name, each once, at most so many; empty ones are none."""
        return [value for value in dict.fromkeys(self._values.get(name, [])) if value][:most]

    def text(self, name: str, longest: int = 255) -> str:
        """One line of text, without the space around it, control characters left out."""
        value = self._values.get(name, [""])[-1][: longest * 4]
        return "".join(character for character in value if character.isprintable()).strip()[:longest]

    def secret(self, name: str) -> str:
        """A password, as it was typed."""
        return self._values.get(name, [""])[-1][:4096]

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name))

    def number(self, name: str, least: int, most: int) -> int | None:
        """A whole number; None when the field is empty. Raises BadForm."""
        value = self.text(name, 20)
        if not value:
            return None
        if not (value.isascii() and value.isdigit()) or not least <= int(value) <= most:
            raise BadForm(N_("Type a whole number within the limits that stand below the field."))
        return int(value)

    def numbers(self, name: str, most: int = 200) -> list[int]:
        """The numbers of a name; what is none is left out."""
        return [int(value) for value in self.all(name, most) if value.isascii() and value.isdigit() and len(value) < 12]

    def amount(self, name: str, digits: int) -> int:
        """An amount of money in the currency's smallest unit; point or comma. Raises BadForm."""
        value = self.text(name, 30).replace("\u202f", "").replace(" ", "").replace("−", "-").replace(",", ".")
        try:
            scaled = Decimal(value or "0").scaleb(digits)
            whole = int(scaled)
        except (InvalidOperation, ValueError, OverflowError):
            raise BadForm(N_("Type an amount such as 2.50.")) from None
        if scaled != whole or abs(whole) > _LARGEST_AMOUNT:
            raise BadForm(N_("Type an amount such as 2.50."))
        return whole

    def pages(self, name: str) -> tuple[tuple[int, int], ...] | None:
        """Ranges of pages such as 1-3, 5; None when the field is empty. Raises BadForm."""
        value = self.text(name)
        if not value:
            return None
        found: list[tuple[int, int]] = []
        for part in re.split(r"[,;]", value)[:_MOST_RANGES]:
            match = _RANGE.fullmatch(part.strip())
            first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
            # Ascending and apart, as RFC 8011 section 5.2.7 wants page-ranges.
            if not 0 < first <= last or (found and first <= found[-1][1]):
                raise BadForm(N_("Type pages such as 1-3, 5, in rising order."))
            found.append((first, last))
        return tuple(found)


async def read(request: web.Request) -> Form:
    """Read the form of a POST. Raises FormTooLarge, ForeignForm."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise ForeignForm(N_("This was not sent by one of our pages."))
    if (request.content_length or 0) > MOST_BYTES:
        raise FormTooLarge(N_("The form is too large."))
    body = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE):
            while chunk := await request.content.readany():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise FormTooLarge(N_("The form is too large."))
    except TimeoutError:
        raise ForeignForm(N_("The form did not arrive.")) from None
    return Form.parsed(body.decode("utf-8", "replace"))


def query(request: web.Request) -> Form:
    """Read the fields in the address. Raises FormTooLarge."""
    text = request.rel_url.raw_query_string
    if len(text) > _LONGEST_QUERY:
        raise FormTooLarge(N_("The address is too long."))
    return Form.parsed(text)


def from_here(request: web.Request) -> bool:
    """Whether the browser says that a form came from this very host (Origin, else Referer, RFC 6454)."""
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    if origin is None:
        # Old panels send neither; their form token still has to be right.
        return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    schemes = ("https",) if request.secure else ("http", "https")
    return parts.scheme in schemes and parts.netloc.lower() == request.host.lower()


def local_path(text: str, default: str = "/") -> str:
    """An address on this host to go on to, or the default if it leads elsewhere."""
    plain = text.isascii() and text.isprintable() and "\\" not in text and " " not in text and len(text) <= 2000
    return text if plain and text.startswith("/") and not text.startswith("//") else default
