# SPDX-License-Identifier: Apache-2.0
"""Calls over the trunk, both ways, on real sockets."""

from pathlib import Path
from typing import Any

import pytest

from headcall.sip_bridge.message import Request
from headcall.sip_bridge.simulator.speech import tone_packets
from headcall.sip_bridge.simulator.telephone import PhoneCall, Telephone
from headcall.sip_bridge.uri import NameAddr, Uri
from headcall.wire import legs as words
from headcall.wire import media
from headcall.wire.nodes import Refused
from tests.sip_bridge.bridge.site import Site, eventually, run, site

CALLER = NameAddr(Uri.sip("13800138000", "pstn.test"), "王小明")


async def caller_dials(here: Site, number: str = "4008123456", **how: Any) -> tuple[Telephone, PhoneCall]:
    phone = await here.telephone(name="caller")
    uri = Uri.sip(number, "127.0.0.1", here.trunk_port)
    how.setdefault("payloads", lambda codec: tone_packets(codec, 620.0))
    return phone, phone.dial(uri, phone.flow_to("127.0.0.1", here.trunk_port), CALLER, **how)


async def talk(here: Site, **how: Any) -> tuple[Telephone, PhoneCall, str]:
    """A call that was answered."""
    phone, call = await caller_dials(here, **how)
    offered = await here.control.hears(words.LegOffered)
    await here.control.does(words.AnswerLeg(offered.leg_id))
    await call.until("talking")
    return phone, call, offered.leg_id


