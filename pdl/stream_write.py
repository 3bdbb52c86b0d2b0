"""Change copies, sides and colour of a printer's job stream that is passed through; the task `rewrite-stream`.

What PJL sets is replaced, or added where the stream has none; what PCL and PCL XL set themselves goes before it, and
is rewritten in their commands. The rest of the stream stays as it is, byte for byte.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pdl.errors import DocumentRejected
from pdl.mime import HPGL, JPEG, PCL, PCLM, PCLXL, PDF, POSTSCRIPT
from pdl.pcl5 import rewrite as pcl5_rewrite
from pdl.pclxl_rewrite import PageWishes, PageWriter
from pdl.pjl import UEL, Pjl, prescribed, subject
from pdl.report import Sides
from pdl.source import Source
from pdl.stream_ends import holds
from pdl.stream_walk import Event, end_of, heard, walk
from pdl.tally import MOST_COPIES
from pdl.window import CHUNK, Window

_GATHERED = 256 * 1024

# What PJL calls a language that came without any.
_NAMES = {PCLXL: "PCLXL", PCL: "PCL", HPGL: "HPGL2"}
_COPIES = frozenset({"COPIES", "QTY"})
_SIDES = frozenset({"DUPLEX", "BINDING"})
_DUPLEX: dict[Sides, tuple[str, ...]] = {
    "one-sided": ("DUPLEX=OFF",),
    "two-sided-long-edge": ("DUPLEX=ON", "BINDING=LONGEDGE"),
    "two-sided-short-edge": ("DUPLEX=ON", "BINDING=SHORTEDGE"),
}
# Languages that have no copies and sides of their own.
_HEEDING = {PDF, PCLM, JPEG, "image/png", "image/tiff"}
# What a PostScript program may set against PJL (PLRM3 section 6).
_PS_COPIES = (b"NumCopies", b"#copies")
_PS_SIDES = (b"/Duplex", b"/Tumble", b"statusdict")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a job shall become: copies of all of it, sides, no colour, the pages to print (first, last; rising).

    None, False and () leave it as it is.
    """

    copies: int | None = None
    sides: Sides | None = None
    monochrome: bool = False
    page_ranges: Sequence[tuple[int, int]] = ()


def rewrite_stream(source: Source, arguments: Mapping[str, Any], emit: Callable[[bytes], None]) -> dict[str, Any]:
    """Rewrite the stream to `emit`; {"undone": {attribute: reason}}. DocumentRejected when it is damaged."""
    wishes = Wishes(
        arguments["copies"],
        arguments["sides"],
        arguments["monochrome"],
        tuple((first, last) for first, last in arguments["page_ranges"]),
    )
    if wishes.copies is not None and not 1 <= wishes.copies <= MOST_COPIES:
        raise DocumentRejected(f"{wishes.copies} copies cannot be printed.")
    assert wishes.sides in {None, *get_args(Sides)}
    writer = _Writer(source, emit, wishes)
    writer.all()
    return {"undone": writer.undone}


