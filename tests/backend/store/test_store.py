# SPDX-License-Identifier: Apache-2.0
"""The store's promises, over SQLite and over PostgreSQL."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from headcall.backend.store import facts
from headcall.backend.store.engine import Store, sqlite_url
from headcall.backend.store.migrate import migrate
from headcall.backend.store.tables import metadata
from headcall.backend.tenants.store import TenantRow, ensure_default


async def _opened(url: str) -> Store:
    store = Store.open(url)
    await migrate(store)
    return store


def test_the_migrations_make_exactly_the_tables_of_the_rows(database_url: str) -> None:
    async def scenario() -> list[object]:
        store = await _opened(database_url)

        def differences(connection: Connection) -> list[object]:
            return list(compare_metadata(MigrationContext.configure(connection), metadata))

        async with store.engine.connect() as connection:
            found = await connection.run_sync(differences)
        await store.close()
        return found

    assert asyncio.run(scenario()) == []


def test_migrating_twice_and_at_once_is_migrating(database_url: str) -> None:
    async def scenario() -> None:
        first, second = Store.open(database_url), Store.open(database_url)
        if first.engine.dialect.name == "sqlite":
            await migrate(first)  # one process has the embedded database
            await migrate(second)
        else:
            await asyncio.gather(migrate(first), migrate(second))
        async with first.begin() as session:
            await ensure_default(session, now_ms=1)
        await first.close()
        await second.close()

    asyncio.run(scenario())


def test_a_block_that_raises_changes_nothing(database_url: str) -> None:
    async def scenario() -> None:
        store = await _opened(database_url)
        with pytest.raises(ZeroDivisionError):
            async with store.begin() as session:
                await facts.remember(session, "x", {"n": 1})
                _ = 1 / 0
        async with store.read() as session:
            assert await facts.recall(session, "x") == {}
        await store.close()

    asyncio.run(scenario())


def test_writers_take_turns_and_none_is_lost(database_url: str) -> None:
    async def scenario() -> None:
        store = await _opened(database_url)
        async with store.begin() as session:
            await facts.remember(session, "count", {"n": 0})

        async def add_one() -> None:
            async with store.begin() as session:
                row = (
                    await session.scalars(
                        sa.select(facts.FactRow).where(facts.FactRow.name == "count").with_for_update()
                    )
                ).one()
                row.value = {"n": row.value["n"] + 1}

        await asyncio.gather(*(add_one() for _ in range(40)))
        async with store.read() as session:
            assert await facts.recall(session, "count") == {"n": 40}
        await store.close()

    asyncio.run(scenario())


def test_who_is_cancelled_at_the_very_end_leaves_a_store_in_order(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        store = await _opened(database_url)
        tasks: list[asyncio.Task[None]] = []
        sa.event.listen(store.engine.sync_engine, "reset", lambda *_: [task.cancel() for task in tasks])

        async def read() -> None:
            async with store.read() as session:
                await facts.recall(session, "count")

        async def write() -> None:
            async with store.begin() as session:
                await facts.remember(session, "count", {"n": 1})

        for work in (read(), write()):
            tasks.append(asyncio.create_task(work))
            await asyncio.gather(*tasks, return_exceptions=True)
            assert tasks.pop().cancelled()
        await write()
        await store.close()

    asyncio.run(scenario())
    assert not [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


def test_readers_see_one_moment_while_a_writer_writes(database_url: str) -> None:
    async def scenario() -> None:
        store = await _opened(database_url)
        async with store.begin() as session:
            await facts.remember(session, "x", {"n": 1})
            async with store.read() as reader:
                assert await facts.recall(reader, "x") == {}
        async with store.read() as reader:
            assert await facts.recall(reader, "x") == {"n": 1}
        await store.close()

    asyncio.run(scenario())


def test_a_row_that_points_nowhere_is_refused(database_url: str) -> None:
    async def scenario() -> None:
        from headcall.backend.users.store import SessionRow

        store = await _opened(database_url)
        with pytest.raises(IntegrityError):
            async with store.begin() as session:
                session.add(
                    SessionRow(
                        session_id="ses_x",
                        user_id="usr_nobody",
                        token_sha256="0" * 64,
                        created_at_ms=0,
                        seen_at_ms=0,
                        expires_at_ms=0,
                    )
                )
        await store.close()

    asyncio.run(scenario())


def test_text_of_all_planes_and_lengths_comes_back_as_it_was(database_url: str) -> None:
    async def scenario() -> None:
        store = await _opened(database_url)
        names = ["李梅", "😀👩‍👩‍👧", "<script>alert('x')</script>", "'; DROP TABLE tenants; --", "x" * 100_000]
        async with store.begin() as session:
            for n, name in enumerate(names):
                session.add(TenantRow(tenant_id=f"tnt_{n}", name=name, created_at_ms=2**53))
        async with store.read() as session:
            rows = (await session.scalars(sa.select(TenantRow).order_by(TenantRow.tenant_id))).all()
            assert [row.name for row in rows] == names
            assert rows[0].created_at_ms == 2**53
        await store.close()

    asyncio.run(scenario())


def test_what_no_database_takes_is_replaced_and_not_refused(database_url: str) -> None:
    async def scenario() -> None:
        store = await _opened(database_url)
        async with store.begin() as session:
            await facts.remember(session, "x", {"name": "nul \0 and half \ud800"})
            session.add(TenantRow(tenant_id="tnt_x", name="nul \0 and half \ud800.", created_at_ms=0))
        async with store.read() as session:
            row = (await session.scalars(sa.select(TenantRow).where(TenantRow.name.contains("\0")))).one()
            assert row.name == "nul \ufffd and half \ufffd."
            assert (await session.scalars(sa.select(TenantRow).where(TenantRow.name == "\udfff"))).all() == []
        await store.close()

    asyncio.run(scenario())


def test_sqlite_survives_a_power_cut(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = await _opened(sqlite_url(tmp_path / "test.db"))
        async with store.read() as session:
            assert (await session.execute(sa.text("PRAGMA journal_mode"))).scalar() == "wal"
            assert (await session.execute(sa.text("PRAGMA synchronous"))).scalar() == 2
            assert (await session.execute(sa.text("PRAGMA foreign_keys"))).scalar() == 1
        await store.close()

    asyncio.run(scenario())
