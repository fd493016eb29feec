# SPDX-License-Identifier: Apache-2.0
"""Writes that wait at the same time are made durable together: SQLite has one writer, whose commit waits for the disk.

Whoever ends their block while others wait for the turn leaves the transaction open, and the next goes on in it, behind
a savepoint; the last of them commits for all. Nobody is told that it is done before that commit is on the disk. A block
that raises undoes itself and nothing else.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

TURN_TIMEOUT = 10.0
"""Seconds a writer of this process waits for its turn. Longer means one of ours never ends, or nests `begin()`."""
MOST_PARTS: Final = 16
"""The first of so many waits for the last."""


class StoreBusy(Exception):
    """A writer waited for its turn for `TURN_TIMEOUT` seconds."""


class TransactionLost(Exception):
    """SQLite undid a whole transaction by itself (its disk is full, say): nothing of it was acknowledged."""


class Group:
    """One transaction of the database, and the writers who are parts of it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection, self.parts = connection, 0
        self.durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def begin(cls, engine: AsyncEngine) -> "Group":
        connection = await engine.connect()
        try:
            await connection.begin()
        except BaseException:
            await to_the_end(connection.close())
            raise
        return cls(connection)

    @asynccontextmanager
    async def part(self) -> AsyncIterator[AsyncSession]:
        """The first is the transaction itself, so alone it costs what it always did; the next have a savepoint each."""
        mode: Any = "create_savepoint" if self.parts else "rollback_only"
        async with transaction(
            AsyncSession(self.connection, expire_on_commit=False, join_transaction_mode=mode)
        ) as one:
            yield one
        self.parts += 1

    async def is_whole(self) -> bool:
        """Whether SQLite has not undone it by itself, which it does for some errors of a statement."""
        raw = await self.connection.get_raw_connection()
        return raw.driver_connection is not None and bool(raw.driver_connection.in_transaction)

    async def finish(self) -> None:
        """Commits, and tells everybody."""
        try:
            if self.parts:
                if not await self.is_whole():
                    raise TransactionLost("SQLite undid a transaction by itself")
                await self.connection.commit()
            self.durable.set_result(None)
        except Exception as error:  # noqa: BLE001 - it is raised where each of them waits
            self.durable.set_exception(error)
            self.durable.exception()  # nobody waits if all were cancelled
        finally:
            await self.connection.close()


class Together:
    """The writers of one SQLite database, in turn."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._open: Group | None = None
        """Left by a writer to the next one. Only whoever has the turn touches it."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        await self._take_turn()
        try:
            group = self._open = self._open or await Group.begin(self._engine)
            try:
                async with group.part() as session:
                    yield session
            finally:
                await to_the_end(self._leave(group))
        finally:
            self._turn.release()
        await asyncio.shield(group.durable)

    async def _take_turn(self) -> None:
        self._waiting += 1
        try:
            async with asyncio.timeout(TURN_TIMEOUT):
                await self._turn.acquire()
        except TimeoutError:
            raise StoreBusy("no turn to write within the time allowed") from None
        finally:
            self._waiting -= 1
            if not self._turn.locked() and not self._waiting:  # we go without having been there
                await to_the_end(self._finish_what_was_left_to_us())

    async def _leave(self, group: Group) -> None:
        """Leaves the transaction to the next writer, or ends it."""
        if self._waiting and 0 < group.parts < MOST_PARTS and await group.is_whole():
            return
        self._open = None
        await group.finish()

    async def _finish_what_was_left_to_us(self) -> None:
        async with self._turn:
            if self._open is not None:
                await self._leave(self._open)


@asynccontextmanager
async def transaction(session: AsyncSession) -> AsyncIterator[AsyncSession]:
    """Whoever waits inside may be cancelled at any moment; the end is brought to an end all the same."""
    async with session:
        await session.begin()
        try:
            yield session
        except BaseException:
            await to_the_end(session.rollback())
            raise
        await to_the_end(session.commit())


async def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """A commit or rollback cut in half leaves a connection that nobody can use, and a turn given on too early."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
