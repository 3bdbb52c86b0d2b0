"""One attempt to print at an IPP device: create, send, follow, and say honestly what became of it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from devices.capabilities import Capabilities
from devices.document import DocumentError
from devices.errors import DeviceBusy, DeviceError, DeviceRefused, DeviceTroubled, DeviceUnclear, DeviceUnreachable
from devices.ipp_connection import Sending
from devices.ipp_dialogue import IppDialogue
from devices.ipp_follow import Follower
from devices.ipp_requests import Gone, JobReport
from devices.outgoing import Outcome, OutcomeKind, Outgoing
from devices.settings import Settings
from devices.witness import Witness
from ipp.enums import Operation

_T = TypeVar("_T")

_PERHAPS = "The device does not say how much of it was printed."

_STARVING = frozenset(("job-incoming", "job-data-insufficient"))
"""job-state-reasons of a job that waits for the rest of its document (RFC 8011 section 5.3.8)."""


class IppPrinting:
    """An attempt at one device."""

    def __init__(self, dialogue: IppDialogue, outgoing: Outgoing, witness: Witness, settings: Settings) -> None:
        self._dialogue = dialogue
        self._outgoing = outgoing
        self._witness = witness
        self._settings = settings
        self._job_id: int | None = None
        self._sending = Sending(outgoing, witness)

    async def run(self) -> Outcome:
        """Print. Raises only what the watch raised before the first byte."""
        try:
            capabilities = await self._patiently(self._dialogue.capabilities)
            if {Operation.CREATE_JOB, Operation.SEND_DOCUMENT} <= capabilities.operations:
                self._job_id = await self._patiently(lambda: self._dialogue.create_job(self._outgoing, capabilities))
                await self._witness.created(self._job_id)
            taken = await self._patiently(lambda: self._send(capabilities))
        except Exception as error:
            return await self._failed(error)
        return await self._taken(taken)

    async def _send(self, capabilities: Capabilities) -> JobReport | None:
        self._sending = Sending(self._outgoing, self._witness)
        try:
            if self._job_id is not None:
                return await self._dialogue.send_document(self._job_id, self._sending, capabilities)
            return await self._dialogue.print_job(self._sending, capabilities)
        except DeviceRefused as error:
            if not isinstance(error, DeviceTroubled | DeviceUnclear | Gone):
                self._witness.refused()
            raise

    async def _patiently(self, action: Callable[[], Awaitable[_T]]) -> _T:
        """Try again while the device is busy, but never when it may have taken part of the document."""
        now = asyncio.get_running_loop().time
        deadline = now() + self._settings.busy_limit
        pause = self._settings.busy_first
        while True:
            try:
                return await action()
            except DeviceBusy:
                if self._witness.started or now() + pause > deadline:
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._settings.busy_last)

    async def _taken(self, taken: JobReport | None) -> Outcome:
        """Follow a job whose document the device has confirmed."""
        await self._witness.after_last_byte()
        if self._job_id is None and taken is not None and taken.job_id is not None:
            self._job_id = taken.job_id
            await self._witness.created(self._job_id)
        if self._job_id is None:
            return Outcome(kind="completed", message="The device took the whole document but gave the job no number.")
        follower = self._follower(self._job_id)
        if taken is not None and taken.ended and taken.impressions is not None:
            return follower.ended(taken)
        return await follower.follow(sent=True)

    def _follower(self, job_id: int) -> Follower:
        return Follower(lambda: self._dialogue.job_report(job_id), self._witness, self._settings, job_id)

    async def _failed(self, error: Exception) -> Outcome:
        """Find out what became of an attempt that did not reach its end."""
        if not self._witness.started:
            await self._drop()
            if not isinstance(error, DeviceError | DocumentError):
                # The watch's own fault, or ours: the caller must see it.
                raise error
            # A document that we cannot read and a device that is away may both come back.
            retry = isinstance(error, DeviceBusy | DeviceUnreachable | DocumentError)
            return Outcome(kind="not-sent", message=str(error), retry=retry, device_job_id=self._job_id)
        if self._job_id is None:
            return Outcome(kind="unknown", message=f"{error} The job may have printed.")
        return await self._settled(self._job_id, error)

    async def _settled(self, job_id: int, error: Exception) -> Outcome:
        """Hear from the device what it made of a job whose sending failed; cancel what it has in part."""
        now = asyncio.get_running_loop().time
        begun, canceled = now(), False
        # Only the answer was lost: the device may well be printing all of it.
        complete = self._sending.complete and isinstance(error, DeviceUnreachable)

        async def ask() -> JobReport:
            nonlocal canceled
            report = await self._dialogue.job_report(job_id)
            # What our system took from us may still have been lost on the way.
            starving = _STARVING & set(report.reasons) and now() - begun > self._settings.lost_limit
            if not report.ended and not canceled and (starving or not complete):
                await self._cancel(job_id)
                canceled = True
            return report

        follower = Follower(ask, self._witness, self._settings, job_id)
        # Twice as long: the device may come back at the last moment and then needs time to cancel.
        outcome = await follower.follow(sent=False, limit=None if complete else 2 * self._settings.lost_limit)
        if canceled or (outcome.kind == "completed" and not complete):
            # Whatever the device calls it: it had only a part, and nobody asked for that.
            # Without a count it cannot be called unprinted: many devices print while they read.
            kind: OutcomeKind = "aborted" if outcome.impressions is not None else "unknown"
            words = "The device has dropped the rest of the job." if kind == "aborted" else _PERHAPS
            return replace(outcome, kind=kind, message=f"{error} {words}")
        if outcome.kind == "completed" and not self._is_whole(outcome):
            # Some devices print what they got of a cut document and call the job completed.
            return replace(outcome, kind="unknown", message=f"{error} The device printed, but perhaps not all of it.")
        return outcome

    def _is_whole(self, outcome: Outcome) -> bool:
        expected = self._outgoing.impressions
        return None not in (expected, outcome.impressions) and (outcome.impressions or 0) >= (expected or 0)

    async def _cancel(self, job_id: int) -> None:
        # A device that refuses will end the incomplete job by its own time-out; one that is away is asked again.
        with contextlib.suppress(DeviceRefused):
            await self._dialogue.cancel_job(job_id, self._outgoing.user_name)

    async def _drop(self) -> None:
        """Take back a job without a document, so that it does not keep the device waiting."""
        if self._job_id is not None:
            with contextlib.suppress(DeviceError):
                await self._dialogue.cancel_job(self._job_id, self._outgoing.user_name)
