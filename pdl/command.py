"""What `printgate inspect PATH` says of a file."""

import asyncio
from typing import Any

from pdl.inspect import inspect
from pdl.sandbox import Sandbox
from pdl.source import FileSource


def inspect_path(path: str) -> dict[str, Any]:
    """Inspect the file in a sandbox of its own; OSError when it cannot be read, SandboxFailed as inspect()."""
    return asyncio.run(_inspect(path))


async def _inspect(path: str) -> dict[str, Any]:
    source = await asyncio.to_thread(FileSource, path)
    sandbox = Sandbox()
    with source:
        try:
            await sandbox.start()
            report = await inspect(source, sandbox)
        finally:
            await sandbox.stop()
    return {"path": path, **report.describe()}
