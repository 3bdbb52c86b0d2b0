"""XPS documents into PDF by MuPDF's command: a program of its own, run in the sandbox."""

import shutil
from collections.abc import Iterable

from pdl.errors import DocumentRejected, LimitReached
from pdl.limits import Limits
from pdl.sandbox import Sandbox, Sink
from pdl.source import Source

# It tells formats by the name of a file, and writes PDF to files alone: so the document gets a name that
# points to the standard input, and the outcome is copied out. "$1" are the pages, "" for all.
_CONVERT = (
    "ln -s /proc/self/fd/0 document.xps && "
    "mutool convert -F pdf -o document.pdf document.xps $1 >&2 && exec cat document.pdf"
)


def available() -> bool:
    """Whether MuPDF's command is installed."""
    return shutil.which("mutool") is not None


async def xps_to_pdf(
    source: Source, sandbox: Sandbox, sink: Sink, limits: Limits, *, pages: Iterable[tuple[int, int]] = ()
) -> str:
    """Turn an XPS document, or these ranges of its pages (from 1), into PDF; what was complained of on the way.

    Raises DocumentRejected when it cannot be done, LimitReached, SandboxFailed.
    """
    if not available():
        raise DocumentRejected("XPS documents cannot be printed here: mutool is not installed. Print it as PDF.")
    chosen = ",".join(f"{first}-{last}" for first, last in pages)
    argv = ["sh", "-c", _CONVERT, "sh", chosen]
    result = await sandbox.program(argv, source=source, limits=limits, sink=sink)
    if result.overran:
        raise LimitReached("The document takes too much processor time to render. Print fewer pages at once.")
    if result.returncode or not result.written:
        raise DocumentRejected("The XPS document is damaged and cannot be rendered. Print it as PDF.")
    return result.stderr
