# SPDX-License-Identifier: Apache-2.0
"""State machines that are a table, and the table is the whole truth.

    TABLE: Table[Door, Push] = {
        (CLOSED, OPEN):  (OPENED, [ring_bell]),
        (OPENED, CLOSE): (CLOSED, []),
    }

An event that the table does not permit in a state is refused: it changes nothing, runs nothing, and is counted.
"""

import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

__all__ = [
    "Action",
    "Machine",
    "Table",
    "endings",
    "reachable",
]

log = logging.getLogger(__name__)

S = TypeVar("S", bound=Hashable)
E = TypeVar("E", bound=Hashable)

Action = Callable[[], None]
Table = Mapping[tuple[S, E], tuple[S, Sequence[str]]]
"""(state, event) → (next state, names of the methods that act, in order)."""


class Machine(Generic[S, E]):
    """Holds itself to a table. The acting methods are looked up on `actor` once, so a wrong name fails at the start."""

    def __init__(self, name: str, table: Table[S, E], start: S, actor: object) -> None:
        self.name = name
        self.state = start
        self.refused = 0
        """Events that came out of turn."""
        self._moves: dict[tuple[S, E], tuple[S, list[Action]]] = {
            key: (to, [getattr(actor, action) for action in actions]) for key, (to, actions) in table.items()
        }

    def permits(self, event: E) -> bool:
        """Whether the event means something in the present state."""
        return (self.state, event) in self._moves

    def dispatch(self, event: E) -> bool:
        """Goes where the table says, then acts. False if the event is not permitted now."""
        move = self._moves.get((self.state, event))
        if move is None:
            self.refused += 1
            log.info("%s: %s not permitted in %s", self.name, event, self.state)
            return False
        to, actions = move
        if to != self.state:
            log.debug("%s: %s -> %s", self.name, self.state, to)
        self.state = to
        for act in actions:
            act()
        return True


def reachable(table: Table[S, E], start: S) -> set[S]:
    """The states that can be reached: in a sound table, all of them."""
    found = {start}
    while more := {to for (state, _), (to, _) in table.items() if state in found} - found:
        found |= more
    return found


def endings(table: Table[S, E]) -> set[S]:
    """The states that nothing leads out of: in a sound table, only those meant so."""
    return {to for to, _ in table.values()} - {state for state, _ in table}
