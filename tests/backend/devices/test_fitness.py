# SPDX-License-Identifier: Apache-2.0
"""A page that cannot take calls is offered none, says why, and its agent's state stays what it was."""

import asyncio
from pathlib import Path
from random import Random

from headcall.backend.errors import ApiError
from headcall.backend.media.probe import Probe
from headcall.backend.queues.model import Candidate
from headcall.backend.queues.strategies import obstacle
from headcall.backend.users.model import Actor
from headcall.kit.ids import IdMaker
from headcall.kit.tasks import Tasks
from headcall.wire.media import CloseLeg, ConnectPeer
from tests.backend.calls.office import HOTLINE, LEI, MEI, Office, play


def test_a_page_with_a_fault_is_offered_nothing_until_it_is_well(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        await mei.must("softphone.fit", instance=mei.connection.instance, faults=["silent", "path", "silent"])
        assert mei.seen("fit") == [{"faults": ["path", "silent"]}]
        await office.bridge.offer(HOTLINE)
        await office.pass_time(40)
        assert mei.call is None and office.state(MEI) == "ready", "not offered, not sent home"
        await mei.must("softphone.fit", instance=mei.connection.instance, faults=[])
        assert (await mei.rung())["state"] == "ringing"

    play(tmp_path, story)


def test_the_next_agent_gets_the_caller_and_the_reason_is_kept(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        office.clock.advance(1)
        lei = await office.ready(LEI)
        await mei.must("softphone.fit", instance=mei.connection.instance, faults=["microphone"])
        await office.bridge.offer(HOTLINE)
        call = await lei.rung()
        log = await office.phone.log_of(call["call_id"])
        choice = next(entry["data"]["choice"] for entry in log if entry["type"] == "ring_started")
        assert choice["left_out"]["unfit"] == 1

    play(tmp_path, story)


def test_the_fault_of_a_tab_that_is_gone_is_gone(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, other = await office.ready(MEI), await office.page(MEI)
        await mei.must("softphone.fit", instance=mei.connection.instance, faults=["frozen"])
        again = await office.page(MEI)
        assert again.seen("snapshot")[-1]["fit"] == {"faults": ["frozen"]}
        await mei.close()
        await office.bridge.offer(HOTLINE)
        assert (await other.rung())["state"] == "ringing"

    play(tmp_path, story)


def test_what_is_no_fault_of_ours_is_refused(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.page(MEI)
        for faults in (["hungry"], "silent", None, [5], [["silent"]], {"silent": 1}):
            assert (await mei.do("softphone.fit", instance="tab", faults=faults))["cause"] == "bad-request"
        for instance in ("", "x" * 65, None, 5):
            assert (await mei.do("softphone.fit", instance=instance, faults=[]))["cause"] == "bad-request"

    play(tmp_path, story)


def test_no_device_comes_before_a_fault_and_a_fault_before_the_rest() -> None:
    agent = Candidate("u", "U", "ready", is_fit=False, lapsed_at_ms=0)
    assert obstacle(agent, 1) == "unfit"
    assert obstacle(Candidate("u", "U", "ready", has_device=False, is_fit=False), 1) == "no-device"


def test_a_test_of_the_path_is_one_at_a_time_and_leaves_nothing(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        over = asyncio.Event()
        tasks = Tasks("test")
        waited: list[float] = []

        async def sleep(seconds: float) -> None:
            waited.append(seconds)
            await over.wait()

        ids = IdMaker(office.clock, Random(1).randbytes)
        probe = Probe(office.phone.media, ids, tasks, sleep)
        who = (await office.page(MEI)).who
        assert await probe.test(who, {"sdp": "offer"}) == {"sdp": "answer to offer"}
        leg = next(c.leg_id for c in office.media.commands if isinstance(c, ConnectPeer))
        refused = await refusal_of(probe, who, {"sdp": "offer"})
        assert refused == "too-many-attempts"
        for sdp in ("", None, 5, "x" * 300_000):
            assert await refusal_of(probe, who, {"sdp": sdp}) == "bad-request"
        over.set()
        await office.until(lambda: CloseLeg(leg) in office.media.commands)
        await tasks.close()
        assert leg not in office.media.legs

    play(tmp_path, story)


async def refusal_of(probe: Probe, who: Actor, data: dict[str, object]) -> str:
    try:
        await probe.test(who, data)
    except ApiError as refusal:
        return refusal.cause
    return ""
