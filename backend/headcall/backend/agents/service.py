# SPDX-License-Identifier: Apache-2.0
"""The agents of the company at work. All changes of state go through one line, in order, and are durable before they
are told; a reservation that comes too late is refused by the row itself.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.agents import store as rows
from headcall.backend.agents.errors import NoSuchAgent, NotPermittedNow
from headcall.backend.agents.model import Agent, State, Trigger, step
from headcall.backend.store.engine import Store
from headcall.kit.clock import Clock

log = logging.getLogger(__name__)

DEVICE_GRACE_MS = 20_000
"""How long a ready agent may have neither page nor registered telephone: a reload, or a restart of ours."""

Observer = Callable[[Agent, Agent], None]

Also = Callable[[AsyncSession, Agent], None]
"""What is written in the transaction of the change itself: it is given the agent as it is now."""


class Agents:
    def __init__(
        self,
        store: Store,
        clock: Clock,
        has_device: Callable[[str], bool],
        look_again: Callable[[], Awaitable[None]],
    ) -> None:
        """`has_device` tells by what was read lately; `look_again` reads afresh."""
        self._store, self._clock, self._has_device, self._look_again = store, clock, has_device, look_again
        self.is_fit: Callable[[str], bool] = lambda _: True
        self.hindrances: Callable[[str], tuple[str, ...]] = lambda _: ()
        """Why a queue offers nothing to who is ready."""
        """Whether what would ring could take a call (`devices.fitness`). An agent who is not keeps their state."""
        self.has_phone: Callable[[str], bool] = lambda _: False
        """Whether a telephone of theirs is registered, however they answer."""
        self.prompt: Callable[[str, str], str] = lambda _id, _language: ""
        """The file of a prompt of the house's own, or empty."""
        self._agents: dict[str, Agent] = {}
        self._bare_since: dict[str, int] = {}
        self._observers: list[Observer] = []
        self._turn = asyncio.Lock()  # one line; held for one small transaction

    async def load(self) -> None:
        """Takes the agents as they were left. Nobody is logged out by a restart."""
        async with self._store.read() as session:
            self._agents = {agent.user_id: agent for agent in await rows.every(session)}

    def on_change(self, observer: Observer) -> None:
        self._observers.append(observer)

    # ------------------------------------------------------------ looking

    def get(self, user_id: str) -> Agent | None:
        return self._agents.get(user_id)

    def all(self) -> Mapping[str, Agent]:
        return self._agents

    def has_device(self, user_id: str) -> bool:
        return self._has_device(user_id)

    def is_by_phone(self, user_id: str) -> bool:
        """Whether they have logged in by a code at the telephone."""
        agent = self._agents.get(user_id)
        return agent is not None and agent.by_phone

    def tone_of(self, user_id: str, language: str) -> str:
        """The file that who calls this seat hears while it rings, or empty."""
        agent = self._agents.get(user_id)
        return self.prompt(agent.ringback, language) if agent and agent.ringback else ""

    # ------------------------------------------------------------ what agents and supervisors want

    async def wish(
        self,
        user_id: str,
        state: State,
        reason: str | None = None,
        also: Also | None = None,
        *,
        by_phone: bool | None = None,
    ) -> Agent:
        """Ready, break or offline. While a call runs, the wish is kept for its end.

        `by_phone`: whether the agent says it by a code at the telephone, or in the page; None: somebody else does.
        """
        agent = self._agents.get(user_id)
        if agent is None:
            raise NoSuchAgent
        if state == "ready":
            await self._look_again()
        reached = self._has_device(user_id) or (by_phone is True and self.has_phone(user_id))
        if state == "ready" and not reached:
            raise NotPermittedNow("no page is open and no telephone is registered that could ring")
        wishes: dict[State, Trigger] = {"ready": "go-ready", "break": "go-break", "offline": "go-offline"}
        if state not in wishes:
            raise NotPermittedNow(f"nobody can be made {state}")
        if agent.state in ("ringing", "talking"):
            return await self._keep_wish(user_id, state, also, by_phone)
        changed = await self._carry_out_wish(user_id, wishes[state], reason, also, by_phone)
        if changed is None:
            raise NotPermittedNow(f"not from {agent.state}")
        return changed

    async def _keep_wish(self, user_id: str, state: State, also: Also | None, by_phone: bool | None) -> Agent:
        async with self._turn:
            agent = self._agents[user_id]
            kept = replace(_at(agent, by_phone), wish_after=state)
            return kept if await self._save(agent, kept, also) else agent

    # ------------------------------------------------------------ what the administration changes

    async def administer(self, user_id: str, change: Callable[[AsyncSession], Awaitable[None]] | None = None) -> None:
        """Carries out a change of an agent's rows between two changes of state, and takes it up.

        `change` is given the transaction; None: somebody has changed the rows already.
        """
        async with self._turn:
            if change is not None:
                async with self._store.begin() as session:
                    await change(session)
            async with self._store.read() as session:
                found = await rows.every(session, user_id)
            before = self._agents.get(user_id)
            if found:
                self._agents[user_id] = found[0]
            elif before is not None and before.call_id is None:
                del self._agents[user_id]
            after = found[0] if found else before
            if after is not None and after != before:
                for observer in self._observers:
                    observer(before or after, after)

    async def _carry_out_wish(
        self, user_id: str, trigger: Trigger, reason: str | None, also: Also | None, by_phone: bool | None
    ) -> Agent | None:
        async with self._turn:
            agent = self._agents[user_id]
            to = step(agent, trigger)
            if to is None:
                return None
            changed = self._changed(_at(agent, by_phone), to, trigger, reason=reason, call_id=None, wrap_up_s=0)
            return changed if await self._save(agent, changed, also) else None

    # ------------------------------------------------------------ what calls do to agents

    async def move(
        self,
        user_id: str,
        trigger: Trigger,
        *,
        reason: str | None = None,
        call_id: str | None = None,
        wrap_up_s: int = 0,
        only_for: str | None = None,
    ) -> Agent | None:
        """One step of the table. None when it means nothing now, or (`only_for`) the agent is in another call."""
        async with self._turn:
            agent = self._agents.get(user_id)
            if agent is None or (only_for is not None and agent.call_id != only_for):
                return None
            to = step(agent, trigger)
            if to is None:
                return None
            changed = self._changed(agent, to, trigger, reason=reason, call_id=call_id, wrap_up_s=wrap_up_s)
            return changed if await self._save(agent, changed) else None

    def _changed(
        self, agent: Agent, to: State, trigger: Trigger, *, reason: str | None, call_id: str | None, wrap_up_s: int
    ) -> Agent:
        now = self._clock.wall_ms()
        if to == "wrap_up" and wrap_up_s <= 0:
            to = "ready"
        busy = to in ("ringing", "talking")
        goes_in = busy and agent.state not in ("ringing", "talking")
        restored = not busy and to == agent.state_before and agent.state in ("ringing", "talking")
        return replace(
            agent,
            state=to,
            reason=agent.reason_before if restored and reason is None else reason,
            since_ms=agent.since_ms if to == agent.state and reason == agent.reason else now,
            wrap_up_until_ms=now + wrap_up_s * 1000 if to == "wrap_up" else None,
            missed=_missed(agent, to, trigger),
            idle_since_ms=_idle_since(agent, to, trigger, now),
            call_id=(call_id or agent.call_id) if busy else None,
            state_before=_settled(agent.state) if goes_in else agent.state_before,
            reason_before=agent.reason if goes_in else agent.reason_before,
            wish_after=agent.wish_after if busy else None,
            by_phone=agent.by_phone and to != "offline",
        )

    async def _save(self, agent: Agent, changed: Agent, also: Also | None = None) -> bool:
        if changed == agent:
            return True
        async with self._store.begin() as session:
            if not await rows.save(session, changed, only_from=agent.state):
                return False
            await rows.note_period(session, agent, changed)
            if also is not None:
                also(session, changed)
        self._agents[agent.user_id] = changed
        for observer in self._observers:
            observer(agent, changed)
        return True

    # ------------------------------------------------------------ time

    async def tick(self) -> None:
        """Ends wrap-up that is over; takes who can be reached by nothing out of the line."""
        now = self._clock.wall_ms()
        for agent in list(self._agents.values()):
            if agent.wrap_up_until_ms is not None and agent.wrap_up_until_ms <= now:
                await self.move(agent.user_id, "wrapped-up")
            await self._check_device(agent, now)

    async def _check_device(self, agent: Agent, now: int) -> None:
        if agent.state not in ("ready", "wrap_up") or self._has_device(agent.user_id):
            self._bare_since.pop(agent.user_id, None)
            return
        since = self._bare_since.setdefault(agent.user_id, now)
        if now - since > DEVICE_GRACE_MS:
            self._bare_since.pop(agent.user_id, None)
            await self.move(agent.user_id, "no-device", reason="no-device")


def _at(agent: Agent, by_phone: bool | None) -> Agent:
    """The agent as who was the last to say what they are: at the telephone, or in the page."""
    return agent if by_phone is None else replace(agent, by_phone=by_phone)


def _missed(agent: Agent, to: State, trigger: Trigger) -> int:
    if trigger in ("lapses", "pause"):
        return agent.missed + 1
    return 0 if trigger in ("talks", "go-ready") else agent.missed


def _idle_since(agent: Agent, to: State, trigger: Trigger, now: int) -> int:
    ended_talk = agent.state == "talking" and to != "talking"
    became_ready = to == "ready" and agent.state in ("offline", "break")
    return now if ended_talk or became_ready else agent.idle_since_ms


def _settled(state: State) -> State:
    """Where a call taken in this state leads back to: unfinished wrap-up has been enough."""
    return "ready" if state == "wrap_up" else state
