# SPDX-License-Identifier: Apache-2.0
"""What the four kinds of transaction share: a table, timers, the message in hand."""

from dataclasses import dataclass
from typing import ClassVar

from headcall.kit.fsm import Table
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
    """One transaction. `timers` are deadlines that the layer watches; `out` is what it has to pass on.

    It holds itself to its class's table. (`kit.fsm.Machine` binds every action for every machine, which costs a tenth
    of a millisecond; a call has four of these.)
    """

    table: ClassVar[Table[State, On]]

    def __init__(self, key: str, flow: Flow, timing: Timing, start: State) -> None:
        self.key = key
        self.flow = flow
        self.timing = timing
        self.timers: dict[On, float] = {}
        self._fresh: list[On] = []
        self.out: list[Told] = []
        self.now = 0.0
        self.state = start
        self._last: bytes = b""

    @property
    def is_over(self) -> bool:
        return self.state is State.TERMINATED

    def permits(self, event: On) -> bool:
        """Whether the event means something in the present state."""
        return (self.state, event) in self.table

    def dispatch(self, event: On, now: float) -> None:
        """Goes where the table says, then acts. What it does not permit now changes nothing."""
        self.now = now
        move = self.table.get((self.state, event))
        if move is None:
            return
        self.state, actions = move
        for action in actions:
            getattr(self, action)()

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
