"""Count the pages of a PCL XL stream, and find those in colour.

HP "PCL XL Feature Reference" 2.0/2.1: sessions, pages, copies, sides and sheets here; what a page paints in
`pdl.pclxl_canvas`.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from itertools import islice

from pdl import pclxl_tokens as xl
from pdl.errors import DocumentRejected, LimitReached
from pdl.pcl5 import count as pcl5_count
from pdl.pclxl_canvas import Canvas, whole
from pdl.pclxl_media import asks_for_sheet, sheet
from pdl.pclxl_tokens import Attributes, Tokens, damaged, incomplete
from pdl.report import Sides
from pdl.source import BytesSource
from pdl.stream_defaults import Defaults, Doubts
from pdl.tally import PageFacts
from pdl.window import Window

PAGE_COPIES, SIMPLEX_PAGE_MODE, DUPLEX_PAGE_MODE, DUPLEX_PAGE_SIDE = 49, 52, 53, 54
STREAM_NAME = 139
FRONT, BACK = 0, 1

# Streams that a document defines and calls: so many bytes of them, so deep, so many bytes executed in all.
LARGEST_STREAMS = 32 * 1024 * 1024
DEEPEST_STREAM = 32
MOST_EXECUTED = 256 * 1024 * 1024
LARGEST_PASSED = 16 * 1024 * 1024


def pages(window: Window, defaults: Defaults) -> Generator[PageFacts, None, Doubts]:
    """Yield the pages of the PCL XL stream at the window's position; it then stands behind the stream.

    The stream ends at a UEL, at anything else that is not PCL XL outside a session, or with the document. Returns what
    is not certain; DocumentRejected when it is damaged or ends within a page.
    """
    reader = _Reader(defaults)
    yield from reader.run(window)
    return reader.doubts


@dataclass(slots=True)
class _Page:
    """A page begun and not ended."""

    front: bool = False
    back: bool = False
    passed: bytearray = field(default_factory=bytearray)  # what is in PCL 5
    read_by: Tokens | None = None
    start: int = 0


@dataclass(slots=True)
class _Streams:
    """Streams a document has defined, by name, and the one being read."""

    kept: dict[bytes, bytes] = field(default_factory=dict)
    name: bytes | None = None
    reading: bytearray = field(default_factory=bytearray)
    executed: int = 0

    def end(self) -> None:
        """Keep the stream that has been read."""
        if self.name is not None:
            self.kept[self.name] = bytes(self.reading)
        self.name = None
        self.reading = bytearray()

    def take(self, data: bytes) -> None:
        """Add to the stream being read. LimitReached when streams are too large."""
        self.reading += data
        if len(self.reading) + sum(map(len, self.kept.values())) > LARGEST_STREAMS:
            raise LimitReached("The streams that the document defines are too large.")


class _Reader:
    """Follows the operators of one stream, and of those it calls."""

    def __init__(self, defaults: Defaults) -> None:
        self.doubts = Doubts()
        self._defaults = defaults
        self._canvas = Canvas()
        self._streams = _Streams()
        self._page: _Page | None = None
        self._in_session = False
        self._operator = 0
        self._sides: Sides = defaults.sides
        self._media = defaults.media
        self._first_of_session = False
        self._seen_back = False
        self._side = -1
        self._steps: dict[int, Callable[[Attributes], None]] = {
            xl.BEGIN_SESSION: self._begin_session,
            xl.END_SESSION: self._end_session,
            xl.BEGIN_PAGE: self._begin_page,
            xl.BEGIN_STREAM: self._begin_stream,
            xl.END_STREAM: self._end_stream,
            xl.REMOVE_STREAM: self._remove_stream,
        }

    def run(self, window: Window, depth: int = 0) -> Iterator[PageFacts]:
        """Follow the stream at the window's position to its end; yield its pages."""
        tokens = Tokens(window)
        while True:
            operator = tokens.next(self._canvas.skip)
            if operator == xl.DATA:
                self._data(tokens)
                continue
            if operator in {xl.END, xl.STOP}:
                if operator == xl.STOP and not self._in_session and xl.HEADER.match(window.peek(32)):
                    tokens.header()
                    continue
                self._finish(window, operator, depth)
                return
            self._operator = operator
            attributes = tokens.attributes
            if operator == xl.END_PAGE:
                yield self._end_page(attributes)
            elif operator == xl.EXEC_STREAM:
                yield from self._execute(attributes, depth)
            elif step := self._steps.get(operator):
                step(attributes)
                if operator == xl.BEGIN_PAGE and self._page:
                    self._page.read_by, self._page.start = tokens, window.offset
            else:
                self._canvas.do(operator, attributes)
            if self._canvas.suspect and self._page and self._page.read_by is tokens:
                self._again(self._page, tokens)

    def _again(self, page: _Page, tokens: Tokens) -> None:
        """Read the page once more, closely."""
        page.passed.clear()
        self._canvas.closely()
        tokens.seek(page.start)

    def _finish(self, window: Window, operator: int, depth: int) -> None:
        """Judge the place where the stream ends."""
        if depth:
            if operator == xl.STOP:
                raise damaged(window.offset)
            return
        if self._page is not None:
            raise incomplete()
        if not self._in_session:
            return
        if operator == xl.STOP and window.peek(9) != xl.UEL:
            raise damaged(window.offset)
        self.doubts.pages = "the stream ends without EndSession: pages may be missing"

    # --- sessions and pages

    def _begin_session(self, attributes: Attributes) -> None:
        if self._page is not None:
            raise incomplete()
        self._in_session = True
        self._first_of_session = True
        self._seen_back = False
        self._side = -1
        self._sides = self._defaults.sides
        self._media = self._defaults.media
        self._canvas.begin_session(attributes)

    def _end_session(self, _: Attributes) -> None:
        if self._page is not None:
            raise incomplete()
        self._in_session = False
        self._streams.kept.clear()

    def _begin_page(self, attributes: Attributes) -> None:
        if self._page is not None:
            raise DocumentRejected("The document is damaged: a page begins before the one before it ends.")
        if asks_for_sheet(attributes):
            found = sheet(attributes, self._defaults.media)
            if found is None:
                self.doubts.media = "a page names a sheet that is not known here"
            self._media = found or self._defaults.media
        if SIMPLEX_PAGE_MODE in attributes:
            self._sides = "one-sided"
        elif DUPLEX_PAGE_MODE in attributes:
            vertical = attributes[DUPLEX_PAGE_MODE].number
            self._sides = "two-sided-long-edge" if vertical else "two-sided-short-edge"
        self._page = self._placed(attributes[DUPLEX_PAGE_SIDE].number if DUPLEX_PAGE_SIDE in attributes else -1)
        self._canvas.begin_page(self._media, attributes, gray=self._defaults.gray)

    def _placed(self, side: int) -> _Page:
        # Ghostscript calls every page a front, and means it no more than the printers believe it: a front begins
        # a sheet only where the stream also names backs.
        self._seen_back = self._seen_back or side == BACK
        if side == FRONT and self._side == FRONT and not self._seen_back and self._sides != "one-sided":
            self.doubts.sides = "every page is called a front side: taken as fronts and backs in turn"
        self._side = side
        front = self._first_of_session or (side == FRONT and self._seen_back)
        self._first_of_session = False
        return _Page(front=front, back=side == BACK)

    def _end_page(self, attributes: Attributes) -> PageFacts:
        page = self._page
        if page is None:
            raise DocumentRejected("The document is damaged: a page ends that has not begun.")
        if page.passed:
            self._look_into(bytes(page.passed))
        self._page = None
        color = self._canvas.end_page()
        self.doubts.color = self.doubts.color or self._canvas.doubt
        copies = self._defaults.copies
        if PAGE_COPIES in attributes:
            copies = attributes[PAGE_COPIES].number
            if copies == 1 and self._defaults.copies > 1:
                self.doubts.copies = "PJL asks for more copies than the pages, which say one"
        return PageFacts(self._media, copies, self._sides, color, page.front, page.back)

    # --- data, streams, other languages

    def _data(self, tokens: Tokens) -> None:
        if self._operator == xl.READ_STREAM:
            if tokens.length > LARGEST_STREAMS:
                raise LimitReached("The streams that the document defines are too large.")
            self._streams.take(whole(tokens.window, tokens.length))
        elif self._operator == xl.PASS_THROUGH and self._page is not None:
            self._pass_through(self._page, tokens)
        elif not self._canvas.take(self._operator, tokens) and not tokens.window.skip(tokens.length):
            raise incomplete()

    def _begin_stream(self, attributes: Attributes) -> None:
        self._streams.end()
        self._streams.name = attributes[STREAM_NAME].raw if STREAM_NAME in attributes else b""

    def _end_stream(self, _: Attributes) -> None:
        self._streams.end()

    def _remove_stream(self, attributes: Attributes) -> None:
        if STREAM_NAME in attributes:
            self._streams.kept.pop(attributes[STREAM_NAME].raw, None)

    def _execute(self, attributes: Attributes, depth: int) -> Iterator[PageFacts]:
        name = attributes[STREAM_NAME].raw if STREAM_NAME in attributes else b""
        data = self._streams.kept.get(name)
        if data is None:
            # It may lie in the printer: what it paints there nobody knows here.
            self._canvas.see(None)
            self.doubts.color = self.doubts.color or "a page calls a stream that is not in the document"
            return
        self._streams.executed += len(data)
        if depth >= DEEPEST_STREAM or self._streams.executed > MOST_EXECUTED:
            raise LimitReached("The document calls its streams without end.")
        yield from self.run(Window(BytesSource(data)), depth + 1)

    def _pass_through(self, page: _Page, tokens: Tokens) -> None:
        if len(page.passed) + tokens.length <= LARGEST_PASSED:
            page.passed += whole(tokens.window, tokens.length)
            return
        self.doubts.pages = "a page is partly in PCL 5, and too much of it"
        self._canvas.see(None)
        if not tokens.window.skip(tokens.length):
            raise incomplete()

    def _look_into(self, passed: bytes) -> None:
        """Count what is in PCL 5 on one page: it may have colour, and eject the page."""
        found = list(islice(pcl5_count.pages(Window(BytesSource(passed)), self._defaults), 2))
        for page in found:
            self._canvas.see(page.color)
        if len(found) > 1:
            self.doubts.pages = "a page is partly in PCL 5, which seems to eject it"
        # What it chose on an earlier page is not known here.
        self.doubts.color = self.doubts.color or "pages are partly in PCL 5"
