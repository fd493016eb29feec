# SPDX-License-Identifier: Apache-2.0
"""Slows down whoever guesses passwords, without letting a stranger lock others out.

Counted are failures of one login from one address (tight), of one address (someone tries many logins), and of one
login (someone uses many addresses; wide, because a stranger could keep it full).
"""

from collections import OrderedDict
from collections.abc import Iterable

from headcall.kit.clock import Clock

WINDOW = 300.0  # seconds
PER_PAIR = 5
PER_ADDRESS = 30
PER_LOGIN = 60
REMEMBERED = 10_000
"""Keys kept; the oldest are forgotten first."""


class Throttle:
    """Failures of the last `WINDOW` seconds."""

    def __init__(self, clock: Clock, *, per_login: int = PER_LOGIN) -> None:
        self._clock, self._per_login = clock, per_login
        self._failures: OrderedDict[tuple[str, ...], list[float]] = OrderedDict()

    def is_closed(self, login: str, address: str) -> bool:
        """Whether no more attempts are taken now."""
        return any(len(self._recent(key)) >= limit for key, limit in self._keys(login, address))

    def failed(self, login: str, address: str) -> None:
        """Counts an attempt that failed."""
        for key, _ in self._keys(login, address):
            self._failures[key] = [*self._recent(key), self._clock.now()]
            self._failures.move_to_end(key)
        while len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, login: str, address: str) -> None:
        """Forgives the failures of this login from this address."""
        self._failures.pop(("pair", login, address), None)

    def _recent(self, key: tuple[str, ...]) -> list[float]:
        since = self._clock.now() - WINDOW
        return [at for at in self._failures.get(key, ()) if at > since]

    def _keys(self, login: str, address: str) -> Iterable[tuple[tuple[str, ...], int]]:
        yield ("pair", login, address), PER_PAIR
        yield ("address", address), PER_ADDRESS
        yield ("login", login), self._per_login
