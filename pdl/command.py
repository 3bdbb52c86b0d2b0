"""What `printgate inspect` does: look at files, and at whole folders of them, some at a time."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from pdl.errors import SandboxFailed
from pdl.inspect import inspect
from pdl.sandbox import Sandbox
from pdl.source import FileSource

BAR_WIDTH = 30
BAR_SECONDS = 0.1  # between two pictures of the bar


def inspect_paths(paths: Iterable[str], jobs: int, tell: Callable[[int, int], None]) -> list[dict[str, Any]]:
    """Inspect files and folders, `jobs` documents at a time; one description a file, in the order of their paths.

    A file that cannot be read is described by `path` and `error`. `tell` hears how many of how many are done.
    SandboxFailed as inspect().
    """
    files = [file for path in paths for file in files_in(Path(path))]
    return asyncio.run(_inspect(files, max(1, jobs), tell))


def files_in(path: Path) -> Iterator[Path]:
    """Yield the regular files below a folder, by name; links to elsewhere are not followed. A file is itself."""
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if not file.is_symlink():
                yield file


async def _inspect(files: Sequence[Path], jobs: int, tell: Callable[[int, int], None]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    waiting = iter(enumerate(files))
    sandbox = Sandbox(at_once=jobs)

    async def work() -> None:
        for number, file in waiting:
            found[number] = await _described(file, sandbox)
            tell(len(found), len(files))

    try:
        await sandbox.start()
        tell(0, len(files))
        async with asyncio.TaskGroup() as group:
            for _ in range(min(jobs, len(files))):
                group.create_task(work())
    except* SandboxFailed as failed:
        raise failed.exceptions[0] from None
    finally:
        await sandbox.stop()
    return [found[number] for number in sorted(found)]


async def _described(file: Path, sandbox: Sandbox) -> dict[str, Any]:
    try:
        source = await asyncio.to_thread(FileSource, file)
        with source:
            return {"path": str(file), **(await inspect(source, sandbox)).describe()}
    except OSError as error:
        return {"path": str(file), "error": f"cannot be read: {error.strerror or error}"}


class Bar:
    """A progress bar on a terminal; silent where there is none."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty()
        self._last = 0.0

    def tell(self, done: int, whole: int) -> None:
        """Show that so many documents are done."""
        if not self._shown or (done < whole and time.monotonic() - self._last < BAR_SECONDS):
            return
        self._last = time.monotonic()
        filled = BAR_WIDTH * done // max(1, whole)
        self._stream.write(f"\r[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {done} of {whole} documents")
        self._stream.flush()

    def end(self) -> None:
        """Wipe it away."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def lines(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield what a person reads of many documents: a line each, and their sum."""
    for row in found:
        if "error" in row:
            yield f"{row['path']}: {row['error']}"
        elif row["verdict"] == "rejected":
            yield f"{row['path']}: refused: {row['reason']}"
        else:
            limited = f" ({row['reason']})" if row["reason"] else ""
            yield f"{row['path']}: {_plural(row['pages'], 'page')}, {_color(row)}, {row['format']}{limited}"
    counted = [row for row in found if row.get("pages")]
    pages = sum(row["pages"] for row in counted)
    colored = sum(len(row["color_pages"]) for row in counted)
    refused = sum(row.get("verdict") == "rejected" for row in found)
    unread = sum("error" in row for row in found)
    counts = f"{_plural(pages, 'page')}, {colored} in colour; {refused} refused, {unread} unread"
    yield f"{_plural(len(found), 'file')}: {counts}"


def _color(row: dict[str, Any]) -> str:
    words = f"{len(row['color_pages'])} in colour"
    sure = row["confidence"]["color"]
    return (
        words
        if sure == "exact"
        else f"colour unknown ({row['basis']['color']})"
        if sure == "unknown"
        else f"about {words}"
    )


def _plural(count: int | None, noun: str) -> str:
    return f"an unknown number of {noun}s" if count is None else f"{count} {noun}{'' if count == 1 else 's'}"
