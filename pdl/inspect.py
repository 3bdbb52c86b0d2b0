"""Inspect a document: what it is, how many pages, of which size, which in colour.

The gateway itself looks at the first 64 KiB; all else happens in children of the sandbox. Whatever a document
does there, the answer is a Report: only a sandbox that cannot run is an exception.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pdl.errors import DocumentRejected, LimitReached, PdlError, ReaderCrashed, SandboxFailed
from pdl.formats import BY_MIME, HEAD_BYTES, PDF, UNKNOWN, sniff
from pdl.limits import Limits
from pdl.pdf_judgement import COLOR, TINTED, UNJUDGED
from pdl.report import Certainty, Confidence, Report
from pdl.sandbox import Sandbox
from pdl.source import Source

COUNTING = Limits()
# Long documents get more time: a second for so many bytes, well above what each counter needs.
BYTES_PER_SECOND = 8 * 1024 * 1024
# Of the time a child has for colour, this share is for its own stopping in order.
COLOR_SHARE = 0.75


async def inspect(source: Source, sandbox: Sandbox, limits: Limits = COUNTING) -> Report:
    """Inspect the document; SandboxFailed when the sandbox cannot run, OSError when `source` cannot be read."""
    head = await asyncio.to_thread(source.pread, 0, HEAD_BYTES)
    if not head:
        return _rejected(UNKNOWN, DocumentRejected("The document is empty."))
    mime = sniff(head)
    if mime == UNKNOWN:
        return _rejected(mime, DocumentRejected(
            "The format of the document is not known here. Print it as PDF.", "unsupported-document-format"
        ))  # fmt: skip
    row = BY_MIME[mime]
    if row.counter is None:
        return _rejected(mime, DocumentRejected(
            f"{row.label}: an unsupported format, its pages cannot be counted yet. Print it as PDF.",
            "unsupported-document-format",
        ))  # fmt: skip
    more = source.size // BYTES_PER_SECOND
    limits = replace(limits, cpu_seconds=limits.cpu_seconds + more, wall_seconds=limits.wall_seconds + more)
    try:
        answer = await sandbox.run(row.counter, source, {"format": mime, "pages": limits.pages}, limits=limits)
        report = _believed(answer, mime, limits)
    except SandboxFailed:
        raise
    except (DocumentRejected, ReaderCrashed) as fault:
        return _rejected(mime, fault)
    except LimitReached as fault:
        return Report(mime, "limited", fault.reason)
    return await _with_color(report, source, sandbox, limits) if mime == PDF else report


def _rejected(mime: str, fault: PdlError) -> Report:
    state = fault.state_reason if isinstance(fault, DocumentRejected) else "document-format-error"
    return Report(mime, "rejected", fault.reason, state)


def _believed(answer: Mapping[str, Any], mime: str, limits: Limits) -> Report:
    """Read a child's answer as far as it makes sense; ReaderCrashed when it does not."""
    try:
        report = Report.from_json(answer)
    except ValueError as fault:
        raise ReaderCrashed("The program that counts the document gave an answer that is none.") from fault
    if report.format != mime or report.verdict != "ok" or not 0 < (report.pages or 0) <= limits.pages:
        raise ReaderCrashed("The program that counts the document gave an answer that contradicts itself.")
    return report


async def _with_color(report: Report, source: Source, sandbox: Sandbox, limits: Limits) -> Report:
    """Add the colour pages; the count stays what it is whatever happens here."""
    judged = bytearray()

    async def sink(letters: bytes) -> None:
        judged.extend(letters)

    pages = report.pages or 0
    arguments = {"seconds": limits.cpu_seconds * COLOR_SHARE}
    reason = "Not every page could be rendered."
    try:
        await sandbox.run("colour-pdf", source, arguments, limits=replace(limits, output_bytes=pages), sink=sink)
    except SandboxFailed:
        raise
    except PdlError as fault:
        reason = fault.reason
    color = tuple(number for number, letter in enumerate(judged, 1) if letter == COLOR)
    if len(judged) == pages and UNJUDGED not in judged:
        sure: Certainty = "estimated" if TINTED in judged else "exact"
        return replace(report, color_pages=color, confidence=Confidence("exact", sure))
    return replace(
        report,
        verdict="limited",
        reason=f"The pages are counted, but not all could be judged for colour: {reason}",
        color_pages=color,
    )
