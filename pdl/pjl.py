"""PJL, the printer job language around the others: its commands, and the settings they leave in force.

HP "Printer Job Language Technical Reference Manual": lines that begin with @PJL after a UEL. Copies, sides, paper and
gray are taken from SET and DEFAULT, and from what makers write in their own way where that is certain.
"""

import re
from dataclasses import dataclass, replace

from pdl.errors import DocumentRejected
from pdl.media import Media
from pdl.paper_names import paper
from pdl.report import Sides
from pdl.stream_defaults import LETTER, Defaults
from pdl.tally import MOST_COPIES
from pdl.window import Window

UEL = b"\x1b%-12345X"
# Comments of drivers hold tickets of some thousand characters; nothing is as long as this.
LONGEST_LINE = 256 * 1024
MOST_LINES = 100_000
LONGEST_VALUE = 1000
LONGEST_PRESCRIBE = 256 * 1024

_PREFIX = re.compile(rb"@PJL(?=[\s]|$|\x1b)", re.IGNORECASE)
_SETTING = re.compile(
    r"(SET|DEFAULT)\s+(?:[LI]PARM\s*:\s*[\w-]+\s+)?([\w-]+)\s*=\s*(?:\"([^\"]*)\"?|([^\"\s][^\"]*?))\s*$", re.IGNORECASE
)
_LANGUAGE = re.compile(r"ENTER\s+LANGUAGE\s*=\s*\"?\s*([\w./+-]+)", re.IGNORECASE)
# File system commands that bring SIZE bytes of their own after their line.
_WITH_DATA = re.compile(r"FS(?:DOWNLOAD|APPEND)\b.*?\bSIZE\s*=\s*(\d{1,10})", re.IGNORECASE)
_SETTINGS = {"COPIES", "QTY", "DUPLEX", "BINDING", "PAPER", "RENDERMODE"}
_PRESCRIBE = re.compile(rb"!R!.*?EXIT\s*[;,]", re.DOTALL | re.IGNORECASE)
_PRESCRIBE_SETTING = re.compile(rb"\b(COPY|DUPX|DUPL)\s+(\d{1,4})\s*;", re.IGNORECASE)

# Xerox's job ticket and the comments of its older drivers say it in their own words.
_TICKETS = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"XCPT\s.*<copies\b[^>]*>\s*(\d{1,5})\s*<", "QTY"),
        (r"XCPT\s.*<sides\b[^>]*>\s*([\w-]+)\s*<", "DUPLEX"),
        (r"XCPT\s.*<color-effects-type\b[^>]*>\s*([\w-]+)\s*<", "RENDERMODE"),
        (r"COMMENT\s+OID_ATT_COP(?:IES|Y_COUNT)\s+\"?(\d{1,5})", "QTY"),
        (r"COMMENT\s+OID_ATT_PLEX\s+\"?(?:OID_VAL_PLEX_)?(\w+)", "DUPLEX"),
    )
)
_ALIASES = {"RENDERMODEL": "RENDERMODE", "COLORMODE": "RENDERMODE"}

