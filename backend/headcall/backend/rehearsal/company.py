# SPDX-License-Identifier: Apache-2.0
"""Makes the company of a rehearsal: agents with one password, and four queues that share them."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.agents import store as agent_rows
from headcall.backend.numbers.model import NETWORKS, Number
from headcall.backend.numbers.store import put as put_number
from headcall.backend.queues import store as queue_rows
from headcall.backend.queues.model import Queue
from headcall.backend.sample import TRUNK
from headcall.backend.settings import Carrier
from headcall.backend.store.base import DEFAULT_TENANT
from headcall.backend.store.engine import Store
from headcall.backend.trunks.service import Trunks
from headcall.backend.users.passwords import Passwords
from headcall.backend.users.store import UserRow
from headcall.kit.clock import Clock
from headcall.kit.role import CannotStart
from headcall.kit.settings import Settings
from headcall.wire.legs import Trunk
from headcall.wire.settings import Demo, Rehearsal

DIDS = ("4007111", "4007222", "4007333", "4007444")
MOST_CALLS = 2000
VIP_EVERY = 20
"""Of the callers, one in so many is on the lists of those who go first."""
AT_THE_DESK = 4
"""Agents of the queue that rings all."""


def number_of(n: int) -> str:
    """The telephone number of the day's nth caller."""
    return f"139{n:08d}"


def agent_id(n: int) -> str:
    """The id of the nth agent."""
    return f"usr_reh_{n:03d}"


def queues_of(calls: int) -> tuple[Queue, ...]:
    """A strategy each; sales prefers the caller's last agent, service waits a while for that agent."""
    vip = {number_of(n): 3 for n in range(0, calls, VIP_EVERY)}
    return (
        Queue(
            "que_reh_sales", "销售", "40071110", "longest-idle", ring_for_s=25, records=False, vip=vip, sticky_days=1
        ),
        Queue(
            *("que_reh_help", "服务", "40072220", "round-robin"),
            ring_for_s=25,
            records=False,
            vip=vip,
            sticky_days=1,
            sticky_wait_s=30,
        ),
        Queue("que_reh_gold", "贵宾", "40073330", "linear", ring_for_s=25, records=False, priority=5),
        Queue("que_reh_desk", "前台", "40074440", "ring-all", ring_for_s=25, records=False),
    )


def refuse_real_trunks(settings: Settings) -> None:
    """A clock that runs faster must never meet a real carrier."""
    if settings.section(Carrier).host:
        raise CannotStart("rehearsal: a carrier is set ([carrier] host). A rehearsal never runs with a real trunk.")
    if not settings.section(Demo).enabled:
        raise CannotStart("rehearsal: only `./headcall rehearse` may set this, in a folder of its own.")


@dataclass(frozen=True)
class Company:
    store: Store
    clock: Clock
    passwords: Passwords
    trunks: Trunks
    simulator_port: int

    async def seed(self, wanted: Rehearsal) -> None:
        """Everything, in one transaction; nothing when it is there, as the backend was started again."""
        password = await self.passwords.hash(wanted.password)
        async with self.store.begin() as session:
            if await session.get(UserRow, agent_id(1)) is not None:
                return
            users = [await self._agent(session, n, password) for n in range(1, wanted.agents + 1)]
            boss = await session.get_one(UserRow, "usr_demo_admin")
            boss.password_hash = password
            for queue, did in zip(queues_of(wanted.calls), DIDS, strict=True):
                await queue_rows.put(session, queue)
                await queue_rows.put_members(session, queue.queue_id, members_of(queue.queue_id, users))
                await put_number(session, Number(did, did, "did", "number", queue.number, NETWORKS))
                await put_number(
                    session, Number(queue.number, queue.number, "queue", "queue", queue.queue_id, ("phone", "browser"))
                )
            trunk = Trunk(TRUNK, "127.0.0.1", self.simulator_port, accept_from=("127.0.0.0/8",), max_calls=MOST_CALLS)
            await self.trunks.put(session, trunk)

    async def _agent(self, session: AsyncSession, n: int, password_hash: str) -> str:
        user_id = agent_id(n)
        session.add(
            UserRow(
                user_id=user_id,
                tenant_id=DEFAULT_TENANT,
                login=f"agent{n}",
                name=f"Agent {n}",
                password_hash=password_hash,
                roles=["agent"],
                number=None,
                language="zh",
                answer_on="browser",
                branch="",
                created_at_ms=self.clock.wall_ms(),
            )
        )
        await session.flush()
        await agent_rows.put(session, user_id, str(3000 + n), seat=n)
        return user_id


def members_of(queue_id: str, users: list[str]) -> list[str]:
    """Two in three sell, two in three help, a few sit at the desk, everybody serves gold."""
    if queue_id == "que_reh_sales":
        return [user for n, user in enumerate(users) if n % 3 != 2]
    if queue_id == "que_reh_help":
        return [user for n, user in enumerate(users) if n % 3 != 0 or len(users) == 1]
    return users[-AT_THE_DESK:] if queue_id == "que_reh_desk" else users
