"""One document on its way to a device: what each step of rendering works with."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

from pdl.limits import Limits
from pdl.mime import PCL, PCLM, PDF
from pdl.raster_write import back_transform
from pdl.sandbox import Sandbox, Sink
from pdl.scratch import Scratch, hand_over
from pdl.source import Source
from pdl.target import Target
from pdl.to_pdf import run_ghostscript
from pdl.wishes import Ranges

STANDING = frozenset({PCL, PCLM})  # printers of these count pixels from the top of a sheet that stands

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Arranged:
    """One copy of a document as it goes on the sides of sheets: how many, and which of them (from 0) are empty."""

    document: Source
    sides: int
    blank: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """One document on its way, with all that its steps need."""

    target: Target
    sandbox: Sandbox
    sink: Sink
    scratch: Callable[[], Scratch]
    limits: Limits
    stack: AsyncExitStack

    async def store(self, step: Callable[[Sink], Awaitable[Answer]]) -> tuple[Source, Answer]:
        """Run `step` into scratch storage."""
        kept = self.open_scratch()
        answer = await step(kept.write)
        await kept.finish()
        return kept, answer

    def open_scratch(self) -> Scratch:
        """Scratch storage that is forgotten with the work."""
        kept = self.scratch()
        self.stack.callback(kept.close)
        return kept

    async def arranged(self, document: Source) -> "Arranged":
        """One copy of the document as it goes on the sides of sheets."""
        target = self.target
        wishes = {
            "page_ranges": target.page_ranges,
            "media": target.media,
            "scaling": target.scaling,
            "number_up": target.number_up,
            "direction": target.number_up_direction,
            "orientation": target.orientation,
            "margins": target.margins,
            "upright": target.format in STANDING,
            "wishes": target.wishes.arguments(),
            "shift": target.shift,
            "device_sides": target.sides,
        }
        kept, answer = await self.store(lambda into: self._arrange(document, into, wishes))
        return Arranged(kept if answer["changed"] else document, answer["pages"], answer["blank"])

    async def chosen(self, document: Source, pages: Ranges) -> Source:
        """These pages of the document (1-based), as they are."""
        kept, answer = await self.store(lambda into: self._arrange(document, into, {"page_ranges": pages}))
        return kept if answer["changed"] else document

    async def backs_turned(self, arranged: Source) -> Source:
        """The arranged document with the backs of sheets as the device feeds them."""
        back = back_transform(self.target.sheet_back, tumble=self.target.tumble) if self.target.duplex else (1, 1)
        if back == (1, 1):
            return arranged
        kept, answer = await self.store(lambda into: self._arrange(arranged, into, {"back": back}))
        return kept if answer["changed"] else arranged

    async def copied(self, arranged: Source) -> tuple[Source, int]:
        """The arranged document with all its copies one after the other, and its pages, empty backs included."""
        kept, answer = await self.store(lambda into: self._arrange(arranged, into, {"copies": self.target.copies}))
        return (kept if answer["changed"] else arranged), answer["out"]

    async def _arrange(self, document: Source, sink: Sink, wishes: dict[str, Any]) -> dict[str, Any]:
        """Run the task `arrange-pdf` with `wishes`."""
        arguments = {
            **wishes,
            "two_sided": self.target.duplex,
            "sides": self.target.sides if self.target.format == PDF else None,
            "pages": self.limits.pages,
        }
        return await self.sandbox.run("arrange-pdf", document, arguments, limits=self.limits, sink=sink)

    async def ghostscript(self, argv: list[str], document: Source, sink: Sink) -> None:
        """Run Ghostscript over `document`."""
        await run_ghostscript(argv, document, self.sandbox, sink, self.limits)

    async def copy(self, document: Source) -> None:
        """Hand `document` to the sink as it is."""
        await hand_over(document, self.sink)
