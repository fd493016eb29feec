# SPDX-License-Identifier: Apache-2.0
"""The bridge's file: what was noted is there after a barrier, whatever happens then."""

import sqlite3
import stat
from pathlib import Path

import pytest

from headcall.sip_bridge.store import Store


def test_what_was_noted_is_read_at_once_and_kept_after_the_barrier(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    store.legs.put("a", b"1")
    store.dialogs.put("a", b"2")
    assert (store.legs.get("a"), store.dialogs.get("a"), store.is_clean) == (b"1", b"2", False)
    other = Store(tmp_path / "s.sqlite")
    assert other.legs.get("a") is None
    store.barrier()
    assert other.legs.items() == [("a", b"1")]
    store.legs.remove("a")
    assert store.legs.items() == []
    store.close()
    assert other.legs.get("a") is None
    assert other.dialogs.get("a") == b"2"
    other.close()


def test_several_notes_are_one_transaction(tmp_path: Path) -> None:
    times: list[float] = []
    firsts: list[int] = []
    store = Store(tmp_path / "s.sqlite", observe=times.append, on_first_note=lambda: firsts.append(1))
    for number in range(100):
        store.events.put(f"{number:03d}", b"x")
    store.barrier()
    store.barrier()
    assert (len(times), len(firsts)) == (1, 1)
    assert [key for key, _ in store.events.items()] == [f"{number:03d}" for number in range(100)]
    store.close()


def test_only_what_is_vital_waits_for_the_disk(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")

    def grade() -> int:
        store.barrier()
        return int(store._db.execute("PRAGMA synchronous").fetchone()[0])

    store.legs.put("a", b"1")
    assert grade() == 1  # NORMAL
    store.legs.put("a", b"2")
    store.dialogs.put("a", b"2", vital=True)
    assert grade() == 2  # FULL
    store.legs.remove("a")
    assert grade() == 1
    store.close()


def test_only_we_may_read_it(tmp_path: Path) -> None:
    Store(tmp_path / "s.sqlite").close()
    assert stat.S_IMODE((tmp_path / "s.sqlite").stat().st_mode) == 0o600


def test_a_disk_that_fails_is_told_and_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Store(tmp_path / "s.sqlite")
    good, broken = store._db, sqlite3.connect(":memory:", isolation_level=None)
    store._db = broken
    store.legs.put("a", b"1")
    store.barrier()
    store.barrier()
    assert "no such table" in store.trouble
    assert sum("cannot be written" in line.message for line in caplog.records) == 1
    assert store.legs.get("a") == b"1"
    store._db = good
    store.barrier()
    assert store.trouble == ""
    store.close()
    broken.close()


def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    Store(tmp_path / "s.sqlite").close()
    db = sqlite3.connect(tmp_path / "s.sqlite")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(sqlite3.OperationalError, match="version 99"):
        Store(tmp_path / "s.sqlite")


def test_memory_will_do_for_a_test() -> None:
    store = Store(None)
    store.facts.put("x", b"y")
    store.barrier()
    assert store.facts.items() == [("x", b"y")]
    store.close()
