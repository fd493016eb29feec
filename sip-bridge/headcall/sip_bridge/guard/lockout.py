# SPDX-License-Identifier: Apache-2.0
"""Wrong passwords: who has tried too often is not listened to for a while."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

WINDOW_S: Final = 60.0
TRIES: Final = 8
"""For one account from one address. A telephone with an old password tries once or twice a minute."""
ACCOUNTS: Final = 12
"""Different accounts with wrong passwords from one address: somebody is looking for a weak one. Higher than the number
of telephones that one migration gone wrong leaves behind a NAT in a minute."""
LOCKED_S: Final = 120.0
MOST_SOURCES: Final = 4096


@dataclass
class _Tries:
    began_at: float
    by_user: dict[str, int] = field(default_factory=dict)
    locked_users: dict[str, float] = field(default_factory=dict)
    locked_until: float = float("-inf")


class Lockout:
    """By source address, and within it by account: one telephone's old password does not lock its neighbours."""

    def __init__(self) -> None:
        self._sources: OrderedDict[str, _Tries] = OrderedDict()

    def wrong(self, user: str, source: str, now: float) -> None:
        """A wrong password, for an account that exists or not."""
        tries = self._sources.setdefault(source, _Tries(now))
        self._sources.move_to_end(source)
        if len(self._sources) > MOST_SOURCES:
            self._sources.popitem(last=False)
        if now - tries.began_at > WINDOW_S:
            tries.began_at, tries.by_user = now, {}
        user = user[:64]
        if len(tries.by_user) < ACCOUNTS or user in tries.by_user:
            tries.by_user[user] = tries.by_user.get(user, 0) + 1
        if tries.by_user.get(user, 0) >= TRIES:
            tries.locked_users = {name: until for name, until in tries.locked_users.items() if until > now}
            tries.locked_users[user] = now + LOCKED_S
        if len(tries.by_user) >= ACCOUNTS:
            tries.locked_until = now + LOCKED_S

    def is_locked(self, user: str, source: str, now: float) -> bool:
        tries = self._sources.get(source)
        return tries is not None and (tries.locked_until > now or tries.locked_users.get(user[:64], now) > now)

    def is_source_locked(self, source: str, now: float) -> bool:
        tries = self._sources.get(source)
        return tries is not None and tries.locked_until > now
