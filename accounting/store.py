"""The rows of money: accounts, entries and their postings (double entry), reservations, prices."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, String, Table, func, select

from accounting.price import Price
from storage.database import metadata

account = Table(
    "account",
    metadata,
    Column("node", String(16), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),  # person | shared | revenue | funding
    Column("owner", String(64), nullable=False),  # opaque person id, or the name of a shared or system account
    Column("balance", BigInteger, nullable=False, default=0),
    Index("account_id", "id", unique=True),
    Index("account_owner", "kind", "owner", unique=True),
)

entry = Table(
    "entry",
    metadata,
    Column("node", String(16), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),  # charge | credit
    Column("at", BigInteger, nullable=False),
    Column("job_id", String(36)),
    Column("actor", String(36), nullable=False, default=""),
    Column("impressions", Integer),
    Column("color_impressions", Integer),
    Column("sheets", Integer),
    Column("basis", String(32), nullable=False, default=""),
    Column("memo", String(255), nullable=False, default=""),
    Index("entry_id", "id", unique=True),
    Column("run", Integer, nullable=False, default=0),
    # Charged once: a second settlement of the same printing of a job cannot be written.
    Index("entry_of_job", "kind", "job_id", "run", unique=True),
)

posting = Table(
    "posting",
    metadata,
    Column("entry_id", String(36), primary_key=True),
    Column("account_id", String(36), primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Index("posting_account", "account_id"),
)

reservation = Table(
    "reservation",
    metadata,
    Column("job_id", String(36), primary_key=True),
    Column("account_id", String(36), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("device_id", String(36)),
    Column("mono", Integer, nullable=False),
    Column("color", Integer, nullable=False),
    Column("sheet", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("reservation_account", "account_id"),
)

price = Table(
    "price",
    metadata,
    Column("device_id", String(36), primary_key=True),  # "" is the price of every device without its own
    Column("mono", Integer, nullable=False),
    Column("color", Integer, nullable=False),
    Column("sheet", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Account:
    """Who pays: a person's account or a shared one. The balance is in the currency's smallest unit."""

    id: str
    kind: str
    owner: str
    balance: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger as a person reads it: `amount` is what it did to the account it was asked for."""

    id: str
    kind: str
    at: int
    job_id: str | None
    impressions: int | None
    color_impressions: int | None
    sheets: int | None
    basis: str
    memo: str
    amount: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money set aside for a released job, with the price that was shown."""

    job_id: str
    account_id: str
    amount: int
    price: Price


_ENTRY: tuple[Column[Any], ...] = (
    entry.c.id,
    entry.c.kind,
    entry.c.at,
    entry.c.job_id,
    entry.c.impressions,
    entry.c.color_impressions,
    entry.c.sheets,
    entry.c.basis,
    entry.c.memo,
)


def _entry(row: Any) -> Entry:
    return Entry(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it


def find_account(connection: Connection, kind: str, owner: str) -> Account | None:
    """Find an account by what it is."""
    query = select(account.c.id, account.c.kind, account.c.owner, account.c.balance)
    row = connection.execute(query.where(account.c.kind == kind, account.c.owner == owner)).one_or_none()
    return Account(*row) if row else None


def add_account(connection: Connection, node: str, value: Account) -> None:
    """Insert an account."""
    connection.execute(
        account.insert(),
        {"node": node, "id": value.id, "kind": value.kind, "owner": value.owner, "balance": value.balance},
    )


def add_entry(connection: Connection, row: dict[str, Any], postings: dict[str, int]) -> None:
    """Insert an entry with its postings, whose sum must be zero, and move the balances with it."""
    if sum(postings.values()):
        raise ValueError("an entry's postings must add up to zero")
    connection.execute(entry.insert(), row)
    for account_id, amount in postings.items():
        connection.execute(posting.insert(), {"entry_id": row["id"], "account_id": account_id, "amount": amount})
        connection.execute(
            account.update().where(account.c.id == account_id).values(balance=account.c.balance + amount)
        )


def entries_of(connection: Connection, account_id: str, *, limit: int = 100, offset: int = 0) -> list[Entry]:
    """The newest entries of an account."""
    query = (
        select(*_ENTRY, posting.c.amount)
        .join(posting, posting.c.entry_id == entry.c.id)
        .where(posting.c.account_id == account_id)
        .order_by(entry.c.at.desc(), entry.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [_entry(row) for row in connection.execute(query)]


def charge_of(connection: Connection, job_id: str) -> Entry | None:
    """What was charged for a job (a negative amount on the payer's account), or None while it is not settled."""
    query = (
        select(*_ENTRY, posting.c.amount)
        .join(posting, posting.c.entry_id == entry.c.id)
        .join(account, account.c.id == posting.c.account_id)
        .where(entry.c.kind == "charge", entry.c.job_id == job_id, entry.c.run == 0, account.c.kind != "revenue")
    )
    row = connection.execute(query).one_or_none()
    return _entry(row) if row else None


def close_charge(connection: Connection, job_id: str) -> None:
    """Let a job be charged again: what was charged for it so far is of an earlier run."""
    mine = (entry.c.kind == "charge", entry.c.job_id == job_id)
    last = connection.execute(select(func.max(entry.c.run)).where(*mine)).scalar_one_or_none()
    if last is not None:
        connection.execute(entry.update().where(*mine, entry.c.run == 0).values(run=last + 1))


def reserved(connection: Connection, account_id: str) -> int:
    """How much of an account is set aside for released jobs."""
    query = select(func.coalesce(func.sum(reservation.c.amount), 0)).where(reservation.c.account_id == account_id)
    return int(connection.execute(query).scalar_one())


def reservation_of(connection: Connection, job_id: str) -> Reservation | None:
    """What is set aside for a job."""
    row = connection.execute(select(reservation).where(reservation.c.job_id == job_id)).one_or_none()
    if row is None:
        return None
    return Reservation(row.job_id, row.account_id, row.amount, Price(row.mono, row.color, row.sheet))


def put_reservation(connection: Connection, row: dict[str, Any]) -> None:
    """Set money aside for a job, in place of what was set aside before."""
    drop_reservation(connection, row["job_id"])
    connection.execute(reservation.insert(), row)


def drop_reservation(connection: Connection, job_id: str) -> None:
    """Give back what was set aside for a job."""
    connection.execute(reservation.delete().where(reservation.c.job_id == job_id))


def prices(connection: Connection) -> dict[str, Price]:
    """Prices by device id; "" is that of every other device."""
    rows = connection.execute(select(price.c.device_id, price.c.mono, price.c.color, price.c.sheet))
    return {row[0]: Price(*row[1:]) for row in rows}


def put_price(connection: Connection, device_id: str, value: Price | None) -> None:
    """Set or (None) remove the price of a device."""
    connection.execute(price.delete().where(price.c.device_id == device_id))
    if value is not None:
        connection.execute(
            price.insert(),
            {"device_id": device_id, "mono": value.mono, "color": value.color, "sheet": value.sheet},
        )
