"""One document being inspected: what every way of counting has at hand."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, get_args

from pdl.errors import DocumentRejected, PdlError, ReaderCrashed
from pdl.limits import Limits
from pdl.report import Report, Sides
from pdl.sandbox import Sandbox, Sink
from pdl.scratch import Scratch
from pdl.source import Source


@dataclass(frozen=True, slots=True)
class Inspection:
    """A document of a known format, and what its way of counting works with.

    `within` inspects another document that this one holds; what `stack` keeps ends with the inspection.
    """

    source: Source
    format: str
    task: str
    sandbox: Sandbox
    limits: Limits
    scratch: Callable[[], Scratch]
    stack: AsyncExitStack
    within: Callable[[Source], Awaitable[Report]]

    async def count(self, task: str) -> Report:
        """Let a child count by `task`; ReaderCrashed when its answer makes no sense."""
        return believed(await self.ask(task), self.format, self.limits)

    async def ask(self, task: str, **arguments: Any) -> dict[str, Any]:
        """Let a child do `task` over the document; its answer."""
        given = {"format": self.format, "pages": self.limits.pages, **arguments}
        return await self.sandbox.run(task, self.source, given, limits=self.limits)

    async def store(self, step: Callable[[Sink], Awaitable[object]]) -> Scratch:
        """Run `step` into scratch storage that lasts as long as the inspection."""
        kept = self.scratch()
        self.stack.callback(kept.close)
        await step(kept.write)
        await kept.finish()
        return kept


def rejected(mime: str, fault: PdlError) -> Report:
    """Make the report of a document that cannot be printed."""
    if isinstance(fault, DocumentRejected):
        state = fault.state_reason
    else:
        # A document that kills its reader is damaged; one that outlasts its limits may be sound.
        state = "document-format-error" if isinstance(fault, ReaderCrashed) else "document-unprintable-error"
    return Report(mime, "rejected", fault.reason, state)


def believed(answer: Mapping[str, Any], mime: str, limits: Limits) -> Report:
    """Read a child's answer as far as it makes sense; ReaderCrashed when it does not."""
    try:
        report = Report.from_json(answer)
    except ValueError as fault:
        raise ReaderCrashed("The program that counts the document gave an answer that is none.") from fault
    if report.reason or report.state_reason or report.segments or report.sides not in {None, *get_args(Sides)}:
        raise ReaderCrashed("The program that counts the document says more than it was asked.")
    if report.format != mime or report.verdict != "ok" or not 0 < (report.pages or 0) <= limits.pages:
        raise ReaderCrashed("The program that counts the document gave an answer that contradicts itself.")
    return report
