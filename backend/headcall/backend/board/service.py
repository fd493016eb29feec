# SPDX-License-Identifier: Apache-2.0
"""The board: marks what changes as it changes, and makes new rows of just that when somebody looks."""

from collections.abc import Sequence
from typing import Any

from headcall.backend.agents.model import Agent
from headcall.backend.agents.service import Agents
from headcall.backend.board.model import Seats, Sheet, View, agent_row, figures_row, queue_row, waiting_rows
from headcall.backend.board.tally import PROMISED_MS, Today
from headcall.backend.calls.log import Entry
from headcall.backend.calls.model import Call
from headcall.backend.calls.service import CallControl
from headcall.backend.calls.view import users_of
from headcall.backend.queues.service import Queues, place
from headcall.backend.store.base import iso
from headcall.backend.store.engine import Store
from headcall.kit.clock import Clock


class Board:
    def __init__(self, store: Store, clock: Clock, calls: CallControl, agents: Agents, queues: Queues) -> None:
        self._store, self._clock = store, clock
        self._calls, self._agents, self._queues = calls, agents, queues
        self.today = Today()
        self._seats = Seats()
        self._sheets = {"queues": Sheet(), "agents": Sheet(), "waiting": Sheet()}
        self._queues_marked: set[str] = set()
        self._agents_marked: set[str] = set()
        self._told_total: View = {}
        self._counted: tuple[object, object, int] = (None, None, 0)
        """The queues and the agents, and how many, when the seats were counted."""
        self._members_marked = False
        self.seq = 0
        """Of the latest change that was taken. A page that has missed one reads the whole."""

    async def load(self) -> None:
        """Takes today's figures from the log, once, at a start."""
        async with self._store.read() as session:
            await self.today.load(session, self._clock.wall_ms())

    # ------------------------------------------------------------ marking

    def call_changed(self, before: Call, after: Call, entries: Sequence[Entry]) -> None:
        """Observer of all calls."""
        self.today.changed(before, after, entries)
        for call in (before, after):
            if call.wait:
                self._queues_marked.add(call.wait.queue_id)
        self._agents_marked |= users_of(after)

    def agent_changed(self, before: Agent, after: Agent) -> None:
        """Observer of all agents."""
        self._agents_marked.add(after.user_id)
        self._queues_marked.update(self._seats.changed(before, after))

    # ------------------------------------------------------------ looking

    def whole(self) -> View:
        """All of it."""
        self._refresh()
        rows = {name: list(sheet.rows.values()) for name, sheet in self._sheets.items()}
        return {**self._head(), **rows, "members": self._members(), "promised_s": PROMISED_MS // 1000}

    def take(self) -> View | None:
        """What looks different since it was last taken, or None."""
        self._refresh()
        change: View = {"gone": {}}
        for name, sheet in self._sheets.items():
            change[name], change["gone"][name] = sheet.take()
        if self._members_marked:
            self._members_marked = False
            change["members"] = self._members()
        head = self._head()
        is_same = head["total"] == self._told_total and not any(map(bool, _parts(change)))
        if is_same:
            return None
        self._told_total = head["total"]
        self.seq += 1
        return {**head, **change, "seq": self.seq}

    def _head(self) -> View:
        return {"seq": self.seq, "at": iso(self._clock.wall_ms()), "total": figures_row(*self.today.total())}

    def _members(self) -> dict[str, list[str]]:
        return {queue.queue_id: sorted(self._queues.members(queue.queue_id)) for queue in self._queues.all()}

    # ------------------------------------------------------------ making rows

    def _refresh(self) -> None:
        self._recount_if_loaded()
        self._queues_marked |= self.today.pass_time(self._clock.wall_ms())
        self._mark_hindered()
        self._make_queues()
        self._make_agents()

    def _recount_if_loaded(self) -> None:
        """Queues and agents are loaded anew when somebody changes who serves; it is rare, and we begin again."""
        agents = self._agents.all()
        queues, known, count = self._counted
        if queues is self._queues.loaded and known is agents and count == len(agents):
            return
        self._counted = (self._queues.loaded, agents, len(agents))
        self._members_marked = True
        self._seats.recount(self._members(), self._agents.all())
        for name, ids in (("queues", {q.queue_id for q in self._queues.all()}), ("agents", set(self._agents.all()))):
            for row_id in self._sheets[name].rows.keys() - ids:
                self._sheets[name].drop(row_id)
        self._queues_marked = {queue.queue_id for queue in self._queues.all()} | self._queues_marked
        self._agents_marked = set(self._agents.all())

    def _mark_hindered(self) -> None:
        """Pages and telephones come and go without a change of the agent."""
        shown = self._sheets["agents"].rows
        for user_id, agent in self._agents.all().items():
            if user_id in shown and shown[user_id]["hindrances"] != self._hindrances(agent):
                self._agents_marked.add(user_id)

    def _hindrances(self, agent: Agent) -> list[str]:
        return list(self._agents.hindrances(agent.user_id)) if agent.state != "offline" else []

    def _make_queues(self) -> None:
        marked, self._queues_marked = self._queues_marked, set()
        if not marked:
            return
        lines: dict[str, list[Call]] = {queue_id: [] for queue_id in marked}
        for call in self._calls.calls():
            if call.wait and call.wait.queue_id in marked:
                lines[call.wait.queue_id].append(call)
        waiting = self._sheets["waiting"]
        here = {call.call_id for line in lines.values() for call in line}
        for row_id in [r for r, row in waiting.rows.items() if row["queue_id"] in marked and r not in here]:
            waiting.drop(row_id)
        for queue_id in sorted(marked):
            self._make_queue(queue_id, sorted(lines[queue_id], key=place))

    def _make_queue(self, queue_id: str, line: list[Call]) -> None:
        queue, states = self._queues.get(queue_id), self._seats.of(queue_id)
        if queue is None:
            return
        row = queue_row(queue, line, states, self.today.of(queue_id), self.today.lately(queue_id))
        self._sheets["queues"].put(queue_id, row)
        for call_id, each in waiting_rows(queue, line, states, self._queues.tally.handle_s(queue_id)).items():
            self._sheets["waiting"].put(call_id, each)

    def _make_agents(self) -> None:
        marked, self._agents_marked = self._agents_marked, set()
        for user_id in marked:
            agent = self._agents.get(user_id)
            if agent is not None:
                call = self._calls.get(agent.call_id) if agent.call_id else None
                self._sheets["agents"].put(user_id, agent_row(agent, call, self._hindrances(agent)))


def _parts(change: View) -> list[Any]:
    return [*(change[name] for name in ("queues", "agents", "waiting")), *change["gone"].values(), "members" in change]
