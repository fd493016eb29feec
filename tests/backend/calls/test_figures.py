# SPDX-License-Identifier: Apache-2.0
"""What Prometheus is told of a call."""

from pathlib import Path

from tests.backend.calls.office import HOTLINE, MEI, Office, play


def test_a_call_is_counted(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        await office.bridge.offer(HOTLINE)
        await office.pass_time(0)
        assert 'headcall_callers_waiting{queue="que_callcentre"} 1.0' in office.figures()
        office.clock.advance(7)
        call = await mei.answer()
        await mei.must("call.hang_up", call_id=call["call_id"])
        await office.over()
        await office.pass_time(0)
        told = office.figures()
        for line in (
            "headcall_calls_open 0.0",
            'headcall_calls_ended_total{by="agent",cause="normal"} 1.0',
            'headcall_rings_total{kind="queue",outcome="started"} 1.0',
            'headcall_rings_total{kind="queue",outcome="answered"} 1.0',
            'headcall_answered_after_seconds_bucket{le="5.0"} 0.0',
            'headcall_answered_after_seconds_bucket{le="10.0"} 1.0',
            'headcall_agents{state="wrap_up"} 1.0',
        ):
            assert line in told, line

    play(tmp_path, story)
