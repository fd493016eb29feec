# SPDX-License-Identifier: Apache-2.0
"""Opens the database: SQLite (embedded) or PostgreSQL (cluster), the same to everyone above.

SQLite has one writer. A transaction that begins by reading and then writes may find that another one wrote in
between, and no waiting helps it (SQLITE_BUSY_SNAPSHOT). So every `begin()` is BEGIN IMMEDIATE, taken in turn; those who
wait for their turn at the same time share one commit (`together.py`).
"""

import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from headcall.backend.store.clean import before_execute
from headcall.backend.store.onehop import connect
from headcall.backend.store.together import Together, transaction
from headcall.kit.role import AtWork

BUSY_TIMEOUT_MS = 5000
"""How long SQLite itself waits for a lock that another process holds (a backup, say)."""

SWITCH_S = 0.0005
"""How long SQLite's thread waits at most for a loop that computes. Python's own 5 ms, many times in each call, made
seconds of a busy hour (docs/measured.md)."""


class BadDatabaseUrl(ValueError):
    """The URL names no database we can use; the text says what would be right, and shows no password."""


def sqlite_url(path: Path) -> str:
    """The URL of the embedded database in file `path`."""
    return f"sqlite+aiosqlite:///{path}"


class Store:
    """Transactions. `begin()` commits at the end of its block, or rolls back when the block raises."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        event.listen(engine.sync_engine, "before_cursor_execute", before_execute, retval=True)
        self._together = Together(engine) if engine.dialect.name == "sqlite" else None

    @classmethod
    def open(cls, url: str, at_work: AtWork = nullcontext) -> "Store":
        """Prepares the engine; nothing is connected before the first transaction."""
        if _driver(url) == "postgresql+asyncpg":
            return cls(create_async_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True))
        sys.setswitchinterval(SWITCH_S)
        how = {"timeout": BUSY_TIMEOUT_MS / 1000, "async_creator_fn": partial(connect, at_work=at_work)}
        engine = create_async_engine(url, connect_args=how)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return cls(engine)

    def begin(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A transaction that writes. Keep it short, and never wait for anything but the database inside."""
        if self._together:
            return self._together.begin()
        return transaction(AsyncSession(self.engine, expire_on_commit=False))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only reads: it sees one moment of the database and hinders no writer."""
        engine = self.engine.execution_options(headcall_reads=True)
        async with transaction(AsyncSession(engine, expire_on_commit=False)) as session:
            yield session

    async def close(self) -> None:
        """Closes all connections."""
        await self.engine.dispose()


def _driver(url: str) -> str:
    try:
        driver = make_url(url).drivername
    except (ArgumentError, ValueError):
        driver = ""
    if driver not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise BadDatabaseUrl(
            "[store] database_url must look like postgresql+asyncpg://user:password@host/name, or be empty for SQLite"
        )
    return driver


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None  # we say BEGIN ourselves, see `_begin_sqlite`
    pragmas = (
        "journal_mode=WAL",
        "synchronous=FULL",  # what was promised to a peer survives a power cut
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
    )
    cursor = dbapi_connection.cursor()
    try:
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
    except Exception:
        dbapi_connection.close()  # the pool does not know it yet, and its thread would outlive the loop
        raise
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("headcall_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
