# SPDX-License-Identifier: Apache-2.0
"""A supervisor beside a talk: what each of the three hears, with real sound (spec C9)."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.scenarios.conftest import Run
from tests.world.baresip import RATE, Baresip
from tests.world.desk import Desk
from tests.world.system import Demo
from tests.world.workday import (
    AGENT_TONE,
    CALLER_TONE,
    answer,
    at_desk,
    at_work,
    eventually,
    hears,
    outside_telephone,
    record_of,
)

SUPERVISOR_TONE = 1500.0
HEARD, NOT_HEARD = 1000.0, 60.0  # of 32767


def level(wave: NDArray[Any], rate: int, hertz: float) -> float:
    """The amplitude of one tone in the last half second."""
    part = np.asarray(wave[-rate // 2 :], np.float64)
    turns = np.exp(-2j * np.pi * hertz * np.arange(len(part)) / rate)
    return float(2 * abs(np.mean(part * turns * np.hanning(len(part)))) * 2) if len(part) else 0.0


def at_page(desk: Desk, leg_id: str, hertz: float) -> float:
    ear = desk.ears.get(leg_id)
    return level(np.concatenate(ear.recent), ear.rate, hertz) if ear and ear.recent else 0.0


def at_telephone(phone: Baresip, hertz: float) -> float:
    return level(phone.heard(), RATE, hertz)


def test_a_supervisor_listens_whispers_and_speaks_to_both(system: Run, tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        async with (
            at_work(running, "mei") as mei,
            at_desk(running, "admin", SUPERVISOR_TONE) as boss,
            outside_telephone(running, tmp_path) as customer,
        ):
            await customer.dial("4008123456")
            call = await answer(mei)
            call_id, leg_id = call["call_id"], call["leg_id"]
            await eventually(hears(mei, leg_id, CALLER_TONE), "the agent hears the customer")
            joined = await boss.do("call.supervise", call_id=call_id, mode="listen")
            mine = joined["leg_id"]
            await boss.connect(mine)
            await eventually(lambda: at_page(boss, mine, CALLER_TONE) > HEARD, "listening hears the customer")
            await eventually(lambda: at_page(boss, mine, AGENT_TONE) > HEARD, "listening hears the agent")
            await asyncio.sleep(1)
            assert at_page(mei, leg_id, SUPERVISOR_TONE) < NOT_HEARD
            assert at_telephone(customer, SUPERVISOR_TONE) < NOT_HEARD

            await boss.do("call.supervise", call_id=call_id, mode="whisper")
            await eventually(lambda: at_page(mei, leg_id, SUPERVISOR_TONE) > HEARD, "the agent hears the whisper")
            await asyncio.sleep(1)
            assert at_page(mei, leg_id, CALLER_TONE) > HEARD
            assert at_telephone(customer, AGENT_TONE) > HEARD
            assert at_telephone(customer, SUPERVISOR_TONE) < NOT_HEARD

            await boss.do("call.supervise", call_id=call_id, mode="barge")
            await eventually(lambda: at_telephone(customer, SUPERVISOR_TONE) > HEARD, "the customer hears both")
            assert at_telephone(customer, AGENT_TONE) > HEARD

            await boss.do("call.hang_up", call_id=call_id)
            await eventually(lambda: at_telephone(customer, SUPERVISOR_TONE) < NOT_HEARD, "the supervisor has left")
            await eventually(hears(mei, leg_id, CALLER_TONE), "the two talk on")
            await mei.do("call.hang_up", call_id=call_id)
            record = await record_of(mei.person, call_id)
            assert (record["ended_by"], record["agent"]["agent_number"]) == ("agent", "1001")

    system(story)
