# SPDX-License-Identifier: Apache-2.0
"""Writers who wait at the same time share a commit and nothing else: no error, and no word before it is on the disk."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from headcall.backend.store import together
from headcall.backend.store.engine import Store, sqlite_url
from headcall.backend.store.onehop import Connection

Rows = Callable[[], list[int]]
Story = Callable[[Store, Rows], Awaitable[None]]


def play(folder: Path, story: Story) -> None:
    path = folder / "some.db"

    def rows() -> list[int]:
        """What is committed, as another process sees it."""
        connection = sqlite3.connect(path)
        try:
            return [n for (n,) in connection.execute("SELECT n FROM t ORDER BY n")]
        finally:
            connection.close()

    async def told() -> None:
        store = Store.open(sqlite_url(path))
        async with store.begin() as session:
            await session.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY)"))
        try:
            await story(store, rows)
        finally:
            await store.close()

    asyncio.run(told())


async def write(store: Store, n: int, then: Callable[[], object] = lambda: None) -> None:
    async with store.begin() as session:
        await session.execute(text("INSERT INTO t VALUES (:n)"), {"n": n})
        then()


def commits(monkeypatch: pytest.MonkeyPatch, fails: Callable[[int], bool] = lambda n: False) -> list[int]:
    """Counts them from now on; lets those fail whose number does."""
    seen: list[int] = []
    commit = Connection.commit

    async def counted(self: Connection) -> None:
        seen.append(len(seen))
        if fails(seen[-1]):
            await self.rollback()
            raise sqlite3.OperationalError("disk I/O error")
        await commit(self)

    monkeypatch.setattr(Connection, "commit", counted)
    return seen


def test_forty_writers_share_few_commits_and_each_hears_of_its_own_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(store: Store, rows: Rows) -> None:
        seen = commits(monkeypatch)

        async def one(n: int) -> None:
            await write(store, n)
            assert n in rows()

        await asyncio.gather(*(one(n) for n in range(40)))
        assert rows() == list(range(40))
        assert len(seen) <= 40 // together.MOST_PARTS + 1

    play(tmp_path, story)


def test_one_writer_alone_needs_no_savepoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(store: Store, rows: Rows) -> None:
        said: list[str] = []
        execute = Connection._there

        async def heard(self: Connection, way: str, sql: str, parameters: object) -> object:
            said.append(sql.split()[0])
            return await execute(self, way, sql, parameters)  # type: ignore[arg-type]

        monkeypatch.setattr(Connection, "_there", heard)
        await write(store, 1)
        assert said == ["BEGIN", "INSERT"]

    play(tmp_path, story)


@pytest.mark.parametrize("bad", [0, 1, 2, 3])
def test_an_error_is_its_own_writers_alone(tmp_path: Path, bad: int) -> None:
    async def story(store: Store, rows: Rows) -> None:
        def then(n: int) -> float:
            return 1 / (n - bad)

        work = [write(store, n, lambda n=n: then(n)) for n in range(4)]  # type: ignore[misc]
        found = await asyncio.gather(*work, return_exceptions=True)
        assert [type(each) for each in found] == [ZeroDivisionError if n == bad else type(None) for n in range(4)]
        assert rows() == [n for n in range(4) if n != bad]
        await write(store, 9)
        assert 9 in rows()

    play(tmp_path, story)


def test_who_breaks_a_rule_of_the_database_breaks_nobody_elses_work(tmp_path: Path) -> None:
    async def story(store: Store, rows: Rows) -> None:
        found = await asyncio.gather(*(write(store, n) for n in (1, 1, 2)), return_exceptions=True)
        assert [type(each).__name__ for each in found] == ["NoneType", "IntegrityError", "NoneType"]
        assert rows() == [1, 2]

    play(tmp_path, story)


def test_a_commit_that_fails_is_told_to_all_whom_it_was_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(store: Store, rows: Rows) -> None:
        commits(monkeypatch, fails=lambda n: n == 0)
        found = await asyncio.gather(*(write(store, n) for n in range(5)), return_exceptions=True)
        assert [type(each) for each in found] == [OperationalError] * 5
        assert rows() == []
        await write(store, 9)
        assert rows() == [9]

    play(tmp_path, story)


def test_what_sqlite_undoes_by_itself_is_acknowledged_to_nobody(tmp_path: Path) -> None:
    """As when the disk is full: the statement of the second writer takes the work of the first with it."""

    async def story(store: Store, rows: Rows) -> None:
        async def undone() -> None:
            async with store.begin() as session:
                await session.execute(text("ROLLBACK"))

        found = await asyncio.gather(write(store, 1), undone(), write(store, 3), return_exceptions=True)
        assert [type(each) for each in found] == [together.TransactionLost, OperationalError, type(None)]
        assert rows() == [3]

    play(tmp_path, story)


def test_a_writer_who_goes_while_the_transaction_is_theirs_commits_it_all_the_same(tmp_path: Path) -> None:
    async def story(store: Store, rows: Rows) -> None:
        assert store._together is not None
        turn = store._together._turn
        release, tasks = turn.release, list[asyncio.Task[None]]()

        def let_go() -> None:
            release()
            tasks[1].cancel()

        turn.release = let_go  # type: ignore[method-assign]
        tasks += [asyncio.create_task(write(store, n)) for n in range(2)]
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(each) for each in found] == [type(None), asyncio.CancelledError]
        turn.release = release  # type: ignore[method-assign]
        assert rows() == [0]
        await write(store, 9)
        assert rows() == [0, 9]

    play(tmp_path, story)


def test_who_waits_for_too_long_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(store: Store, rows: Rows) -> None:
        async with store.begin():
            monkeypatch.setattr(together, "TURN_TIMEOUT", 0.0)
            with pytest.raises(together.StoreBusy):
                await write(store, 1)
            monkeypatch.undo()
        await write(store, 2)
        assert rows() == [2]

    play(tmp_path, story)
