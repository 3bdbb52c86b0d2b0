"""The built-in trial printer: `file:///folder` below HOME, which keeps what it prints.

Each job becomes `NNNNN-name.ext` with a `NNNNN-name.json` beside it that says what was asked for. It does not look
into documents: the impressions that it reports are the gateway's own count, and its outcome says so (source "none").
"""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from devices.capabilities import TRIAL, Capabilities
from devices.device import DeviceState, Watch
from devices.document import DocumentError, octets
from devices.errors import DeviceError, DeviceRefused, DeviceUnreachable
from devices.outgoing import Outcome, Outgoing
from devices.settings import Settings
from devices.uri import DeviceUri
from devices.witness import Witness
from ipp.message import Attribute
from ipp.values import Collection

_SUFFIXES = {
    "application/pdf": "pdf",
    "application/postscript": "ps",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/pwg-raster": "pwg",
    "image/urf": "urf",
}

_KEPT = re.compile(r"(\d{5,9})-.*")
_PART = re.compile(r"\.(\d{5,9})\.part")


class TrialPrinter:
    """A device at a `file:` URI."""

    def __init__(self, target: DeviceUri, settings: Settings) -> None:
        self._folder = _below_home(target, settings)

    async def capabilities(self) -> Capabilities:
        """Say that it can do everything. Raises DeviceUnreachable when its folder cannot be made."""
        await asyncio.to_thread(self._make_folder)
        return TRIAL

    async def state(self) -> DeviceState:
        """Say whether the folder can be written to."""
        try:
            await asyncio.to_thread(self._make_folder)
        except DeviceError as error:
            return DeviceState("unreachable", message=str(error))
        return DeviceState("idle")

    async def print_job(self, outgoing: Outgoing, watch: Watch) -> Outcome:
        """Keep the document. Raises only what the watch raises before the first byte."""
        witness = Witness(watch)
        if outgoing.format not in _SUFFIXES:
            return Outcome(kind="not-sent", message=f"The trial printer does not take {outgoing.format}.")
        try:
            await asyncio.to_thread(self._make_folder)
            number, part = await asyncio.to_thread(self._reserve)
        except (DeviceError, OSError) as error:
            return Outcome(kind="not-sent", message=f"The trial printer cannot write: {error}", retry=True)
        try:
            await witness.created(number)
            await self._write(part, octets(outgoing, witness, lambda: None))
            kept = await asyncio.to_thread(self._keep, number, part, outgoing)
        except (DocumentError, OSError) as error:
            if witness.failure is not None:
                raise
            return Outcome(kind="not-sent", message=f"The trial printer kept nothing: {error}", retry=True)
        finally:
            await asyncio.to_thread(part.unlink, missing_ok=True)
        await witness.after_last_byte()
        await witness.progress(outgoing.impressions, "completed", ())
        return _completed(number, kept.name, outgoing.impressions)

    async def _write(self, part: Path, pieces: AsyncIterator[bytes]) -> None:
        file = await asyncio.to_thread(part.open, "wb")
        try:
            async for piece in pieces:
                await asyncio.to_thread(file.write, piece)
            await asyncio.to_thread(_sync, file)
        finally:
            await asyncio.to_thread(file.close)

    async def resume(self, device_job_id: int, watch: Watch) -> Outcome:
        """Look whether the document was kept: it is there whole or not at all."""
        sidecar = await asyncio.to_thread(self._find, device_job_id)
        if sidecar is None:
            return Outcome(
                kind="not-sent",
                message="The trial printer kept nothing of it.",
                retry=True,
                device_job_id=device_job_id,
            )
        count = sidecar.get("impressions")
        await Witness(watch).progress(count if isinstance(count, int) else None, "completed", ())
        return _completed(device_job_id, str(sidecar.get("document")), count if isinstance(count, int) else None)

    async def cancel(self, device_job_id: int) -> None:
        """Do nothing: its jobs end at once."""

    async def identify(self) -> None:
        """Raise DeviceRefused: a folder has no lamp."""
        raise DeviceRefused(f"The trial printer is the folder {self._folder} on the server.")

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DeviceUnreachable(f"The folder {self._folder} cannot be made: {error.strerror}.") from error
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise DeviceUnreachable(f"The folder {self._folder} cannot be written to.")

    def _reserve(self) -> tuple[int, Path]:
        """Take the next number by making its temporary file, which nobody else can make then."""
        names = [entry.name for entry in os.scandir(self._folder)]
        found = (_KEPT.fullmatch(name) or _PART.fullmatch(name) for name in names)
        number = max((int(match[1]) for match in found if match), default=0)
        for candidate in range(number + 1, number + 1000):
            part = self._folder / f".{candidate:05d}.part"
            try:
                part.open("xb").close()
            except FileExistsError:
                continue
            return candidate, part
        raise OSError("too many jobs at once")

    def _keep(self, number: int, part: Path, outgoing: Outgoing) -> Path:
        """Write the sidecar, then give the document its name: whoever sees a document sees its sidecar too."""
        stem = f"{number:05d}-{_file_name(outgoing.job_name)}"
        kept = self._folder / f"{stem}.{_SUFFIXES[outgoing.format]}"
        draft = self._folder / f".{number:05d}.json.part"
        with draft.open("wb") as file:
            file.write(json.dumps(_sidecar(outgoing, kept.name), indent=1, sort_keys=True).encode())
            _sync(file)
        draft.rename(self._folder / f"{stem}.json")
        part.rename(kept)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return kept

    def _find(self, number: int) -> dict[str, object] | None:
        for sidecar in self._folder.glob(f"{number:05d}-*.json"):
            try:
                found = json.loads(sidecar.read_bytes())
            except (OSError, ValueError):
                continue
            if isinstance(found, dict) and (self._folder / str(found.get("document"))).is_file():
                return found
        return None


def _below_home(target: DeviceUri, settings: Settings) -> Path:
    if settings.home is None:
        raise DeviceRefused("Trial printers (file:) are off: the server has no home folder for them.")
    home = settings.home.resolve()
    try:
        folder = Path(target.path).resolve()
    except (ValueError, OSError, RuntimeError) as error:
        raise DeviceRefused("The trial printer's URI names no folder.") from error
    # Links are followed first, so that none can lead out.
    if home not in folder.parents:
        raise DeviceRefused(f"A trial printer's folder must lie below {home}: use {(home / 'trial').as_uri()}.")
    return folder


def _completed(number: int, document: str, impressions: int | None) -> Outcome:
    return Outcome(
        kind="completed",
        message=f"The trial printer kept {document}; the count is the gateway's own.",
        impressions=impressions,
        device_job_id=number,
    )


def _file_name(job_name: str) -> str:
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", job_name).strip("-.")[:60]
    return words or "untitled"


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sidecar(outgoing: Outgoing, document: str) -> dict[str, object]:
    return {
        "document": document,
        "document-format": outgoing.format,
        "job-name": outgoing.job_name,
        "requesting-user-name": outgoing.user_name,
        "impressions": outgoing.impressions,
        "copies": outgoing.copies,
        "sides": outgoing.sides,
        "color": outgoing.color,
        "attributes": {a.name: _plain(a) for a in outgoing.attributes},
    }


def _plain(attribute: Attribute) -> list[object]:
    return [_readable(value) for _, value in attribute.values]


def _readable(value: object) -> object:
    if isinstance(value, Collection):
        return {member.name: _plain(member) for member in value.attributes}
    if isinstance(value, bool | int | str | None):
        return value
    return list(value) if isinstance(value, tuple) else repr(value)