class _Writer:
    """Writes one stream anew."""

    def __init__(self, source: Source, emit: Callable[[bytes], None], wishes: Wishes) -> None:
        self.undone: dict[str, str] = {}
        self._source = source
        self._wishes = wishes
        self._window = Window(source)
        self._pjl = Pjl()
        self._out = _Gathered(emit)
        self._done = 0  # of the source, written or left out
        self._said = False  # the wishes, since the last UEL
        self._enclosed = False  # by a UEL
        self._enclosed_by_us = False
        pages = PageWishes(wishes.copies, wishes.sides, wishes.page_ranges)
        self._pages = PageWriter(source, self._out.write, pages)
        self._gone = (
            (_COPIES if wishes.copies else frozenset())
            | (_SIDES if wishes.sides else frozenset())
            | (frozenset({"RENDERMODE"}) if wishes.monochrome else frozenset())
        )

    def all(self) -> None:
        """Write to the end."""
        for event in walk(self._window, self._pjl):
            if event.kind == "uel":
                self._said = False
                self._enclosed = True
            elif event.kind == "line":
                self._line(event)
            elif event.kind == "prescribe":
                self._prescribe(event)
            else:
                self._language(event)
        self._copy(self._source.size)
        if self._enclosed_by_us:
            self._out.write(UEL)
        self._out.flush()

    def _line(self, event: Event) -> None:
        name = subject(event.text)
        if name == "LANGUAGE":
            self._copy(event.start)
            self._say()
        elif name in self._gone:
            self._copy(event.start)
            self._done = self._window.offset

    def _prescribe(self, event: Event) -> None:
        told = prescribed(event.text)
        if "COPIES" in told & self._gone:
            self._refuse("copies", "Its PRESCRIBE commands set them.")
        if "DUPLEX" in told & self._gone:
            self._refuse("sides", "Its PRESCRIBE commands set them.")

    def _say(self) -> None:
        """Write what is wished as lines of PJL, once after each UEL."""
        if self._said or not self._gone:
            return
        self._said = True
        lines = [f"COPIES={self._wishes.copies}"] if self._wishes.copies else []
        lines += _DUPLEX[self._wishes.sides] if self._wishes.sides else ()
        lines += ["RENDERMODE=GRAYSCALE"] if self._wishes.monochrome else []
        for line in lines:
            self._out.write(f"@PJL SET {line}\r\n".encode())

    def _language(self, event: Event) -> None:
        window, wishes = self._window, self._wishes
        named = self._pjl.language
        mime = heard(window, named)
        start = event.begin if mime in {PCL, HPGL} and (named or not event.begin) else event.start
        self._copy(start)
        self._header(mime)
        window.seek(start)
        sides = wishes.sides or self._pjl.settings().sides or "one-sided"
        if wishes.page_ranges and mime != PCLXL:
            self._refuse("page-ranges", "Only of PCL XL can single pages be left out.")
        if mime == PCLXL:
            self._pages.stream(window, sides)
            if self._pages.hidden:
                for name in _asked(wishes):
                    self._refuse(name, "Pages of the PCL XL lie in streams that it calls.")
            self._done = window.offset
            return
        if mime in {PCL, HPGL}:
            pcl5_rewrite.rewrite(window, self._out.write, wishes.copies, wishes.sides)
            self._done = window.offset
            return
        window.seek(end_of(mime, self._source, start))
        if mime == POSTSCRIPT:
            self._judge_postscript(start, window.offset)
        elif mime not in _HEEDING:
            for name in _asked(wishes):
                self._refuse(name, "Its language sets it by itself.")
            if wishes.monochrome:
                self._refuse("print-color-mode", "Its language sets it by itself.")

    def _header(self, mime: str) -> None:
        """Write PJL before a language that has none of its own."""
        if self._said or not self._gone:
            return
        if not self._enclosed:
            self._out.write(UEL)
            self._enclosed = self._enclosed_by_us = True
        self._say()
        if self._enclosed_by_us and mime in _NAMES:
            self._out.write(f"@PJL ENTER LANGUAGE={_NAMES[mime]}\r\n".encode())

    def _judge_postscript(self, start: int, end: int) -> None:
        if self._wishes.copies and holds(self._source, start, end, _PS_COPIES):
            self._refuse("copies", "Its PostScript sets them itself.")
        if self._wishes.sides and holds(self._source, start, end, _PS_SIDES):
            self._refuse("sides", "Its PostScript sets them itself.")

    def _refuse(self, name: str, reason: str) -> None:
        self.undone.setdefault(name, reason)

    def _copy(self, end: int) -> None:
        """Write the source as it is, up to `end`."""
        for offset in range(self._done, end, CHUNK):
            self._out.write(self._source.pread(offset, min(CHUNK, end - offset)))
        self._done = max(self._done, end)


class _Gathered:
    """Hands on what is written in large pieces."""

    def __init__(self, emit: Callable[[bytes], None]) -> None:
        self._emit = emit
        self._waiting = bytearray()

    def write(self, data: bytes) -> None:
        """Take `data`."""
        self._waiting += data
        if len(self._waiting) >= _GATHERED:
            self.flush()

    def flush(self) -> None:
        """Hand on all that waits."""
        if self._waiting:
            self._emit(bytes(self._waiting))
            self._waiting.clear()


def _asked(wishes: Wishes) -> list[str]:
    """Names of the attributes that pages must be rewritten for."""
    asked = {"copies": wishes.copies, "sides": wishes.sides, "page-ranges": wishes.page_ranges}
    return [name for name, wish in asked.items() if wish]
