# SPDX-License-Identifier: Apache-2.0
"""What the four kinds of transaction share: a table, timers, the message in hand."""

from dataclasses import dataclass

from headcall.kit.fsm import Machine, Table
from headcall.sip_bridge.flow import Flow, Send
from headcall.sip_bridge.transaction.tables import On, State
from headcall.sip_bridge.transaction.told import Told


@dataclass(frozen=True, slots=True)
class Timing:
    """RFC 3261 17.1.1.1 and table 4, in seconds."""

    t1: float = 0.5
    t2: float = 4.0
    t4: float = 5.0

    @property
    def patience(self) -> float:
        """64 * T1: timers B, F, H, J, L and M."""
        return 64 * self.t1


class Transaction:
    """One transaction. `timers` are deadlines that the layer watches; `out` is what it has to pass on."""

    def __init__(self, key: str, flow: Flow, timing: Timing, table: Table[State, On], start: State) -> None:
        self.key = key
        self.flow = flow
        self.timing = timing
        self.timers: dict[On, float] = {}
        self._fresh: list[On] = []
        self.out: list[Told] = []
        self.now = 0.0
        self._machine: Machine[State, On] = Machine(key, table, start, self)
        self._last: bytes = b""

    @property
    def state(self) -> State:
        return self._machine.state

    @property
    def is_over(self) -> bool:
        return self._machine.state is State.TERMINATED

    def dispatch(self, event: On, now: float) -> None:
        """An event that means nothing in the present state changes nothing."""
        self.now = now
        if self._machine.permits(event):
            self._machine.dispatch(event)

    def take(self) -> list[Told]:
        """What there is to pass on, once."""
        out, self.out = self.out, []
        return out

    def start(self, timer: On, after: float) -> None:
        self.timers[timer] = self.now + after
        self._fresh.append(timer)

    def fresh_timers(self) -> list[tuple[On, float]]:
        """The timers set since this was last asked."""
        fresh, self._fresh = self._fresh, []
        return [(timer, self.timers[timer]) for timer in fresh if timer in self.timers]

    def unreliably(self, seconds: float) -> float:
        """What a timer is over UDP; over a reliable transport it is zero."""
        return 0.0 if self.flow.is_reliable else seconds

    # actions

    def resend(self) -> None:
        if self._last:
            self.out.append(Send(self._last, self.flow))

    def settle(self) -> None:
        self.timers.clear()