_SIDES: dict[str, Sides] = {
    **dict.fromkeys(("OFF", "SIMPLEX", "FALSE", "NO", "NONE", "0", "ONE-SIDED", "SINGLE"), "one-sided"),
    **dict.fromkeys(("LONGEDGE", "DUPLEX", "TWO-SIDED-LONG-EDGE", "LONG", "NOTUMBLE"), "two-sided-long-edge"),
    **dict.fromkeys(("SHORTEDGE", "TUMBLE", "TWO-SIDED-SHORT-EDGE", "SHORT"), "two-sided-short-edge"),
}
_TWO_SIDED = {"ON", "TRUE", "YES", "1"}
_GRAY = {
    "GRAYSCALE", "GREYSCALE", "GRAY", "GREY", "MONO", "MONOCHROME", "BW", "B&W", "BLACK", "BLACKONLY", "K", "G1", "G4",
    "MONOCHROME-GRAYSCALE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """What PJL has set when a language begins; None where it says nothing.

    `copies` repeats each page, `sets` the whole in order (QTY, which wins when it is more than one). `language` is
    the one it names, "" for none. `doubt` says why copies and sides are not certain, "" when they are.
    """

    copies: int | None = None
    sets: int | None = None
    sides: Sides | None = None
    media: Media | None = None
    gray: bool = False
    language: str = ""
    doubt: str = ""

    @property
    def defaults(self) -> Defaults:
        """What a language that comes now takes for granted."""
        copies = 1 if self.collated > 1 else self.copies or 1
        return Defaults(copies, self.sides or "one-sided", self.media or LETTER, self.gray)

    @property
    def collated(self) -> int:
        """How often the whole is printed, in order."""
        return self.sets or 1

    @property
    def repeats(self) -> int:
        """How often a document prints that says nothing of copies itself."""
        return self.collated if self.collated > 1 else self.copies or 1


class Pjl:
    """The settings of a job stream, as its lines of PJL change them."""

    def __init__(self) -> None:
        self._defaults: dict[str, str] = {}
        self._current: dict[str, str] = {}
        self._in_job = False
        self._language = ""
        self._doubt = ""
        self._lost = ""

    def read(self, window: Window) -> bytes | None:
        """Read one line of PJL at the window's position, and move past the data it brings; None when there is none.

        DocumentRejected for lines without an end.
        """
        if not _PREFIX.match(window.peek(5)):
            return None
        line = _line(window)
        text = _text(line)
        self._command(text)
        if found := _WITH_DATA.match(text):
            window.skip(int(found[1]))
        return line

    def prescribe(self, window: Window) -> bytes | None:
        """Read a block of Kyocera's PRESCRIBE at the window's position; None when there is none."""
        if window.peek(3).upper() != b"!R!":
            return None
        found = _PRESCRIBE.match(window.peek(LONGEST_PRESCRIBE))
        if found is None:
            return None
        window.position += found.end()
        for name, value in _PRESCRIBE_SETTING.findall(found[0]):
            number = int(value)
            if name.upper() == b"COPY":
                self._set("COPIES", str(number))
            else:
                self._set("DUPLEX", ("OFF", "LONGEDGE", "SHORTEDGE")[min(number, 2)])
        return found[0]

    def leave(self, *, had_language: bool) -> None:
        """A UEL was read: after a language, what was set for it alone is over, unless a JOB holds it together."""
        self._language = ""
        if had_language and not self._in_job:
            # Printers differ in whether it is: if it matters, what follows says so.
            if self._current:
                self._lost = "an earlier part of the job set copies or sides"
            self._reset()

    @property
    def language(self) -> str:
        """What ENTER LANGUAGE named, in capitals; "" when a language is still to be heard."""
        return self._language

    def settings(self) -> Settings:
        """The settings in force now."""
        values = self._defaults | self._current
        settings = Settings(language=self._language, doubt=self._doubt or self._lost)
        copies, sets = _count(values, "COPIES"), _count(values, "QTY")
        settings = replace(settings, copies=copies, sets=sets)
        if (copies or 1) > 1 and (sets or 1) > 1 and copies != sets:
            settings = replace(settings, doubt=f"PJL asks for {copies} copies of each page and {sets} of all")
        if "PAPER" in values:
            settings = replace(settings, media=paper(values["PAPER"]))
        gray = values.get("RENDERMODE", "").upper() in _GRAY
        return replace(settings, sides=_sides(values), gray=gray)

    def _reset(self) -> None:
        self._current.clear()

    def _command(self, text: str) -> None:
        word = text[:12].upper()
        if found := _setting(text):
            self._set(*found, kept=word.startswith("DEFAULT"))
        elif named := _LANGUAGE.match(text):
            self._language = named[1].upper()
        elif re.match(r"JOB\b", word):
            self._reset()
            self._in_job = True
        elif re.match(r"EOJ\b", word):
            self._reset()
            self._in_job = False
        elif re.match(r"(?:RESET|INITIALIZE)\b", word):
            self._reset()
            if word.startswith("I"):
                self._defaults.clear()

    def _set(self, name: str, value: str, *, kept: bool = False) -> None:
        if name not in _SETTINGS:
            return
        if name in {"COPIES", "QTY"} and _number(value) is None:
            # Out of range: a printer ignores it, or takes its largest.
            self._doubt = f"PJL asks for {value[:20]} copies, which is no number of copies"
            return
        if name == "DUPLEX" and _known_sides(value) is None:
            return
        self._lost = ""
        (self._defaults if kept else self._current)[name] = value


def subject(line: bytes) -> str:
    """What a line of PJL sets of what is followed here (COPIES, DUPLEX ...), LANGUAGE where it names one, else ""."""
    text = _text(line)
    if _LANGUAGE.match(text):
        return "LANGUAGE"
    found = _setting(text)
    return found[0] if found and found[0] in _SETTINGS else ""


def prescribed(block: bytes) -> set[str]:
    """What a block of PRESCRIBE sets of what is followed here."""
    return {"COPIES" if name.upper() == b"COPY" else "DUPLEX" for name, _ in _PRESCRIBE_SETTING.findall(block)}


def _text(line: bytes) -> str:
    return line[4:].decode("latin-1").strip()


def _setting(text: str) -> tuple[str, str] | None:
    """Name and value of what a line sets, in its own words or those of a maker."""
    if found := _SETTING.match(text):
        name = found[2].upper()
        value = found[3] if found[3] is not None else found[4]
        return _ALIASES.get(name, name), value[:LONGEST_VALUE].strip()
    for pattern, name in _TICKETS:
        if found := pattern.match(text):
            return name, found[1]
    return None


def _line(window: Window) -> bytes:
    """Take the line at the window's position with its end; it also ends before an ESC, and with the document."""
    wanted = 512
    while True:
        part = window.peek(wanted)
        ends = [at for at in (part.find(b"\n"), part.find(UEL)) if at >= 0]
        if ends:
            at = min(ends)
            return window.take(at + 1 if part[at : at + 1] == b"\n" else at)
        if len(part) < wanted:
            return window.take(len(part))
        if wanted >= LONGEST_LINE:
            raise DocumentRejected("The document is damaged: a line of its PJL has no end.")
        wanted *= 8


def _number(value: str) -> int | None:
    found = re.fullmatch(r"\+?(\d{1,5})(?:\.0*)?", value.strip())
    number = int(found[1]) if found else 0
    return number if 1 <= number <= MOST_COPIES else None


def _count(values: dict[str, str], name: str) -> int | None:
    return _number(values[name]) if name in values else None


def _known_sides(value: str) -> Sides | None:
    word = value.strip().upper()
    return "two-sided-long-edge" if word in _TWO_SIDED else _SIDES.get(word)


def _sides(values: dict[str, str]) -> Sides | None:
    word = values.get("DUPLEX", "").strip().upper()
    sides = _known_sides(word) if word else None
    if word in _TWO_SIDED and values.get("BINDING", "").strip().upper() in {"SHORTEDGE", "SHORT"}:
        return "two-sided-short-edge"
    return sides
