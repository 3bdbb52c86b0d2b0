"""What an IPP URI names: a queue, a job of it, the system, or the server itself.

/ipp/print[/QUEUE[/t/TOKEN][/JOB]]    a queue, as its person's own address or everybody's, and a job of it
/printers/QUEUE[/JOB], /jobs/JOB      the same, as CUPS's tools write it
/ipp/system                           the System (PWG 5100.22)
/, /printers                          the server, for CUPS-Get-Printers and its like
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from urllib.parse import unquote, urlsplit

PRINT: Final = "/ipp/print"
SYSTEM: Final = "/ipp/system"
ROUTES: Final = (
    PRINT,
    PRINT + "/{tail:.*}",
    SYSTEM,
    "/",
    "/printers",
    "/printers/{tail:.*}",
    "/jobs",
    "/jobs/",
    r"/jobs/{number:\d{1,10}}",
    "/admin",
    "/admin/",
)
"""Where IPP is posted to: its own paths, and those of CUPS's tools."""
_OWN: Final = "t"
_DIGITS: Final = 10
_LONGEST: Final = 1023  # octets of a uri (RFC 8011 section 5.1.6)


class Scope(StrEnum):
    """What an operation may be about."""

    PRINTER = "printer"
    JOB = "job"
    SYSTEM = "system"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Address:
    """What a URI names. An empty `queue` is the queue of the house; `job` is -1 for what cannot be a job's number."""

    scope: Scope
    queue: str = ""
    token: str = ""
    job: int | None = None
    of_cups: bool = False
    """Whether it is written as CUPS's tools write them."""

    def path(self, queue: str) -> str:
        """The path of the queue of that name as this client knows it."""
        return f"{PRINT}/{queue}/{_OWN}/{self.token}" if self.token else f"{PRINT}/{queue}"


def parse(uri: str) -> Address | None:
    """Read a URI, or its path alone; None for one that names nothing here. Raises ValueError for what is no URI."""
    if len(uri) > _LONGEST:
        raise ValueError("longer than a uri may be")
    path = unquote(urlsplit(uri).path)
    parts = [part for part in path.split("/") if part]
    match parts:
        case [] | ["printers"]:
            return Address(Scope.SERVER)
        case ["ipp", "system"]:
            return Address(Scope.SYSTEM)
        case ["jobs", number]:
            return Address(Scope.JOB, job=_number(number), of_cups=True)
        case ["ipp", "print"]:
            return Address(Scope.PRINTER)
        case ["ipp", "print", queue, "t", token, *rest] if len(rest) < 2:
            return _of_queue(queue, rest, token)
        case ["ipp", "print", queue, *rest] if len(rest) < 2:
            return _of_queue(queue, rest)
        case ["printers", queue, *rest] if len(rest) < 2:
            return replace(_of_queue(queue, rest), of_cups=True)
        case _:
            return None


def _of_queue(queue: str, rest: list[str], token: str = "") -> Address:
    if not rest:
        return Address(Scope.PRINTER, queue, token)
    return Address(Scope.JOB, queue, token, _number(rest[0]))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else -1
