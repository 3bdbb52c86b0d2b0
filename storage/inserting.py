"""Rows of a whole batch, inserted by as few statements as can be.

The driver gives the interpreter away at each row of an executemany, and waits for the event loop to get it back: many
rows in one VALUES cost one such wait.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import sqlalchemy

_MOST_ROWS: Final = 64  # in one statement; SQLite takes 32,766 values

_Processor = Callable[[Any], Any]


class _Plan(NamedTuple):
    """How rows with the same columns are inserted."""

    head: str
    row: str
    columns: tuple[str, ...]
    processors: tuple[tuple[str, _Processor], ...]
    constants: dict[str, Any]


def insert(connection: sqlalchemy.Connection, statement: sqlalchemy.Insert, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all name the same columns; what they leave out is the column's default."""
    plan = _plan(statement, tuple(rows[0]), connection.dialect)
    done = 0
    while done < len(rows):
        # Powers of two: there are few different statements, and the driver keeps each of them prepared.
        size = min(_MOST_ROWS, 1 << ((len(rows) - done).bit_length() - 1))
        values: list[Any] = []
        for row in rows[done : done + size]:
            values += _values(plan, row)
        connection.exec_driver_sql(_statement(plan.head, plan.row, size), tuple(values))
        done += size


def _values(plan: _Plan, row: dict[str, Any]) -> list[Any]:
    whole = {**plan.constants, **row} if plan.constants else row
    if plan.processors:
        whole = {**whole, **{name: process(whole[name]) for name, process in plan.processors}}
    return [whole[name] for name in plan.columns]


@lru_cache(maxsize=256)
def _statement(head: str, row: str, size: int) -> str:
    return head + ", ".join([row] * size)


@lru_cache(maxsize=64)
def _plan(statement: sqlalchemy.Insert, named: tuple[str, ...], dialect: sqlalchemy.Dialect) -> _Plan:
    table = statement.table
    assert isinstance(table, sqlalchemy.Table)
    constants = {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in named and isinstance(column.default, sqlalchemy.ColumnDefault)
    }
    if any(callable(constant) for constant in constants.values()):
        raise ValueError(f"{table.name} has a default that is worked out: name its column in the row")
    columns = (*named, *constants)
    processors = tuple(
        (name, process)
        for name in columns
        if (process := table.columns[name].type.dialect_impl(dialect).bind_processor(dialect))
    )
    compiled = str(sqlalchemy.insert(table).compile(dialect=dialect, column_keys=list(columns)))
    # The compiler writes the columns in the table's order, whatever order they are named in.
    ordered = tuple(column.name for column in table.columns if column.name in columns)
    head, _, row = compiled.rpartition(" VALUES ")
    return _Plan(f"{head} VALUES ", row, ordered, processors, constants)
