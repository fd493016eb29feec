# SPDX-License-Identifier: Apache-2.0
"""SQLite in a thread, one way there and back for each statement.

aiosqlite, as SQLAlchemy uses it, goes to its thread four times for a statement: for a cursor, to execute, to fetch, to
close. On a busy machine each way waits for the processor, and a call is made of some dozens of statements one after the
other. Rows are fetched whole in either case, so here all four are one, and a rollback of nothing is none.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import aiosqlite

Rows = list[Any]


class Cursor:
    """What SQLAlchemy's adapter asks of a cursor. Its rows are here already when `execute` returns."""

    arraysize = 1

    def __init__(self, go: Callable[..., Any]) -> None:
        self._go = go
        self._rows: Rows = []
        self.description: Any = None
        self.rowcount, self.lastrowid = -1, None

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "Cursor":
        """One statement."""
        return await self._run("execute", sql, parameters)

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> "Cursor":
        """One statement with many sets of values."""
        return await self._run("executemany", sql, parameters)

    async def fetchall(self) -> Rows:
        """Once: they are given, not kept."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open."""
        self._rows = []

    async def _run(self, way: str, sql: str, parameters: Iterable[Any]) -> "Cursor":
        self._rows, self.description, self.rowcount, self.lastrowid = await self._go(way, sql, parameters)
        return self


class Connection(aiosqlite.Connection):
    at_work: Callable[[], AbstractContextManager[None]] = nullcontext
    """Around each way there and back."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self.at_work():
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]

    def cursor(self) -> Cursor:  # type: ignore[override]
        """Made here, used there."""
        return Cursor(self._there)

    async def rollback(self) -> None:
        """The pool rolls back whatever comes back to it, also what was committed."""
        if self._conn.in_transaction:
            await super().rollback()

    async def _there(self, way: str, sql: str, parameters: Iterable[Any]) -> tuple[Rows, Any, int, Any]:
        def run() -> tuple[Rows, Any, int, Any]:
            cursor = self._conn.cursor()
            try:
                getattr(cursor, way)(sql, parameters)
                rows = cursor.fetchall() if cursor.description else []
                return rows, cursor.description, cursor.rowcount, cursor.lastrowid
            finally:
                cursor.close()

        answer: tuple[Rows, Any, int, Any] = await self._execute(run)
        return answer


def connect(database: str, *, at_work: Callable[[], AbstractContextManager[None]], **how: Any) -> Connection:
    """In the place of `aiosqlite.connect`."""
    connection = Connection(lambda: sqlite3.connect(database, **how), iter_chunk_size=64)
    connection.at_work = at_work
    connection._thread.daemon = True  # as SQLAlchemy does with aiosqlite's own
    return connection
