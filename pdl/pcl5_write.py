"""PCL 5 from Ghostscript, put right on its way to the device.

Ghostscript's `ljet4` (black dots) and `cljet5c` (pixels as PCL 5c lasers print them: direct colour, delta rows) are
taken for their rows alone: the one cannot bind at the short edge, the other resets the printer before each page,
which ends the sheet, and both shift the page by what old printers needed. `Pcl5Writer` gives each page a header of
our own. (Commands: HP PCL 5 Technical Reference; colour: PCL 5 Color Technical Reference.)
"""

import re
from dataclasses import dataclass

from pdl.errors import DocumentRejected, LimitReached

_LONGEST_HEADER = 160
_LONGEST_COMMAND = 16


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How Ghostscript writes a page: what stands before its rows, what among them, and what ends it."""

    header: re.Pattern[bytes]  # groups: size, dpi
    command: re.Pattern[bytes]  # group 1: bytes of a row that follow
    end: bytes
    last: bytes  # stands after the last page
    setup: bytes  # what we write before the rows


_BLACK = _Dialect(
    re.compile(
        rb"(?:\x1bE\x1b&l0O\x1b&l\d{1,3}A)?\x1b&l0O\x1b&l(?P<size>\d{1,3})A\x1b&l0l0E\x1b&l-180u36Z"
        rb"\x1b\*r0F\x1b&u(?P<dpi>\d{1,4})D\x1b&l1X\x1b\*rB\x1b\*p0x0Y\x1b\*t\d{1,4}R"
    ),
    re.compile(rb"\x1b\*(?:b(\d{1,7})W|bW|b\d{1,6}Y|b[23]M|p\+\d{1,6}Y|r1A)"),
    b"\x1b*rB\f",
    b"\x1bE",
    b"\x1b*r0F\x1b&u%(dpi)dD\x1b*p0x0Y\x1b*t%(dpi)dR",
)
_COLOR = _Dialect(
    re.compile(
        rb"\x1bE\x1b&u300D\x1b&l(?P<size>\d{1,3})A\x1b\*v1N\x1b\*v1O\x1b\*t4J\x1b\*t(?P<dpi>\d{1,4})R"
        rb"\x1b\*v6W\0\x03\0\x08\x08\x08\x1b&l0e-180u36Z\x1b\*p0x0Y\x1b\*r1A\x1b\*b3M"
    ),
    re.compile(rb"\x1b\*b(\d{1,7})W"),
    b"\x1b*rC\f",
    b"",
    # Sources and patterns cover what is under them; RGB, direct by pixel, eight bits each; delta rows.
    b"\x1b&u%(dpi)dD\x1b*v1n1O\x1b*t4j%(dpi)dR\x1b*v6W\0\x03\0\x08\x08\x08\x1b*p0x0Y\x1b*r1A\x1b*b3M",
)

# Distance of the logical page from the left edge of the sheet, in decipoints (1/720 inch): 71 dots of 300 on
# metric sheets, 75 on others (HP PCL 5 Technical Reference, figure 2-4). Pixels begin at the edge. Sheets stand:
# that is seen to when pages are arranged.
_LEFT_METRIC, _LEFT = 170, 180
_METRIC_SIZES = frozenset({24, 25, 26, 27, 28, 29, 30, 45, 46, 71, 72, 90, 91, 100})


@dataclass(frozen=True, slots=True)
class Pcl5Layout:
    """How the printer is to print: in colour, on which sides, and how often each page."""

    color: bool = True
    duplex: bool = False
    tumble: bool = False
    copies: int = 1


class Pcl5Writer:
    """Feed it Ghostscript's bytes; what it gives back is the device's. It holds a row at most."""

    def __init__(self, layout: Pcl5Layout) -> None:
        self._layout = layout
        self._dialect = _COLOR if layout.color else _BLACK
        self._held = b""
        self._in_page = False
        self.pages = 0

    def feed(self, data: bytes) -> bytes:
        """Give what `data` completes; DocumentRejected when it is not what Ghostscript writes."""
        data = self._held + data
        position = 0
        out: list[bytes] = []
        while (after := self._step(data, position, out)) > position:
            position = after
        self._held = data[position:]
        return b"".join(out)

    def finish(self, expected_pages: int) -> bytes:
        """Give the end of the job; LimitReached when a page is missing or not whole."""
        if self._in_page or self._held != self._dialect.last or self.pages != expected_pages:
            raise LimitReached(
                f"The document has {expected_pages} pages, but only {self.pages} could be rendered. "
                "Nothing more was sent to the device."
            )
        return b"\x1bE"

    def _step(self, data: bytes, position: int, out: list[bytes]) -> int:
        """Take a header, or the rows that are there; the new position, unchanged when more must come."""
        if self._in_page:
            return self._rows(data, position, out)
        found = self._dialect.header.match(data, position)
        if found is None:
            if len(data) - position >= _LONGEST_HEADER:
                raise DocumentRejected("The document cannot be rendered: what came is no page of PCL.")
            return position
        out.append(self._header(int(found["size"]), int(found["dpi"])))
        self._in_page = True
        return found.end()

    def _rows(self, data: bytes, position: int, out: list[bytes]) -> int:
        begin, end = position, self._dialect.end
        match = self._dialect.command.match
        while found := match(data, position):
            after = found.end() + int(found[1] or 0)
            if after > len(data):
                break
            position = after
        if found is None and data.startswith(end, position):
            position += len(end)
            self._in_page = False
            self.pages += 1
        elif found is None and len(data) - position >= _LONGEST_COMMAND:
            raise DocumentRejected("The document cannot be rendered: what came is no row of PCL.")
        out.append(data[begin:position])
        return position

    def _header(self, size: int, dpi: int) -> bytes:
        layout = self._layout
        back = layout.duplex and self.pages % 2 == 1
        sides = 0 if not layout.duplex else 2 if layout.tumble else 1
        # The size of the paper ejects a sheet that has begun: on the back it is what it was on the front.
        job = "\x1bE" if not self.pages else ""
        front = "" if back else f"{job}\x1b&l{size}a0o{sides}s{layout.copies}X"
        left = _LEFT_METRIC if size in _METRIC_SIZES else _LEFT
        # Bound at the long edge, offsets are counted away from the binding: on the back, the other way.
        offset = left if back and not layout.tumble else -left
        return f"{front}\x1b&l0l0e{offset}u0Z".encode("ascii") + self._dialect.setup % {b"dpi": dpi}
