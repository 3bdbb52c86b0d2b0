"""Follow a job at an IPP device by asking, until it ends or the device cannot be asked any more."""

import asyncio
from collections.abc import Awaitable, Callable

from devices.errors import DeviceError
from devices.ipp_requests import Gone, JobReport
from devices.outgoing import Outcome, OutcomeKind
from devices.settings import Settings
from devices.witness import Witness
from ipp.enums import JobState

Ask = Callable[[], Awaitable[JobReport]]
"""Get-Job-Attributes for the one job. Raises DeviceError."""

_KINDS: dict[JobState, OutcomeKind] = {
    JobState.CANCELED: "canceled",
    JobState.ABORTED: "aborted",
    JobState.COMPLETED: "completed",
}

_WORDS: dict[OutcomeKind, str] = {
    "canceled": "The job was canceled at the device.",
    "aborted": "The device gave the job up.",
    "completed": "",
}


class Follower:
    """Asks for one job and keeps the counts that were seen last."""

    def __init__(self, ask: Ask, witness: Witness, settings: Settings, job_id: int) -> None:
        self._ask = ask
        self._witness = witness
        self._settings = settings
        self._job_id = job_id
        self._last: JobReport | None = None
        self._impressions: int | None = None
        self._sheets: int | None = None

    async def follow(self, *, sent: bool, limit: float | None = None) -> Outcome:
        """Ask until the job ends, for `limit` seconds at most; `sent` says that the device confirmed the document."""
        now = asyncio.get_running_loop().time
        begun = heard = now()
        stopping: float | None = None
        pause = self._settings.poll_first
        while now() - begun < (limit or self._settings.follow_limit):
            try:
                report = await self._ask()
            except Gone:
                return self._forgotten(sent=sent)
            except DeviceError as error:
                if now() - heard >= self._settings.lost_limit:
                    return self._unknown(f"{error} The job may have printed.")
            else:
                heard = now()
                if await self._changed(report):
                    pause = self._settings.poll_first
                if report.ended:
                    # A canceled job may still be printing the sheets that are under way (RFC 8011 section 5.3.8).
                    stopping = stopping or heard
                    waited = heard - stopping
                    if "processing-to-stop-point" not in report.reasons or waited >= self._settings.lost_limit:
                        return self.ended(report)
            await asyncio.sleep(pause)
            pause = min(pause * self._settings.poll_growth, self._settings.poll_last)
        return self._unknown("The device did not finish the job in the time allowed: look at its display.")

    async def _changed(self, report: JobReport) -> bool:
        if report == self._last:
            return False
        self._last = report
        # Counts only grow; some devices forget them as the job ends.
        self._impressions = _most(self._impressions, report.impressions)
        self._sheets = _most(self._sheets, report.sheets)
        await self._witness.progress(self._impressions, report.keyword, report.reasons)
        return True

    def ended(self, report: JobReport) -> Outcome:
        """Make the outcome of a job that the device calls ended."""
        assert report.state is not None
        kind = _KINDS[report.state]
        impressions = _most(self._impressions, report.impressions)
        if kind == "completed" and impressions == 0:
            # A job completed without any impression: a device that has the attribute but does not count.
            impressions = None
        words = _WORDS[kind] if kind != "completed" or "job-completed-with-errors" not in report.reasons else _ERRORS
        detail = report.message or ", ".join(r for r in report.reasons if "completed-successfully" not in r)
        return Outcome(
            kind=kind,
            message=f"{words} ({detail})" if words and detail else words,
            impressions=impressions,
            sheets=_most(self._sheets, report.sheets) or None,
            source="none" if impressions is None else "job-impressions-completed",
            device_job_id=self._job_id,
        )

    def _forgotten(self, *, sent: bool) -> Outcome:
        # Many small printers keep no history: a job is unknown as soon as its last page is out.
        if not sent:
            return self._unknown("The device does not know the job any more. It may have printed.")
        return Outcome(
            kind="completed",
            message="The device took the whole document and keeps no record of ended jobs.",
            impressions=None,
            device_job_id=self._job_id,
        )

    def _unknown(self, message: str) -> Outcome:
        counted = self._impressions or None
        return Outcome(
            kind="unknown",
            message=message,
            impressions=counted,
            sheets=self._sheets or None,
            source="none" if counted is None else "job-impressions-completed",
            device_job_id=self._job_id,
        )


_ERRORS = "The device completed the job with errors."


def _most(one: int | None, other: int | None) -> int | None:
    known = [count for count in (one, other) if count is not None]
    return max(known, default=None)
