"""Listen to a JetDirect device that talks PJL, from the last byte of a job until its last page."""

import asyncio

from devices import pjl
from devices.jetdirect_connection import JetDirectConnection
from devices.outgoing import ImpressionsSource, Outcome, OutcomeKind, Outgoing
from devices.settings import Settings
from devices.witness import Witness


class Listener:
    """What the device has said about the job so far.

    The end is "USTATUS JOB ... END"; for devices that do not send it, a page counter that stands still while the
    device is ready. Pages are those of the end, else those reported one by one, else the counter's difference.
    """

    def __init__(
        self,
        connection: JetDirectConnection,
        witness: Witness,
        settings: Settings,
        outgoing: Outgoing,
        before: int | None,
    ) -> None:
        self._connection = connection
        self._witness = witness
        self._settings = settings
        self._name = pjl.safe(outgoing.job_name)
        self._before = before
        self._counter = before
        self._pages: int | None = None
        self._reports_jobs = False
        self._ready = False
        self._ended: OutcomeKind | None = None
        self._now = asyncio.get_running_loop().time
        self._begun = self._heard = self._moved = self._now()

    async def listen(self) -> Outcome:
        """Wait for the end of the job, asking when the device says nothing by itself."""
        pause = self._settings.poll_first
        while self._now() - self._begun < self._settings.follow_limit:
            reply = await self._connection.next_reply(pause)
            if reply is not None:
                await self._take(reply)
            elif self._connection.ending != "open":
                return await self._cut_off()
            elif self._now() - self._heard > self._settings.lost_limit:
                return self._unknown("The device stopped reporting.")
            else:
                await self._connection.send(pjl.question("STATUS", "PAGECOUNT"))
                pause = min(pause * self._settings.poll_growth, self._settings.poll_last)
            if self._ended or self._settled():
                outcome = await self._outcome(self._ended or "completed")
                # All is known: the device needs no more than a moment to see that we are done.
                await self._connection.finish(min(self._settings.close_timeout, 2))
                return outcome
        return self._unknown("The device did not finish the job in the time allowed: look at its display.")

    async def _take(self, reply: pjl.Reply) -> None:
        self._heard = self._now()
        if reply.subject == "USTATUS PAGE":
            numbers = [int(word) for word in reply.words if word.isdecimal()]
            await self._progress(max([self._pages or 0, *numbers]))
        elif reply.subject == "USTATUS JOB" and self._is_ours(reply):
            self._job(reply)
        elif reply.subject == "INFO STATUS":
            state = pjl.device_state(reply)
            self._ready = state.state == "idle"
            keyword = "processing-stopped" if state.state == "stopped" else "processing"
            await self._witness.progress(self._pages, keyword, state.reasons)
        elif (counter := pjl.page_count(reply)) is not None and counter != self._counter:
            self._counter, self._moved = counter, self._now()

    def _is_ours(self, reply: pjl.Reply) -> bool:
        # Devices cut long names; another connection's job has another one.
        name = reply.values.get("NAME", "")
        return not name or name.startswith(self._name[:8]) or self._name.startswith(name)

    def _job(self, reply: pjl.Reply) -> None:
        self._reports_jobs = True
        canceled = "CANCEL" in reply.values.get("RESULT", "").upper()
        if "END" in reply.words or "CANCELED" in reply.words:
            pages = reply.number("PAGES")
            self._pages = self._pages if pages is None else pages
            self._ended = "canceled" if canceled or "CANCELED" in reply.words else "completed"

    async def _progress(self, pages: int) -> None:
        self._pages, self._moved = pages, self._now()
        await self._witness.progress(pages, "processing", ())

    def _settled(self) -> bool:
        """Say whether a device that reports no jobs seems to have finished."""
        if self._reports_jobs or not self._ready:
            return False
        moved = self._counter != self._before or self._pages is not None
        # A job that has not moved the counter may still be in preparation: give it longer.
        patience = self._settings.settle_time * (1 if moved else 6)
        return self._now() - self._moved >= patience

    async def _cut_off(self) -> Outcome:
        # A device that closes without a count may have done so half way: an orderly end on the wire proves nothing.
        counted = self._pages is not None or self._counter != self._before
        if self._connection.ending == "reset" or self._reports_jobs or not counted:
            return self._unknown("The device broke the connection before it reported the end of the job.")
        return await self._outcome("completed")

    async def _outcome(self, kind: OutcomeKind) -> Outcome:
        message = "The job was canceled at the device." if kind == "canceled" else ""
        if self._pages is not None:
            return Outcome(kind=kind, message=message, impressions=self._pages, source="pjl")
        if self._connection.ending == "open" and self._before is not None:
            reply = await self._connection.ask("PAGECOUNT")
            count = pjl.page_count(reply) if reply else None
            self._counter = self._counter if count is None else count
        printed = (self._counter or 0) - (self._before or 0)
        if self._before is not None and printed > 0:
            return Outcome(kind=kind, message=message, impressions=printed, source="meter")
        return Outcome(kind=kind, message=message or "The device took the job but reports no pages.")

    def _unknown(self, message: str) -> Outcome:
        source: ImpressionsSource = "none" if self._pages is None else "pjl"
        return Outcome(
            kind="unknown", message=f"{message} It may have printed.", impressions=self._pages, source=source
        )
