"""What is told of a job, one attribute each: made of one job, or encoded for a whole page of jobs at once.

A row of the table of job attributes may be any function of job and scene. The classes here are such functions that know
besides which columns they are made of; a page is encoded by them many times as quickly, for nearly every step of it is
one call of a whole column.
"""

import abc
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import repeat
from struct import Struct
from typing import Any, Final, Protocol

from ipp import build
from ipp.codec import encode_attribute
from ipp.message import Attribute
from jobs.job import Job
from jobs.page import SHORT, Page, read

_KEPT: Final = 1000  # encoded values that are remembered, of each attribute
_SHORT: Final = 256  # octets, of which no syntax is the limit
_DAY_MS: Final = 86_400_000


class Look(Protocol):
    """What rows need of whoever looks."""

    @property
    def printer_uri(self) -> str:
        """The queue, as the client knows it."""

    @property
    def started(self) -> float:
        """When the gateway started, in seconds of the epoch."""


def encoded(attribute: Attribute | None) -> bytes:
    """One attribute's octets; none of what is not told."""
    return b"" if attribute is None else encode_attribute(attribute)


class Told(abc.ABC):
    """One attribute of a job, made of `columns`."""

    def __init__(self, *columns: str) -> None:
        self.columns = columns

    @abc.abstractmethod
    def __call__(self, job: Job, scene: Look) -> Attribute | None:
        """Make the attribute of one job."""

    def octets(self, job: Job, scene: Look) -> bytes:
        """Encode the attribute of one job."""
        return encoded(self(job, scene))

    @abc.abstractmethod
    def page(self, page: Page, scene: Look) -> Iterable[bytes]:
        """Encode the attribute of each job of a page."""


class Same(Told):
    """The same of all jobs of one look."""

    def __init__(self, make: Callable[[Look], Attribute]) -> None:
        super().__init__()
        self.make = make

    def __call__(self, job: Job, scene: Look) -> Attribute:  # noqa: ARG002 - one shape for all rows
        """Make the attribute of one job."""
        return self.make(scene)

    def page(self, page: Page, scene: Look) -> Iterable[bytes]:
        """Encode the attribute of each job of a page."""
        return repeat(encode_attribute(self.make(scene)), len(page))


class Few(Told):
    """Made of columns that have few different values: what was encoded once is remembered."""

    def __init__(self, make: Callable[..., Attribute | None], *columns: str) -> None:
        super().__init__(*columns)
        self._make = make
        self._encoded = lru_cache(maxsize=_KEPT)(self._encode)
        self._encoded_fields = lru_cache(maxsize=_KEPT)(self._encode_fields)

    def __call__(self, job: Job, scene: Look) -> Attribute | None:  # noqa: ARG002
        """Make the attribute of one job."""
        return self._make(*(getattr(job, column) for column in self.columns))

    def page(self, page: Page, scene: Look) -> Iterable[bytes]:  # noqa: ARG002
        """Encode the attribute of each job of a page."""
        written = [page.written(column) for column in self.columns]
        long = "ticket" in self.columns and max(map(len, page.written("ticket")), default=0) > SHORT
        return map(self._encode if long else self._encoded, *written)

    def octets(self, job: Job, scene: Look) -> bytes:  # noqa: ARG002
        """Encode the attribute of one job."""
        return self._encoded_fields(*(getattr(job, column) for column in self.columns))

    def _encode(self, *written: Any) -> bytes:
        return self._encode_fields(*map(read, self.columns, written))

    def _encode_fields(self, *fields: Any) -> bytes:
        return encoded(self._make(*fields))


class Own(Told):
    """A value of its own in each job: what `value` says to a look makes it of the columns; None is `absent`."""

    def __init__(
        self,
        make: Callable[[Any], Attribute],
        *columns: str,
        value: Callable[[Look], Callable[..., Any]] | None = None,
        absent: Attribute | None = None,
    ) -> None:
        super().__init__(*columns)
        self._make, self._value, self._absent = make, value, absent
        self._nothing = encoded(absent)

    def __call__(self, job: Job, scene: Look) -> Attribute | None:
        """Make the attribute of one job."""
        values = (getattr(job, column) for column in self.columns)
        value = self._value(scene)(*values) if self._value else next(values)
        return self._absent if value is None else self._make(value)

    def octets(self, job: Job, scene: Look) -> bytes:
        """Encode the attribute of one job."""
        values = (getattr(job, column) for column in self.columns)
        value = self._value(scene)(*values) if self._value else next(values)
        return self._nothing if value is None else self.encode(value)

    def page(self, page: Page, scene: Look) -> Iterable[bytes]:
        """Encode the attribute of each job of a page."""
        columns = [page.written(column) for column in self.columns]
        values = map(self._value(scene), *columns) if self._value else columns[0]
        nothing, encode = self._nothing, self.encode
        return [nothing if value is None else encode(value) for value in values]

    def encode(self, value: Any) -> bytes:
        """Encode one value."""
        return encode_attribute(self._make(value))


class Number(Own):
    """An integer of its own in each job."""

    def __init__(
        self,
        name: str,
        *columns: str,
        value: Callable[[Look], Callable[..., int | None]] | None = None,
        absent: Attribute | None = None,
    ) -> None:
        super().__init__(partial(build.integer, name), *columns, value=value, absent=absent)
        front = encode_attribute(build.integer(name, 0))[:-4]
        self.encode = partial(Struct(f">{len(front)}si").pack, front)  # type: ignore[method-assign]


class Words(Own):
    """A text, name, uri or the like of its own in each job."""

    def __init__(
        self,
        name: str,
        make: Callable[[str, str], Attribute],
        *columns: str,
        value: Callable[[Look], Callable[..., str | None]] | None = None,
    ) -> None:
        super().__init__(partial(make, name), *columns, value=value)
        self._front = encode_attribute(make(name, ""))[:-2]

    def encode(self, value: str) -> bytes:
        """Encode one value; what need not be clipped or looked at goes as it is."""
        if len(value) < _SHORT and value.isascii():
            return self._front + len(value).to_bytes(2, "big") + value.encode()
        return super().encode(value)


class Moment(Own):
    """A dateTime of its own in each job, from milliseconds of the epoch; None is no-value."""

    def __init__(self, name: str, column: str) -> None:
        def make(milliseconds: int) -> Attribute:
            return build.datetime_(name, datetime.fromtimestamp(milliseconds / 1000, UTC))

        super().__init__(make, column, absent=build.no_value(name))
        self._front = encode_attribute(make(0))[:-11]

    def encode(self, value: int) -> bytes:
        """DateAndTime of RFC 2579: date, hour, minute, second, tenth, and the distance from UTC."""
        day, rest = divmod(value, _DAY_MS)
        hour, rest = divmod(rest, 3_600_000)
        minute, rest = divmod(rest, 60_000)
        return self._front + _date(day) + bytes((hour, minute, rest // 1000, rest % 1000 // 100)) + b"+\0\0"


@lru_cache(maxsize=400)
def _date(day: int) -> bytes:
    date = datetime.fromtimestamp(day * 86_400, UTC)
    return date.year.to_bytes(2, "big") + bytes((date.month, date.day))
