# SPDX-License-Identifier: Apache-2.0
"""What a dialled number means, from where it was dialled."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.errors import CallFailed
from headcall.backend.numbers import store as rows
from headcall.backend.numbers.model import (
    Destination,
    Network,
    Number,
    ToAttendant,
    ToOutside,
    ToQueue,
    ToUser,
    normal,
)
from headcall.backend.numbers.plan import DialPlan
from headcall.backend.store.engine import Store

INSIDE: Final[frozenset[Network]] = frozenset({"phone", "browser"})

MOST_STEPS = 4
"""A number may lead to a number, as a DID does; a circle ends after so many."""


class Numbers:
    """The inventory and the dial plan. `trunk` is where calls to the outside go, or None without one."""

    def __init__(self, store: Store, plan: DialPlan, trunk: str | None) -> None:
        self._store, self.plan, self._trunk = store, plan, trunk

    @staticmethod
    def normal(dialled: str) -> str | None:
        """The number without separators, or None when it is no number."""
        return normal(dialled)

    async def resolve(self, dialled: str, network: Network, origin: Network | None = None) -> Destination:
        """Where a call to `dialled` goes. Raises `CallFailed` with `unknown-number` or `unavailable`.

        `origin`: from where the caller came, if not they but one of ours dialled, or a rule of ours did."""
        number = normal(dialled)
        if number is None:
            raise CallFailed("unknown-number", "not a telephone number")
        if network != "pstn" and (long := self.plan.long_form(number)):
            number = long
        is_ours = number.startswith(self.plan.internal_prefix)
        async with self._store.read() as session:
            for form in self.plan.forms(number):
                entry = await rows.get(session, form)
                if entry is not None and network in entry.networks:
                    return await _follow(session, entry, origin or network)
                is_ours = is_ours or entry is not None
        if network == "pstn" or is_ours:
            raise CallFailed("unknown-number", "not a number that can be reached from there")
        return self._outside(number)

    async def behind(self, number: str, origin: Network) -> Destination:
        """Where 0 leads at a switchboard number. Raises `CallFailed`."""
        async with self._store.read() as session:
            entry = await rows.get(session, number)
            if entry is None:
                raise CallFailed("unknown-number", "the number is gone")
            found = await _follow(session, replace(entry, kind="did", hours_id=""), origin)
        if isinstance(found, ToAttendant):  # from attendant to attendant there would be no end
            raise CallFailed("unknown-number", "0 leads to an attendant")
        return found

    async def extension(self, keyed: str) -> ToUser | None:
        """The person whose number somebody keyed in, long or short; None for whatever else it may mean."""
        number = normal(keyed)
        if number is None:
            return None
        async with self._store.read() as session:
            entry = await rows.get(session, self.plan.long_form(number) or number)
        if entry is None or entry.target_kind != "user" or entry.kind != "person" or not INSIDE & set(entry.networks):
            return None
        return ToUser(entry.target, entry.number, entry.hours_id)

    async def every(self) -> Sequence[Number]:
        """The inventory."""
        async with self._store.read() as session:
            return await rows.every(session)

    async def display(self, number: str) -> str:
        """A number as people write it."""
        async with self._store.read() as session:
            entry = await rows.get(session, number)
        return entry.display if entry else number

    def _outside(self, number: str) -> ToOutside:
        dialled = self.plan.outside(number)
        if dialled is None:
            raise CallFailed("unknown-number", "neither one of ours nor a valid number outside")
        if self._trunk is None:
            raise CallFailed("unavailable", "no trunk leads to the outside")
        return ToOutside(self._trunk, dialled)


async def _follow(session: AsyncSession, entry: Number, origin: Network) -> Destination:
    """Follows a DID to what it stands for. The network was checked at its door, so not again behind it (N1); but a
    switchboard number keeps its own door (N2), whatever leads there."""
    hours_id = ""
    for _ in range(MOST_STEPS):
        hours_id = hours_id or entry.hours_id
        if entry.kind == "switchboard":
            if origin not in entry.networks:
                break
            return ToAttendant(entry.number, entry.prompt_id, hours_id)
        if entry.target_kind == "queue":
            return ToQueue(entry.target, entry.number, hours_id)
        if entry.target_kind == "user":
            return ToUser(entry.target, entry.number, hours_id)
        following = await rows.get(session, entry.target)
        if following is None:
            break
        entry = following
    raise CallFailed("unknown-number", "the number leads nowhere")
