# SPDX-License-Identifier: Apache-2.0
"""The independent model: who was to be served next, and by whom, by docs/queues.md. Nothing of the backend is used.

Each finding says for how long, in virtual time, it had been so: the caller had stood there, or the agent had been
ready. What the backend writes is visible to its next decision only when written; a finding younger than that is none.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from headcall.run.rehearsal.history import History, QueueRules
from headcall.run.rehearsal.stretches import Round, Stretches, Wait

TICK_MS: Final = 200
"""So much later may be seen what follows from time alone: a lapse is over, a caller is not kept any longer."""
LAPSE_MS: Final = 5_000
"""For so long an agent who let a caller pass is not rung for that caller again (docs/queues.md)."""
AT_WORK: Final = frozenset({"ready", "ringing", "talking", "wrap_up"})
NOBODY: Final = QueueRules(())


class Finding(NamedTuple):
    age_ms: int
    """For how long it had been so."""
    at_ms: int
    call_id: str
    text: str


class Model:
    def __init__(self, history: History, found: Stretches) -> None:
        self._queues, self._found = history.queues, found
        self._states = history.states
        self._times = {user: [since for since, _ in states] for user, states in history.states.items()}
        self._talks: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for talk in sorted(history.talks, key=lambda talk: talk.from_ms):
            self._talks[talk.key.partition("#")[0]].append((talk.from_ms, talk.user_id))
        self._offered: dict[str, list[int]] = defaultdict(list)
        for ring in sorted(found.rounds, key=lambda ring: ring.from_ms):
            for user in ring.users:
                self._offered[user].append(ring.from_ms)

    # ------------------------------------------------------------ the order of callers

    def callers_out_of_order(self) -> Iterator[Finding]:
        """Rounds that rang an agent for one caller while another, who stood before, could have had that agent."""
        for ring in self._found.rounds:
            wronged = [wait for wait in self._found.standing(ring.decided_ms) if self._is_before(wait, ring)]
            if wronged:
                age, oldest = max(((self._fit_for(wait, ring), wait) for wait in wronged), key=lambda pair: pair[0])
                text = f"{', '.join(ring.users)} rung for it; {oldest.call_id} stood before it"
                yield Finding(age, ring.decided_ms, ring.call_id, text)

    def _is_before(self, wait: Wait, ring: Round) -> bool:
        if wait.call_id == ring.call_id or wait.place >= ring.wait.place:
            return False
        return any(self._fits(wait, user, ring.decided_ms) for user in ring.users)

    def _fit_for(self, wait: Wait, ring: Round) -> int:
        """For how long an agent of this round, ready, would have done for that caller."""
        at = ring.decided_ms
        ready = [self._ready_since(user, at) for user in ring.users if self._fits(wait, user, at)]
        since = max(wait.from_ms, min(ready, default=0))
        if self._last_agent(wait) is not None and self._kept_until(wait) <= at:
            since = max(since, self._kept_until(wait))
        over = [lapse + LAPSE_MS for user in ring.users for lapse in self._found.lapses(wait.call_id, user)]
        return at - max([since, *(each for each in over if each <= at)])

    def _fits(self, wait: Wait, user: str, at_ms: int) -> bool:
        """Whether this agent, once free, could have been rung for this caller."""
        if user not in self._rules(wait).members or self._has_lapsed(wait.call_id, user, at_ms):
            return False
        kept_for = self._kept_for(wait, at_ms)
        return kept_for in (None, user)

    # ------------------------------------------------------------ the order of agents

    def agents_out_of_order(self) -> Iterator[Finding]:
        """Rounds for which another agent, free as well, was to be rung by the queue's strategy; or none of these."""
        for ring in self._found.rounds:
            rules, at = self._rules(ring.wait), ring.decided_ms
            for user in ring.users:
                if (wrong := self._unfit(ring, user)) is not None:
                    yield Finding(wrong[0], at, ring.call_id, f"{user} was rung, {wrong[1]}")
            free = [user for user in rules.members if self._is_ready(user, at) and self._fits(ring.wait, user, at)]
            if rules.strategy == "ring-all":
                wronged = [user for user in free if user not in ring.users]
            else:
                worst = max(self._key(rules, ring, user) for user in ring.users)
                wronged = [user for user in free if self._key(rules, ring, user) < worst]
            if wronged:
                first = min(wronged, key=lambda user: self._ready_since(user, at))
                text = f"{', '.join(ring.users)} rung; by {rules.strategy} it was {first}'s turn"
                yield Finding(at - self._ready_since(first, at), at, ring.call_id, text)

    def _unfit(self, ring: Round, user: str) -> tuple[int, str] | None:
        """Why this agent was not to be rung for this caller, and for how long that had been, and would still be, so."""
        at, wait = ring.decided_ms, ring.wait
        since, state = self._state(user, at)
        if user not in self._rules(wait).members:
            return at, "who does not serve this queue"
        if state != "ready":
            return at - since, f"whose state was {state}"
        if self._has_lapsed(ring.call_id, user, at):
            return LAPSE_MS - at + max(self._found.lapses(ring.call_id, user)), "who had just let this caller pass"
        if (kept_for := self._kept_for(wait, at)) not in (None, user):
            return min(at - wait.entered_ms, self._kept_until(wait) - at), f"while the caller was kept for {kept_for}"
        return None

    def _key(self, rules: QueueRules, ring: Round, user: str) -> tuple[int, int, int]:
        at = ring.decided_ms
        belongs = rules.is_sticky and self._last_agent(ring.wait) == user
        match rules.strategy:
            case "longest-idle":
                compared = self._idle_since(user, at)
            case "round-robin":
                offered = self._offered[user]
                place = bisect_left(offered, at)
                compared = offered[place - 1] if place else 0
            case "linear":
                compared = 0
            case unknown:
                raise ValueError(f"the model has no strategy {unknown}")
        return (0 if belongs else 1, compared, rules.members.index(user) if user in rules.members else 0)

    def _idle_since(self, user: str, at_ms: int) -> int:
        """The end of the last talk, or becoming ready from a break, if that is later."""
        states = self._states.get(user, [])
        for place in range(bisect_right(self._times.get(user, []), at_ms) - 1, 0, -1):
            (_, before), (since, state) = states[place - 1], states[place]
            if before == "talking" or (state == "ready" and before in ("break", "offline")):
                return since
        return states[0][0] if states else 0

    # ------------------------------------------------------------ nobody idles while somebody waits

    def late(self) -> Iterator[Finding]:
        """Callers who stood in line beside an idle agent who could be rung for them: for how long."""
        stood: dict[tuple[str, int], Wait] = {}
        for wait in self._found.waits:
            stood[wait.call_id, wait.stood_since_ms] = wait  # the last piece reaches to the end
        for wait in stood.values():
            beside = [(*self._beside(wait, user), user) for user in self._rules(wait).members]
            length, end, user = max(beside, default=(0, 0, ""))
            if length:
                yield Finding(length, end, wait.call_id, f"waited beside {user}, who was idle")

    def _beside(self, wait: Wait, user: str) -> tuple[int, int]:
        """The longest stretch in which the two could have been brought together, and its end."""
        states, longest = self._states.get(user, []), (0, 0)
        first = max(0, bisect_right(self._times.get(user, []), wait.stood_since_ms) - 1)
        for (since, state), (until, _) in pairwise(states[first:]):
            if since >= wait.to_ms:
                break
            if state == "ready":
                start = self._fits_from(wait, user, max(since, wait.stood_since_ms))
                end = min(until, wait.to_ms)
                longest = max(longest, (end - start, end))
        return longest

    def _fits_from(self, wait: Wait, user: str, start_ms: int) -> int:
        """From when on the agent could have been rung for them, had they been ready."""
        over = self._kept_until(wait)
        last_agent = self._last_agent(wait) if over > start_ms else None
        if last_agent not in (None, user) and self._worked(last_agent or "", start_ms, over):
            start_ms = over + TICK_MS
        for lapse in self._found.lapses(wait.call_id, user):
            if lapse - TICK_MS <= start_ms < lapse + LAPSE_MS + TICK_MS:
                start_ms = lapse + LAPSE_MS + TICK_MS
        return start_ms

    # ------------------------------------------------------------ what was so at a moment

    def _rules(self, wait: Wait) -> QueueRules:
        return self._queues.get(wait.queue_id, NOBODY)

    def _state(self, user: str, at_ms: int) -> tuple[int, str]:
        """Just before a moment: what a decision made in it has led to is not what it was made upon."""
        place = bisect_left(self._times.get(user, []), at_ms)
        return self._states[user][place - 1] if place else (0, "offline")

    def _is_ready(self, user: str, at_ms: int) -> bool:
        return self._state(user, at_ms)[1] == "ready"

    def _ready_since(self, user: str, at_ms: int) -> int:
        return self._state(user, at_ms)[0]

    def _worked(self, user: str, from_ms: int, to_ms: int) -> bool:
        """Whether they were at work at any moment between."""
        place = max(0, bisect_right(self._times.get(user, []), from_ms) - 1)
        between = self._states.get(user, [])[place:]
        return any(state in AT_WORK for since, state in between if since <= to_ms)

    def _has_lapsed(self, call_id: str, user: str, at_ms: int) -> bool:
        return any(lapse <= at_ms < lapse + LAPSE_MS for lapse in self._found.lapses(call_id, user))

    def _last_agent(self, wait: Wait) -> str | None:
        """Who talked with this number last, before this call."""
        before = [user for at, user in self._talks.get(wait.number, ()) if at < wait.entered_ms]
        return before[-1] if before and self._rules(wait).is_sticky else None

    def _kept_until(self, wait: Wait) -> int:
        return wait.entered_ms + self._rules(wait).sticky_wait_ms

    def _kept_for(self, wait: Wait, at_ms: int) -> str | None:
        """The only agent who will do now, if there is one."""
        if at_ms >= self._kept_until(wait):
            return None
        last_agent = self._last_agent(wait)
        if last_agent is None or last_agent not in self._rules(wait).members:
            return None
        is_at_work = self._state(last_agent, at_ms)[1] in AT_WORK
        has_lapsed = any(lapse <= at_ms for lapse in self._found.lapses(wait.call_id, last_agent))
        return last_agent if is_at_work and not has_lapsed else None
