# SPDX-License-Identifier: Apache-2.0
"""A statement goes to SQLite's thread once, and all that SQLAlchemy wants to know of it comes back."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from headcall.backend.store.engine import Store, sqlite_url
from headcall.backend.store.onehop import Connection

Story = Callable[[Store], Awaitable[None]]


def play(folder: Path, story: Story) -> None:
    async def told() -> None:
        store = Store.open(sqlite_url(folder / "some.db"))
        async with store.begin() as session:
            await session.execute(text("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)"))
        try:
            await story(store)
        finally:
            await store.close()

    asyncio.run(told())


def test_a_transaction_is_a_way_for_each_statement_and_one_for_its_beginning_and_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways: list[str] = []
    execute = Connection._execute

    async def counted(self: Connection, fn: Any, *args: Any, **kwargs: Any) -> Any:
        ways.append(fn.__name__)
        return await execute(self, fn, *args, **kwargs)

    async def story(store: Store) -> None:
        monkeypatch.setattr(Connection, "_execute", counted)
        async with store.begin() as session:
            await session.execute(text("INSERT INTO t (b) VALUES ('x')"))
            await session.execute(text("UPDATE t SET b = 'y'"))
        assert ways == ["run", "run", "run", "commit"]
        ways.clear()
        async with store.read() as session:
            assert (await session.scalars(text("SELECT b FROM t"))).all() == ["y"]
        assert ways == ["run", "run", "commit"]

    play(tmp_path, story)


def test_rows_counts_and_keys_come_back(tmp_path: Path) -> None:
    async def story(store: Store) -> None:
        async with store.begin() as session:
            many = [{"b": str(n)} for n in range(1000)]
            await session.execute(text("INSERT INTO t (b) VALUES (:b)"), many)
            changed = await session.execute(text("UPDATE t SET b = 'even' WHERE a % 2 = 0"))
            assert changed.rowcount == 500  # type: ignore[attr-defined]
            added = await session.execute(text("INSERT INTO t (b) VALUES ('last') RETURNING a"))
            assert added.scalar_one() == 1001
        async with store.read() as session:
            found = await session.execute(text("SELECT a, b FROM t ORDER BY a DESC LIMIT 2"))
            assert list(found.keys()) == ["a", "b"]
            assert [tuple(row) for row in found] == [
                (1001, "last"),
                (1000, "even"),
            ]

    play(tmp_path, story)


def test_what_fails_is_told_and_rolled_back(tmp_path: Path) -> None:
    async def story(store: Store) -> None:
        with pytest.raises(IntegrityError):
            async with store.begin() as session:
                await session.execute(text("INSERT INTO t (a) VALUES (1)"))
                await session.execute(text("INSERT INTO t (a) VALUES (1)"))
        with pytest.raises(OperationalError, match="no such table"):
            async with store.begin() as session:
                await session.execute(text("INSERT INTO nowhere VALUES (1)"))
        async with store.read() as session:
            assert await session.scalar(text("SELECT count(*) FROM t")) == 0

    play(tmp_path, story)
