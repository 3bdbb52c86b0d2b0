"""What jobs would cost where: the desk's own plan and price, for many jobs and devices at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounting import store as accounts
from accounting.price import Price
from devices.store import DeviceRow
from jobs.job import Job
from jobs.queue import Queue
from pdl.report import Report
from release.desk import Changes
from release.errors import CannotPrint
from release.plan import plan, report_of
from web.site import Visit

_MOST_DEVICES = 12
"""Kinds of devices (by what they can do and cost) that one "from" price is worked out over."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a job would be and cost at a device; `reason` says why it cannot be printed there ("" if it can)."""

    amount: int = 0
    impressions: int = 0
    sheets: int = 0
    colored: int = 0
    color_lost: bool = False
    sides_lost: bool = False
    reason: str = ""


class Quotes:
    """Works out prices; made once for a page, with the prices of that moment."""

    def __init__(self, prices: dict[str, Price]) -> None:
        self._prices = prices
        self._reports: dict[str, Report] = {}

    @classmethod
    async def of(cls, visit: Visit) -> "Quotes":
        """Read the prices."""
        return cls(await visit.parts.database.read(accounts.prices))

    @property
    def priced(self) -> bool:
        """Whether printing costs anything here."""
        return any(price != Price() for price in self._prices.values())

    def price(self, device_id: str) -> Price:
        """The price of a device, as the desk reads it."""
        return self._prices.get(device_id) or self._prices.get("") or Price()

    def quote(self, job: Job, device: DeviceRow, changes: Changes | None = None) -> Quoted:
        """What the job would be and cost at that device."""
        if device.capabilities is None:
            return Quoted(reason="This printer has not answered yet.")
        ticket = (changes or Changes()).apply(job.ticket)
        try:
            report = self._report(job)
            made = plan(ticket, report, device.capabilities)
        except CannotPrint as error:
            return Quoted(reason=str(error))
        extent = made.extent
        asked = ticket.sides or report.sides or "one-sided"
        return Quoted(
            amount=extent.cost(self.price(device.id)),
            impressions=extent.impressions,
            sheets=extent.sheets,
            colored=extent.color,
            color_lost=bool(report.color_pages) and not ticket.monochrome and not device.capabilities.color,
            sides_lost=asked != "one-sided" and not device.capabilities.duplex,
        )

    def estimate(self, job: Job, queue: Queue | None, pool: Sequence[DeviceRow]) -> tuple[int, bool] | None:
        """The price at the queue's own device, else the least of its pool; and whether others cost more."""
        known = tuple(device.id for device in pool)
        target = queue.target(known) if queue else None
        candidates = [device for device in pool if device.id == target] or list(self._kinds(pool))
        amounts = [found.amount for found in (self.quote(job, device) for device in candidates) if not found.reason]
        return (min(amounts), len(set(amounts)) > 1) if amounts else None

    def estimates(self, wanted: Sequence[tuple[Job, Queue | None, Sequence[DeviceRow]]]) -> dict[str, tuple[int, bool]]:
        """The estimates of many jobs, by UUID; those that no device prints are left out. Fit for a thread."""
        found = {job.id: self.estimate(job, queue, pool) for job, queue, pool in wanted}
        return {uuid: estimate for uuid, estimate in found.items() if estimate is not None}

    def _kinds(self, pool: Iterable[DeviceRow]) -> Iterable[DeviceRow]:
        """One device of each kind: two that can and cost the same give the same price."""
        kinds = {(device.capabilities, self.price(device.id)): device for device in pool if device.capabilities}
        return list(kinds.values())[:_MOST_DEVICES]

    def _report(self, job: Job) -> Report:
        if job.id not in self._reports:
            self._reports[job.id] = report_of(job)
        return self._reports[job.id]
