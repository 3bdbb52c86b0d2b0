"""The ledger: reserve at release, settle once by what came out, credit. Double entry, integers.

The functions take the caller's connection, so that a job's end and its price are one commit. Balances of people are
what the house owes them: a charge lowers the payer's account and raises `revenue`, a credit comes from `funding`.
"""

import time
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from accounting import store
from accounting.errors import BadAmount, CreditExhausted
from accounting.price import Extent, Part, Price
from accounting.store import Account, Entry
from events import audit
from storage.node import new_id

UNCLAIMED: Final = "unclaimed"
"""The shared account of jobs that nobody owns."""

_LARGEST = 10**12  # a sum beyond this is a typing mistake
_HIGHEST_PRICE = 10**9  # so is a price


def account(connection: Connection, node: str, person_id: str | None) -> Account:
    """The account that pays for a person's jobs (or for those without an owner), opened when first needed."""
    kind, owner = ("person", person_id) if person_id else ("shared", UNCLAIMED)
    return _opened(connection, node, kind, owner)


def available(connection: Connection, account_: Account) -> int:
    """What an account can still spend: its balance less what is set aside."""
    return account_.balance - store.reserved(connection, account_.id)


def reserve(
    connection: Connection,
    node: str,
    job_id: str,
    person_id: str | None,
    price: Price,
    amount: int,
    *,
    restricted: bool,
) -> None:
    """Set the price of a job aside before it is sent. Raises CreditExhausted for a person who must have credit."""
    payer = account(connection, node, person_id)
    store.drop_reservation(connection, job_id)
    if restricted and amount > available(connection, payer):
        raise CreditExhausted("The credit does not cover this. Choose fewer pages, or add credit first.")
    row = {
        "job_id": job_id,
        "account_id": payer.id,
        "amount": amount,
        "device_id": None,
        "mono": price.mono,
        "color": price.color,
        "sheet": price.sheet,
        "at": _now(),
    }
    store.put_reservation(connection, row)


def settle(
    connection: Connection,
    node: str,
    job_id: str,
    person_id: str | None,
    extent: Extent,
    printed: int,
    basis: str,
    *,
    sheets: int | None = None,
) -> Entry | None:
    """Charge a job for its first `printed` impressions, once; `basis` says who counted. Nothing printed, no entry.

    Returns the entry, or the one that stood already: settling twice changes nothing.
    """
    before = store.charge_of(connection, job_id)
    if before is not None:
        store.drop_reservation(connection, job_id)
        return before
    held = store.reservation_of(connection, job_id)
    price = held.price if held else Price()
    store.drop_reservation(connection, job_id)
    if printed <= 0:
        return None
    # Of a document whose pages nobody could count, the device's figure is all there is: taken as black and white.
    part = extent.first(printed) if extent.pages else Part(printed, 0, printed)
    if sheets is not None:
        part = replace(part, sheets=sheets)
    amount = part.cost(price)
    payer, revenue = account(connection, node, person_id), _opened(connection, node, "revenue", "printing")
    row = {
        "node": node,
        "id": new_id(),
        "kind": "charge",
        "at": _now(),
        "job_id": job_id,
        "impressions": part.impressions,
        "color_impressions": part.color,
        "sheets": part.sheets,
        "basis": basis,
    }
    store.add_entry(connection, row, {payer.id: -amount, revenue.id: amount})
    return store.charge_of(connection, job_id)


def give_back(connection: Connection, job_id: str) -> None:
    """Drop what was set aside for a job of which nothing was printed."""
    store.drop_reservation(connection, job_id)


def begin_again(connection: Connection, job_id: str) -> None:
    """Let a job that is printed once more be charged once more; its entries stand."""
    store.drop_reservation(connection, job_id)
    store.close_charge(connection, job_id)


def credit(connection: Connection, node: str, person_id: str, amount: int, memo: str, actor: str) -> None:
    """Add to (or, negative, take from) a person's credit; audited."""
    if not amount or abs(amount) > _LARGEST:
        raise BadAmount("An amount is a whole number of the currency's smallest unit, and not zero.")
    payer, funding = account(connection, node, person_id), _opened(connection, node, "funding", "credit")
    row = {"node": node, "id": new_id(), "kind": "credit", "at": _now(), "actor": actor, "memo": memo[:255]}
    store.add_entry(connection, row, {payer.id: amount, funding.id: -amount})
    audit.record(connection, node, actor, "credit", person_id, {"amount": amount, "memo": memo[:255]})


def set_price(connection: Connection, node: str, device_id: str, price: Price | None, actor: str) -> None:
    """Set or (None) take away the price of a device, "" being that of all others; audited. Raises BadAmount."""
    told = {"mono": price.mono, "color": price.color, "sheet": price.sheet} if price else {}
    if any(not 0 <= value <= _HIGHEST_PRICE for value in told.values()):
        raise BadAmount("A price is a whole number of the currency's smallest unit, and not negative.")
    store.put_price(connection, device_id, price)
    audit.record(connection, node, actor, "price.change", device_id, told)


def balance(connection: Connection, node: str, person_id: str) -> tuple[int, int]:
    """A person's balance and what of it is still available."""
    found = account(connection, node, person_id)
    return found.balance, available(connection, found)


def _opened(connection: Connection, node: str, kind: str, owner: str) -> Account:
    found = store.find_account(connection, kind, owner)
    if found is None:
        found = Account(new_id(), kind, owner, 0)
        store.add_account(connection, node, found)
    return found


def _now() -> int:
    return int(time.time() * 1000)
