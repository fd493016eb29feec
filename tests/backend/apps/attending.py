# SPDX-License-Identifier: Apache-2.0
"""A caller at the auto attendant of the sample company."""

import asyncio
from collections.abc import Callable
from typing import Any

from headcall.backend.calls.model import Call
from headcall.backend.numbers.model import Network
from headcall.backend.numbers.store import NumberRow
from headcall.backend.sample import SWITCHBOARD
from headcall.wire.media import DigitPressed
from tests.backend.apps.test_closed import said
from tests.backend.calls.office import Office, Page

WEI_SIP = "83012342001"
QUESTION = "attendant.zh"
EVERYWHERE: list[Network] = ["pstn", "phone", "browser"]
LISTENS_FOR_S = 6.0
"""No longer than this it waits for a key: whatever sleeps longer listens to nobody."""


async def dials(office: Office, number: str = SWITCHBOARD) -> str:
    """Wei's telephone calls, and the attendant asks."""
    n = said(office).count(QUESTION)
    leg = await office.bridge.offer(number, from_number=WEI_SIP, sip_user=WEI_SIP)
    await office.until(lambda: said(office).count(QUESTION) > n)
    return leg


async def press(office: Office, leg: str, keys: str) -> None:
    for key in keys:
        await office.media.bring(DigitPressed(leg, key, 100))


async def pause(office: Office, seconds: float) -> None:
    """Lets time pass once the attendant has nothing left to do but to wait for a key."""
    async with asyncio.timeout(10):
        calm = 0
        while calm < 10:
            calm = calm + 1 if _listens(office) else 0
            await asyncio.sleep(0)
    await office.pass_time(seconds)


def _listens(office: Office) -> bool:
    alarm, line = office.phone.alarm, office.phone.stage._running[office.call().call_id][1]
    waits = any(due - alarm.now() <= LISTENS_FOR_S for due in alarm._sleepers.values())
    return waits and line._keys.empty()


def asked(office: Office, n: int) -> Callable[[], bool]:
    """Whether the question was put for the nth time."""
    return lambda: said(office).count(QUESTION) == n


def tries(office: Office) -> tuple[int, str]:
    attendant = office.call().attendant
    assert attendant is not None
    return attendant.tries, attendant.cause


async def talks(office: Office, page: Page) -> Call:
    await page.answer()
    assert page.call is not None and page.call["state"] == "talking"
    return office.call()


async def change(office: Office, number: str = SWITCHBOARD, **values: Any) -> None:
    """Another row in the inventory."""
    async with office.parts.store.begin() as session:
        row = await session.get(NumberRow, number)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)


async def lead_zero(office: Office, target_kind: str, target: str) -> None:
    await change(office, target_kind=target_kind, target=target)