def test_a_call_from_the_trunk_is_offered_rung_answered_and_hung_up_by_the_caller(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone, call = await caller_dials(here)
            offered = await here.control.hears(words.LegOffered)
            assert (offered.from_number, offered.from_name, offered.to_number) == (
                "13800138000",
                "王小明",
                "4008123456",
            )
            assert (offered.trunk, offered.sip_user, offered.codec) == ("carrier", None, "PCMA")
            await here.control.does(words.RingLeg(offered.leg_id))
            await call.until("ringing")
            assert call.status == 180
            await here.control.does(words.AnswerLeg(offered.leg_id))
            await call.until("talking")
            await eventually(lambda: abs(call.heard.hertz() - 620) < 5, "the caller hears its tone come back")
            phone.hang_up(call)
            ended = await here.control.hears(words.LegEnded)
            assert (ended.leg_id, ended.cause, ended.by_peer) == (offered.leg_id, "normal", True)
            await eventually(lambda: not here.media.legs, "the media leg is closed")
            assert not here.store.legs.items()
            await eventually(lambda: not here.store.dialogs.items(), "no dialog is kept")

    run(story)


def test_call_control_hangs_up(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            _, call, leg_id = await talk(here)
            await here.control.does(words.EndLeg(leg_id))
            await call.until("ended")
            assert call.ended_by_peer
            ended = await here.control.hears(words.LegEnded)
            assert (ended.cause, ended.by_peer) == ("normal", False)
            await here.control.does(words.EndLeg(leg_id))  # again: no harm

    run(story)


def test_commands_given_twice_do_their_work_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            _, call, leg_id = await talk(here)
            await here.control.does(words.AnswerLeg(leg_id))
            await here.control.does(words.RingLeg(leg_id))
            assert call.state == "talking"
            reply = await here.control.say(words.AnswerLeg("leg_00000000000000000000000000"))
            assert isinstance(reply, Refused)
            assert reply.cause == "call-gone"

    run(story)


@pytest.mark.parametrize(
    ("cause", "status"),
    [("busy", 486), ("unknown-number", 404), ("no-circuit", 503), ("rejected", 603), ("normal", 480)],
)
def test_a_refusal_says_why(tmp_path: Path, cause: str, status: int) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            _, call = await caller_dials(here)
            offered = await here.control.hears(words.LegOffered)
            await here.control.does(words.EndLeg(offered.leg_id, cause))
            await call.until("ended")
            assert call.status == status
            assert (await here.control.hears(words.LegEnded)).cause == cause

    run(story)


def test_a_spoken_refusal_is_heard_before_the_call_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            _, call = await caller_dials(here, "4009999999")
            offered = await here.control.hears(words.LegOffered)
            await here.control.does(words.RingLeg(offered.leg_id, early_media=True))
            await call.until("ringing")
            assert call.status == 183
            await eventually(lambda: call.heard.packets > 10, "early media is heard")
            await here.control.does(words.EndLeg(offered.leg_id, "unknown-number"))
            await call.until("ended")
            assert call.status == 404

    run(story)


def test_a_caller_who_gives_up_is_told_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone, call = await caller_dials(here)
            offered = await here.control.hears(words.LegOffered)
            await here.control.does(words.RingLeg(offered.leg_id))
            await call.until("ringing")
            phone.hang_up(call)
            ended = await here.control.hears(words.LegEnded)
            assert (ended.cause, ended.by_peer) == ("caller-cancelled", True)
            reply = await here.control.say(words.AnswerLeg(offered.leg_id))
            assert isinstance(reply, Refused)

    run(story)


def test_a_caller_that_takes_our_offer_and_owes_its_answer_is_hung_up(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone = await here.telephone(name="caller")
            uri = Uri.sip("4008123456", "127.0.0.1", here.trunk_port)
            call = phone.dial(uri, phone.flow_to("127.0.0.1", here.trunk_port), CALLER, with_offer=False)
            offered = await here.control.hears(words.LegOffered)
            assert offered.codec == "PCMA"
            await here.control.does(words.AnswerLeg(offered.leg_id))
            await call.until("ended")
            assert (await here.control.hears(words.LegEnded)).cause == "media-refused"

    run(story)


def test_the_far_end_may_hold_and_resume(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone, call, leg_id = await talk(here)
            phone.hold(call, True)
            assert (await here.control.hears(words.LegHeld)).held
            silenced = here.media.commands[-1]
            assert isinstance(silenced, media.SetPlainRemote)
            assert not silenced.sends
            phone.hold(call, False)
            held = await here.control.hears(words.LegHeld)
            assert (held.leg_id, held.held) == (leg_id, False)

    run(story)


def test_keys_in_info_reach_call_control(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone, call, leg_id = await talk(here)
            agent = phone.line.agent
            phone.line.do(
                agent.info(call.name, "application/dtmf-relay", b"Signal=5\r\nDuration=200\r\n", here.clock.now())
            )
            pressed = await here.control.hears(media.DigitPressed)
            assert (pressed.leg_id, pressed.digit, pressed.duration_ms) == (leg_id, "5", 200)

    run(story)


def test_a_codec_we_do_not_speak_is_488(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone = await here.telephone(name="caller")
            phone.codecs = (media.Codec("G729", 18, 8000),)
            uri = Uri.sip("4008123456", "127.0.0.1", here.trunk_port)
            call = phone.dial(uri, phone.flow_to("127.0.0.1", here.trunk_port), CALLER)
            await call.until("ended")
            assert call.status == 488
            assert not here.control.events

    run(story)


def test_a_media_node_that_is_away_costs_the_call_only(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            here.media.refuses = "media-lost"
            _, call = await caller_dials(here)
            await call.until("ended")
            assert call.status == 503
            here.media.refuses = ""
            await talk(here)

    run(story)


def test_more_calls_than_a_trunk_has_circuits_are_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            here.trunks = (words.Trunk("carrier", "127.0.0.1", accept_from=("127.0.0.0/8",), max_calls=1),)
            await here.configure(2)
            await talk(here)
            _, call = await caller_dials(here)
            await call.until("ended")
            assert call.status == 503

    run(story)


def test_a_stranger_at_the_trunk_port_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            here.trunks = (words.Trunk("carrier", "192.0.2.7", accept_from=("192.0.2.0/24",)),)
            await here.configure(2)
            _, call = await caller_dials(here)
            await call.until("ended")
            assert call.status == 403
            assert here.bridge.board.counters["stranger_at_trunk"] == 1
            assert not here.control.events

    run(story)


def test_without_call_control_a_caller_is_told_to_try_later(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path, patience_s=0.3) as here:
            await here.control.leave()
            _, call = await caller_dials(here)
            await call.until("ended")
            assert call.status == 503
            await eventually(lambda: not here.bridge.board.legs, "the leg is dropped")

    run(story)


def test_an_end_that_could_not_be_told_is_told_later_even_by_the_next_process(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone, call, leg_id = await talk(here)
            await here.control.leave()
            phone.hang_up(call)
            await eventually(lambda: bool(here.store.events.items()), "the end is on the disk")
            here.store.barrier()
            hung_up_at_ms = here.clock.wall_ms()
            await here.kill_bridge()
            await here.start_bridge()
            await here.control.start()
            ended = await here.control.hears(words.LegEnded)
            assert (ended.leg_id, ended.by_peer) == (leg_id, True)
            assert ended.at_ms is not None
            assert ended.at_ms <= hung_up_at_ms

    run(story)


# ---------------------------------------------------------------- out over the trunk


async def carrier(here: Site, name: str = "carrier", **config: Any) -> tuple[Telephone, list[PhoneCall]]:
    """The far side of a trunk."""
    far = await here.telephone(name=name)
    rung: list[PhoneCall] = []
    far.on_ring = rung.append
    here.trunks = (words.Trunk(name, "127.0.0.1", far.port, accept_from=("127.0.0.0/8",), **config),)
    await here.configure(2)
    return far, rung


def placing(leg_id: str = "leg_01AAAAAAAAAAAAAAAAAAAAAAAA", number: str = "13912345678", **how: Any) -> words.PlaceLeg:
    target = words.ToTrunk("carrier", number)
    return words.PlaceLeg(leg_id, "call_1", "sfu-1", target, "4008123456", "HeadCall", **how)


def test_a_call_out_over_the_trunk_rings_and_is_answered(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            far, rung = await carrier(here)
            await here.control.does(placing())
            await here.control.does(placing())  # asked twice, one leg
            ringing = await here.control.hears(words.LegRinging)
            assert not ringing.early_media
            assert (rung[0].number, rung[0].caller) == ("13912345678", "4008123456")
            far.answer(rung[0], lambda codec: tone_packets(codec, 980.0))
            answered = await here.control.hears(words.LegAnswered)
            assert answered.codec == "PCMA"
            assert len(rung) == 1
            await eventually(lambda: abs(rung[0].heard.hertz() - 980) < 5, "its tone comes back")
            await here.control.does(words.EndLeg(answered.leg_id))
            await rung[0].until("ended")

    run(story)


@pytest.mark.parametrize(
    ("status", "cause"), [(486, "busy"), (404, "unknown-number"), (503, "no-circuit"), (603, "rejected")]
)
def test_a_refusal_from_the_network_becomes_a_cause(tmp_path: Path, status: int, cause: str) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            far, _ = await carrier(here)
            far.on_ring = lambda call: far.refuse(call, status)
            await here.control.does(placing())
            ended = await here.control.hears(words.LegEnded)
            assert (ended.cause, ended.by_peer) == (cause, True)
            await eventually(lambda: not here.media.legs, "the media leg is closed")

    run(story)


def test_nobody_answers(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            _, rung = await carrier(here)
            await here.control.does(placing(ring_for_s=1.0))
            ended = await here.control.hears(words.LegEnded)
            assert ended.cause == "no-answer"
            await rung[0].until("ended")
            assert rung[0].status == 487

    run(story)


def test_call_control_gives_up(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            _, rung = await carrier(here)
            await here.control.does(placing())
            ringing = await here.control.hears(words.LegRinging)
            await here.control.does(words.EndLeg(ringing.leg_id, "caller-cancelled"))
            await rung[0].until("ended")
            assert rung[0].status == 487

    run(story)


def test_a_leg_ended_before_its_media_is_there_never_rings(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            _, rung = await carrier(here)
            here.media.delay_s = 0.2
            await here.control.does(placing())
            await here.control.does(words.EndLeg(placing().leg_id))
            await here.control.hears(words.LegEnded)
            await eventually(lambda: isinstance(here.media.commands[-1], media.CloseLeg), "media is closed again")
            assert not rung

    run(story)


def test_what_cannot_be_placed_is_refused_with_its_cause(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await carrier(here, max_calls=0)
            for command, cause in (
                (placing(), "no-circuit"),
                (words.PlaceLeg("leg_1", "c", "sfu-1", words.ToTrunk("other", "1"), ""), "not-found"),
                (words.PlaceLeg("leg_1", "c", "sfu-1", words.ToPhone("1001"), ""), "not-registered"),
            ):
                reply = await here.control.say(command)
                assert isinstance(reply, Refused)
                assert reply.cause == cause

    run(story)


def test_a_trunk_is_watched_and_a_dead_one_is_known(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            far, _ = await carrier(here)

            def state() -> words.TrunkState:
                return here.bridge.describe().trunks[0]

            here.bridge.tick()
            await eventually(lambda: state().up, "the trunk answers OPTIONS")
            circuit = here.bridge.trunks.get("carrier")
            assert circuit is not None
            far.line._wires = None
            circuit.probing.silent(here.clock.now(), 408)
            circuit.probing.silent(here.clock.now(), 408)
            assert not state().up
            reply = await here.control.say(placing())
            assert isinstance(reply, Refused)
            assert reply.cause == "bad-gateway"

    run(story)


def test_thirty_calls_at_once_are_all_heard(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone = await here.telephone(name="caller")
            uri = Uri.sip("4008123456", "127.0.0.1", here.trunk_port)
            flow = phone.flow_to("127.0.0.1", here.trunk_port)
            calls = [
                phone.dial(uri, flow, CALLER, payloads=lambda codec: tone_packets(codec, 620.0)) for _ in range(30)
            ]
            for _ in calls:
                offered = await here.control.hears(words.LegOffered)
                await here.control.does(words.AnswerLeg(offered.leg_id))
            for call in calls:
                await call.until("talking")
            for call in calls:
                await eventually(lambda call=call: call.heard.packets > 50, "every one hears")  # type: ignore[misc]
            assert here.bridge.line.failures == 0

    run(story)


def test_the_numbers_of_a_trunk_are_believed_and_hidden_ones_are_hidden() -> None:
    from headcall.sip_bridge.legs.numbers import caller
    from headcall.sip_bridge.parser import parse

    def invite(*fields: str) -> Request:
        head = [
            "INVITE sip:4008123456@127.0.0.1 SIP/2.0",
            "Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKa",
            'From: "Shown" <sip:111@pstn.test>;tag=a',
            "To: <sip:4008123456@127.0.0.1>",
            "Call-ID: a",
            "CSeq: 1 INVITE",
            "Contact: <sip:111@127.0.0.1>",
            "Max-Forwards: 70",
            *fields,
        ]
        request = parse("\r\n".join([*head, "", ""]).encode())
        assert isinstance(request, Request)
        return request

    asserted = 'P-Asserted-Identity: "Real\u202e" <sip:+8613800138000@pstn.test>'
    assert caller(invite(), is_trusted=True) == ("111", "Shown")
    assert caller(invite(asserted), is_trusted=True) == ("+8613800138000", "Real")
    assert caller(invite(asserted), is_trusted=False) == ("111", "Shown")
    assert caller(invite(asserted, "Privacy: id"), is_trusted=True) == ("", "")
