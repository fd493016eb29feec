# SPDX-License-Identifier: Apache-2.0
"""A few named drawers of keys and octets, in one SQLite file.

Writing only notes what has changed; `barrier` makes all of it durable at once, in one transaction (WAL). The shell
calls it before anything is sent that rests on what was written, and at the end of every turn of the event loop in which
something was.

There are two grades of durable. Everything outlives the process, however it ends: that takes no more than the write.
What is `vital` (an answered call, the end of one, the configuration) also outlives the machine: that takes an fsync
(`synchronous=FULL`), which costs some milliseconds on a busy disk and so is worth being saved for where it counts. A
call has two.

It works in the event loop's own thread, on purpose. "Persist before Send" is then the order of two lines instead of a
protocol between threads, and a turn's commit is short: the histogram `headcall_sip_store_seconds` shows how short on
the disk at hand. A slow disk delays signalling, never media.

A disk that fails does not end calls: what could not be written is tried again at the next barrier, and `trouble` says
so.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

VERSION: Final = 1
BUSY_MS: Final = 2000
"""How long another process (a backup, a person with the sqlite3 command) may hold the file."""


class Drawer:
    """Octets by key."""

    def __init__(self, store: "Store", name: str) -> None:
        self._store = store
        self._name = name

    def put(self, key: str, value: bytes, *, vital: bool = False) -> None:
        """Durable after the next barrier; against the machine's end too if `vital`."""
        self._store.note(self._name, key, value, vital=vital)

    def remove(self, key: str) -> None:
        """It need not be there."""
        self._store.note(self._name, key, None)

    def get(self, key: str) -> bytes | None:
        return self._store.read(self._name, key)

    def items(self) -> list[tuple[str, bytes]]:
        """All of them, in the order of their keys."""
        return self._store.read_all(self._name)


class Store:
    """See the module. Open it once for a file; nobody else may write there."""

    def __init__(
        self,
        path: Path | None,
        *,
        observe: Callable[[float], None] = lambda seconds: None,
        on_first_note: Callable[[], object] = lambda: None,
    ) -> None:
        """`path` None keeps everything in memory, for tests. `on_first_note` is told when something begins to wait
        for a barrier."""
        self._observe = observe
        self._on_first_note = on_first_note
        self._noted: dict[tuple[str, str], bytes | None] = {}
        self._is_vital = False
        self.trouble = ""
        """Why the last barrier failed; empty when all is well."""
        self._db = _open(path)
        self.dialogs = Drawer(self, "dialog")
        """By call: the record of `effects.Persist`, as JSON."""
        self.legs = Drawer(self, "leg")
        self.bindings = Drawer(self, "binding")
        self.credentials = Drawer(self, "credential")
        self.events = Drawer(self, "event")
        """What call control has not acknowledged yet, by a growing number."""
        self.facts = Drawer(self, "fact")
        """Single things: the configuration, the key of the nonces."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing waits for a barrier."""
        return not self._noted

    def note(self, drawer: str, key: str, value: bytes | None, *, vital: bool = False) -> None:
        if not self._noted:
            self._on_first_note()
        self._noted[drawer, key] = value
        self._is_vital = self._is_vital or vital

    def read(self, drawer: str, key: str) -> bytes | None:
        if (drawer, key) in self._noted:
            return self._noted[drawer, key]
        row = self._db.execute("SELECT value FROM kept WHERE drawer = ? AND key = ?", (drawer, key)).fetchone()
        return None if row is None else bytes(row[0])

    def read_all(self, drawer: str) -> list[tuple[str, bytes]]:
        rows = self._db.execute("SELECT key, value FROM kept WHERE drawer = ?", (drawer,))
        found: dict[str, bytes | None] = {key: bytes(value) for key, value in rows}
        found |= {key: value for (name, key), value in self._noted.items() if name == drawer}
        return [(key, value) for key, value in sorted(found.items()) if value is not None]

    def barrier(self) -> None:
        """Makes durable what was noted. Does not raise: see `trouble`."""
        if not self._noted:
            return
        started = time.perf_counter()
        try:
            # NORMAL in WAL mode writes without fsync; the next FULL commit takes what was written along.
            self._db.execute(f"PRAGMA synchronous = {'FULL' if self._is_vital else 'NORMAL'}")
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", self._kept())
                self._db.executemany("DELETE FROM kept WHERE drawer = ? AND key = ?", self._gone())
        except sqlite3.Error as error:
            if not self.trouble:
                log.error("the store cannot be written: %s. Calls go on, but would not survive a restart.", error)
            self.trouble = str(error)
            return
        self._noted.clear()
        self._is_vital = False
        if self.trouble:
            log.info("the bridge's store can be written again")
        self.trouble = ""
        self._observe(time.perf_counter() - started)

    def _kept(self) -> Iterator[tuple[str, str, bytes]]:
        return ((drawer, key, value) for (drawer, key), value in self._noted.items() if value is not None)

    def _gone(self) -> Iterator[tuple[str, str]]:
        return (name for name, value in self._noted.items() if value is None)

    def close(self) -> None:
        self.barrier()
        self._db.close()


def _open(path: Path | None) -> sqlite3.Connection:
    if path is None:
        return _prepare(_connect(":memory:"))
    try:
        return _prepare(_connect(str(path)))
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # no disk, no right to write: not the file's content
            raise
        # Registrations and configuration come again by themselves. Calls in progress are lost; not to start is worse.
        broken = path.with_suffix(".broken")
        log.error("%s is damaged (%s); it is kept as %s, and a new one is begun", path.name, error, broken.name)
        path.replace(broken)
        for side in ("-wal", "-shm"):
            path.with_name(path.name + side).unlink(missing_ok=True)
        return _prepare(_connect(str(path)))


def _connect(name: str) -> sqlite3.Connection:
    if name != ":memory:":
        Path(name).touch(mode=0o600)  # it holds digest hashes
    return sqlite3.connect(name, isolation_level=None, timeout=BUSY_MS / 1000)


def _prepare(db: sqlite3.Connection) -> sqlite3.Connection:
    db.execute("PRAGMA journal_mode = WAL")
    found: int = db.execute("PRAGMA user_version").fetchone()[0]
    if found > VERSION:
        raise sqlite3.OperationalError(f"the store is of version {found}; this program knows {VERSION}")
    db.execute(
        "CREATE TABLE IF NOT EXISTS kept (drawer TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,"
        " PRIMARY KEY (drawer, key)) WITHOUT ROWID"
    )
    db.execute(f"PRAGMA user_version = {VERSION}")
    return db
