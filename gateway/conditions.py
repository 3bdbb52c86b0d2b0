"""How the devices behind each queue are, and what printing there costs: what queues tell their clients of it."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from accounting import store as accounts
from accounting.price import CURRENCY_DIGITS, Price
from gateway.core import Core
from jobs.condition import Condition
from jobs.queue import Queue
from release.offer import Seen, condition

_GOOD_FOR: Final = 1.0  # seconds
_PRICES_AGAIN: Final = 15.0  # seconds between looks at the prices
_MOST: Final = 1000  # queues


class Conditions:
    """Works conditions out of what the fleet knows; no device is asked."""

    def __init__(self, core: Core, currency: str) -> None:
        self._core, self._currency = core, currency
        self._prices: Mapping[str, Price] = {}
        self._found: dict[str, tuple[float, int, Condition]] = {}

    async def run(self) -> None:
        """Keep the prices fresh until cancelled."""
        while True:
            await self.renew()
            await asyncio.sleep(_PRICES_AGAIN)

    async def renew(self) -> None:
        """Read the prices, and work out all conditions anew."""
        self._prices = await self._core.home.database.read(accounts.prices)
        self._found.clear()

    def look(self, queue: Queue) -> Condition:
        """The condition of a queue; its devices' part may be a second old."""
        found = self._found.get(queue.id)
        now = time.monotonic()
        if found is None or now - found[0] > _GOOD_FOR or found[1] != queue.changed_at:
            if len(self._found) > _MOST:
                self._found.clear()
            found = self._found[queue.id] = (now, queue.changed_at, self._worked_out(queue))
        printing = self._core.jobs.printing(queue.id)
        return replace(found[2], printing=printing) if printing else found[2]

    def _worked_out(self, queue: Queue) -> Condition:
        fleet = self._core.fleet
        rows = [fleet.get(device) for device in queue.pool(fleet.known())]
        told = [Seen(row.info or row.name, row.capabilities, row.reasons) for row in rows if row.capabilities]
        prices = [self._prices.get(row.id) or self._prices.get("") or Price() for row in rows]
        return condition(told, charge=charged(prices, self._currency))


def charged(prices: Iterable[Price], currency: str) -> str:
    """Say in words what printing costs at one of so many devices; "" where it costs nothing anywhere."""
    known = list(prices)
    if all(price == Price() for price in known):
        return ""
    shown = (
        ("A side in black and white", [price.mono for price in known]),
        ("a side in colour", [price.color for price in known]),
        ("a sheet", [price.sheet for price in known]),
    )
    return f"{', '.join(f'{what}: {_span(amounts, currency)}' for what, amounts in shown)}."


def _span(amounts: list[int], currency: str) -> str:
    least, most = (_money(amount, currency) for amount in (min(amounts), max(amounts)))
    return f"{least} {currency}" if least == most else f"{least} to {most} {currency}"


def _money(amount: int, currency: str) -> str:
    digits = CURRENCY_DIGITS.get(currency, 2)
    return f"{Decimal(amount).scaleb(-digits):.{digits}f}"
