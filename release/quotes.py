"""What jobs would be and cost where: plan and price of many jobs at many devices, with the prices read once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from accounting.price import Price
from devices.store import DeviceRow
from jobs.job import Job
from jobs.queue import Queue
from jobs.ticket import Ticket
from pdl.report import Report
from release.errors import CannotPrint
from release.marks import NO_MARKS, Marks
from release.plan import plan, report_of

_MOST_DEVICES: Final = 12
"""Kinds of devices (by what they can do and cost) that one "from" price is worked out over."""

_SILENT: Final = "This printer has not answered yet."


@dataclass(frozen=True, slots=True)
class Changes:
    """What the owner changes at release; None leaves it as it was asked for."""

    copies: int | None = None
    sides: str | None = None
    monochrome: bool | None = None
    page_ranges: tuple[tuple[int, int], ...] | None = None

    def apply(self, ticket: Ticket) -> Ticket:
        """The ticket with these changes."""
        values: dict[str, Any] = {}
        if self.copies is not None:
            values["copies"] = max(1, min(self.copies, 999))
        if self.sides is not None:
            values["sides"] = self.sides
        if self.monochrome is not None:
            values["print_color_mode"] = "monochrome" if self.monochrome else "auto"
        if self.page_ranges is not None:
            values["page_ranges"] = self.page_ranges
        return replace(ticket, **values)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a job would be and cost at one device; `reason` says why it cannot be printed there ("" if it can).

    The amount, in the currency's smallest unit, is None for what cannot be printed there or has not been counted.
    """

    device: DeviceRow
    amount: int | None = None
    impressions: int = 0
    sheets: int = 0
    colored: int = 0
    color_lost: bool = False
    sides_lost: bool = False
    reason: str = ""


class Quotes:
    """Works quotes out, with the prices of one moment. Its methods are fit for a thread: they wait for nothing."""

    def __init__(
        self, prices: Mapping[str, Price], marks: Callable[[Job, DeviceRow], Marks] = lambda _job, _device: NO_MARKS
    ) -> None:
        """Take the prices, and what says which marks a job gets at a device."""
        self._prices, self._marks = prices, marks
        self._reports: dict[str, Report] = {}

    @property
    def priced(self) -> bool:
        """Whether printing costs anything here."""
        return any(price != Price() for price in self._prices.values())

    def price(self, device_id: str) -> Price:
        """The price of a device: its own, or that of all which have none."""
        return self._prices.get(device_id) or self._prices.get("") or Price()

    def quote(self, job: Job, device: DeviceRow, changes: Changes | None = None) -> Quote:
        """What the job would be and cost at that device."""
        if device.capabilities is None:
            return self._refused(job, device, _SILENT)
        ticket = (changes or Changes()).apply(job.ticket)
        try:
            report = self._report(job)
            extent = plan(ticket, report, device.capabilities, self._marks(job, device)).extent
        except CannotPrint as error:
            return self._refused(job, device, str(error))
        asked = ticket.sides or report.sides or "one-sided"
        return Quote(
            device,
            amount=extent.cost(self.price(device.id)) if job.pages is not None else None,
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
        quotes = (self.quote(job, device) for device in candidates)
        amounts = [found.amount for found in quotes if found.amount is not None]
        return (min(amounts), len(set(amounts)) > 1) if amounts else None

    def estimates(self, wanted: Sequence[tuple[Job, Queue | None, Sequence[DeviceRow]]]) -> dict[str, tuple[int, bool]]:
        """The estimates of many jobs, by UUID; those that no device prints are left out."""
        found = {job.id: self.estimate(job, queue, pool) for job, queue, pool in wanted}
        return {uuid: estimate for uuid, estimate in found.items() if estimate is not None}

    def _refused(self, job: Job, device: DeviceRow, reason: str) -> Quote:
        return Quote(
            device,
            impressions=job.impressions or 0,
            sheets=job.sheets or 0,
            colored=job.color_impressions or 0,
            reason=reason,
        )

    def _kinds(self, pool: Iterable[DeviceRow]) -> Iterable[DeviceRow]:
        """One device of each kind: two that can and cost the same give the same price."""
        kinds = {(device.capabilities, self.price(device.id)): device for device in pool if device.capabilities}
        return list(kinds.values())[:_MOST_DEVICES]

    def _report(self, job: Job) -> Report:
        if job.id not in self._reports:
            self._reports[job.id] = report_of(job)
        return self._reports[job.id]
