# SPDX-License-Identifier: Apache-2.0
"""Durable writes a second, by one writer after the other and by many at once, against SQLite's own commits in a row.

A write is a small transaction as a call makes them: one row read, one changed, one added. Each is on the disk before it
is acknowledged, in both.
"""

import asyncio
import sqlite3
import time
from pathlib import Path

from sqlalchemy import text

from headcall.backend.store.engine import Store, sqlite_url
from tests.bench.report import ratio

WRITES = 600


async def write(store: Store, n: int) -> None:
    async with store.begin() as session:
        await session.execute(text("SELECT b FROM t WHERE a = 0"))
        await session.execute(text("UPDATE t SET b = :b WHERE a = 0"), {"b": str(n)})
        await session.execute(text("INSERT INTO t (b) VALUES (:b)"), {"b": "x" * 300})


async def rate(store: Store, at_once: int) -> float:
    """Writes a second, with so many waiting at any time."""

    async def some() -> None:
        for n in range(WRITES // at_once):
            await write(store, n)

    began = time.monotonic()
    await asyncio.gather(*(some() for _ in range(at_once)))
    return WRITES / (time.monotonic() - began)


def plain_rate(path: Path) -> float:
    """SQLite alone, in this very thread."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (a INTEGER, b TEXT)")
    began = time.monotonic()
    for _ in range(WRITES):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t (b) VALUES ('x')")
        connection.execute("COMMIT")
    connection.close()
    return WRITES / (time.monotonic() - began)


def test_durable_writes(tmp_path: Path) -> None:
    async def story() -> dict[int, float]:
        store = Store.open(sqlite_url(tmp_path / "ours.db"))
        async with store.begin() as session:
            await session.execute(text("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)"))
        found = {at_once: await rate(store, at_once) for at_once in (1, 5, 30)}
        await store.close()
        return found

    plain, found = plain_rate(tmp_path / "plain.db"), asyncio.run(story())
    print(f"\ndurable writes: {plain:.0f}/s by SQLite alone, one after the other")
    for at_once, ours in found.items():
        print(f"  {at_once:2} at once: {ours:5.0f}/s  ", end="")
        ratio("a write", 1 / ours, "a commit of SQLite alone", 1 / plain)
