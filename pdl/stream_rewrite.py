"""Rewrite a printer's job stream at release: other copies, other sides, no colour, fewer pages.

For jobs that are passed through as they came; `pdl.stream_write` does it, in a child of the sandbox.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from pdl.limits import Limits
from pdl.sandbox import Sandbox, Sink
from pdl.source import Source
from pdl.stream_write import Wishes

__all__ = ["Done", "Wishes", "rewrite"]

REWRITING = Limits()


@dataclass(frozen=True, slots=True)
class Done:
    """What rewriting could not do, by the job attribute that asked for it, with the reason for a person."""

    undone: Mapping[str, str] = field(default_factory=dict)


async def rewrite(source: Source, sandbox: Sandbox, sink: Sink, wishes: Wishes, limits: Limits = REWRITING) -> Done:
    """Write the job stream to `sink` as `wishes` say; what could not be done is in the answer.

    Raises DocumentRejected for a damaged stream, LimitReached, SandboxFailed, and what `sink` raises.
    """
    answer = await sandbox.run("rewrite-stream", source, asdict(wishes), limits=limits, sink=sink)
    undone = answer.get("undone")
    if not isinstance(undone, dict) or not all(isinstance(words, str) for words in undone.values()):
        undone = {"copies": "The program that rewrites the job stream gave an answer that is none."}
    return Done({str(name)[:100]: words[:500] for name, words in undone.items()})
