# SPDX-License-Identifier: Apache-2.0
"""Our own telephones: they register, call and are called, on real sockets."""

import asyncio
from pathlib import Path
from typing import Literal

import pytest

from headcall.sip_bridge.core.agent import Inquiry
from headcall.sip_bridge.core.effects import Effect
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.legs.admission import CALLS_OF_AN_ACCOUNT
from headcall.sip_bridge.message import Response
from headcall.sip_bridge.simulator.speech import tone_packets
from headcall.sip_bridge.simulator.telephone import PhoneCall, Telephone
from headcall.sip_bridge.uri import NameAddr, Uri
from headcall.wire import legs as words
from headcall.wire.nodes import Refused
from tests.sip_bridge.bridge.site import DOMAIN, Site, eventually, run, site

LEG = "leg_01BBBBBBBBBBBBBBBBBBBBBBBB"


def registrar(here: Site) -> Uri:
    return Uri.sip(None, "127.0.0.1", here.phone_port)


def way(here: Site, phone: Telephone, transport: Literal["udp", "tcp"] = "udp") -> Flow:
    return phone.flow_to("127.0.0.1", here.phone_port, transport)


async def registered(here: Site, user: str = "83012341001", transport: Literal["udp", "tcp"] = "udp") -> Telephone:
    phone = await here.telephone(user)
    response = await phone.register(registrar(here), way(here, phone, transport))
    assert response.status == 200
    return phone


def calls_out(here: Site, phone: Telephone, user: str, number: str = "1002") -> PhoneCall:
    caller = NameAddr(Uri.sip(user, DOMAIN), "Mei")
    return phone.dial(
        Uri.sip(number, "127.0.0.1", here.phone_port),
        way(here, phone),
        caller,
        payloads=lambda codec: tone_packets(codec, 620.0),
    )


def ring(user: str = "83012341001", leg_id: str = LEG) -> words.PlaceLeg:
    return words.PlaceLeg(leg_id, "call_1", "sfu-1", words.ToPhone(user), "13800138000", "王小明")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_telephone_registers_is_rung_and_answers(tmp_path: Path, transport: Literal["udp", "tcp"]) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone = await registered(here, transport=transport)
            changed = await here.control.hears(words.RegistrationChanged)
            assert (changed.sip_user, changed.contacts) == ("83012341001", 1)
            rung: list[PhoneCall] = []
            phone.on_ring = rung.append
            await here.control.does(ring())
            await here.control.hears(words.LegRinging)
            assert rung[0].caller == "13800138000"
            phone.answer(rung[0], lambda codec: tone_packets(codec, 980.0))
            answered = await here.control.hears(words.LegAnswered)
            assert "83012341001" in answered.answered_by
            await eventually(lambda: abs(rung[0].heard.hertz() - 980) < 5, "the tone comes back")
            phone.hang_up(rung[0])
            assert (await here.control.hears(words.LegEnded)).by_peer

    run(story)


def test_a_telephone_calls_once_it_has_proved_who_it_is(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone = await here.telephone("83012341001")
            call = calls_out(here, phone, "83012341001")
            offered = await here.control.hears(words.LegOffered)
            assert (offered.sip_user, offered.trunk, offered.to_number) == ("83012341001", None, "1002")
            await here.control.does(words.AnswerLeg(offered.leg_id))
            await call.until("talking")
            assert len(here.control.events) == 0  # the challenged INVITE was no leg

    run(story)


def test_nobody_calls_in_another_name_or_with_a_wrong_password(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone = await here.telephone("83012341001")
            call = calls_out(here, phone, "83012341002")
            await call.until("ended")
            assert call.status == 403
            thief = await here.telephone("83012341001", "guessed")
            call = calls_out(here, thief, "83012341001")
            await call.until("ended")
            assert call.status == 403
            assert not here.control.events

    run(story)


def test_unknown_accounts_and_wrong_passwords_get_the_same_answers(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            here.control.passwords["83012341001"] = "right"
            statuses = []
            for user in ("83012341001", "nobody"):
                phone = await here.telephone(user, "wrong")
                here.control.passwords.pop("nobody", None)
                response = await phone.register(registrar(here), way(here, phone))
                statuses.append((response.status, response.reason, [name for name, _ in response.headers]))
            assert statuses[0] == statuses[1]
            assert statuses[0][0] == 403

    run(story)


def test_who_guesses_passwords_is_locked_out_and_its_neighbours_are_not(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            here.control.passwords["83012341001"] = "right"
            thief = await here.telephone("83012341001", "wrong")
            for _ in range(9):
                assert (await thief.register(registrar(here), way(here, thief))).status == 403
            assert here.bridge.passport.counters["locked_out"] > 0
            await registered(here, "83012341002")
            owner = await here.telephone("83012341001", "right")  # same address, locked for now
            assert (await owner.register(registrar(here), way(here, owner))).status == 403

    run(story)


def test_a_changed_password_counts_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await registered(here)
            here.control.passwords["83012341001"] = "new"
            phone = await here.telephone("83012341001", "new")
            assert (await phone.register(registrar(here), way(here, phone))).status == 200

    run(story)


def test_while_call_control_is_away_known_telephones_still_register(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone = await registered(here)
            await here.control.leave()
            assert (await phone.register(registrar(here), way(here, phone))).status == 200
            stranger = await here.telephone("83012341009")
            response = await stranger.register(registrar(here), way(here, stranger))
            assert response.status == 503
            assert response.headers.get("Retry-After")

    run(story)


def test_a_stolen_password_is_worth_so_many_calls(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone = await here.telephone("83012341001")
            calls = [calls_out(here, phone, "83012341001") for _ in range(CALLS_OF_AN_ACCOUNT + 2)]
            for _ in range(CALLS_OF_AN_ACCOUNT):
                await here.control.hears(words.LegOffered)
            await eventually(lambda: sum(call.status == 486 for call in calls) == 2, "the others are busy")

    run(story)


def test_sha256_is_asked_of_those_who_speak_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            here.control.algorithms["83012341001"] = "SHA-256"
            await registered(here)

    run(story)


async def sends_register(here: Site, phone: Telephone, *fields: tuple[str, str]) -> Response:
    me = NameAddr(Uri.sip("83012341001", DOMAIN))
    phone._cseq += 2
    inquiry = Inquiry("REGISTER", registrar(here), me, me, way(here, phone), "reg-1", phone._cseq, headers=fields)
    return await phone.ask(inquiry)


def test_the_rules_of_registering(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone = await here.telephone("83012341001")
            response = await sends_register(here, phone, ("Contact", "<sip:a@192.0.2.1>"), ("Expires", "30"))
            assert (response.status, response.headers.get("Min-Expires")) == (423, "60")
            response = await sends_register(
                here,
                phone,
                ("Contact", "<sip:a@192.0.2.1>;expires=100"),
                ("Contact", "<sip:b@192.0.2.2>;expires=200;q=0.5"),
            )
            assert [contact.param("expires") for contact in response.contacts] == ["100", "200"]
            response = await sends_register(here, phone)  # only asks
            assert len(response.contacts) == 2
            response = await sends_register(here, phone, ("Contact", "*"), ("Expires", "10"))
            assert response.status == 400
            response = await sends_register(here, phone, ("Contact", "*"), ("Expires", "0"))
            assert (response.status, response.contacts) == (200, ())
            changed = [e.contacts for e in here.control.events if isinstance(e, words.RegistrationChanged)]
            assert changed == [2, 0]
            response = await sends_register(here, phone, *(("Contact", f"<sip:a@192.0.2.{n}>") for n in range(1, 12)))
            assert response.status == 403

    run(story)


def test_nobody_registers_for_somebody_else(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone = await here.telephone("83012341001")
            inquiry = Inquiry(
                "REGISTER",
                registrar(here),
                NameAddr(Uri.sip("83012341001", DOMAIN)),
                NameAddr(Uri.sip("83012341002", DOMAIN)),
                way(here, phone),
                headers=(("Contact", "<sip:x@192.0.2.1>"),),
            )
            assert (await phone.ask(inquiry)).status == 403

    run(story)


def test_all_telephones_of_an_account_ring_and_the_first_to_answer_wins(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phones = [await registered(here) for _ in range(3)]
            rung: dict[int, PhoneCall] = {}
            for n, phone in enumerate(phones):
                phone.on_ring = lambda call, n=n: rung.__setitem__(n, call)  # type: ignore[misc]
            await here.control.does(ring())
            await eventually(lambda: len(rung) == 3, "all ring")
            cancels: list[bytes] = []
            receive = phones[0].line.agent.receive

            def listens(data: bytes, flow: Flow, now: float) -> list[Effect]:
                cancels.extend([data] if data.startswith(b"CANCEL") else [])
                return receive(data, flow, now)

            phones[0].line.agent.receive = listens  # type: ignore[method-assign]
            phones[1].answer(rung[1])
            await here.control.hears(words.LegAnswered)
            await rung[0].until("ended")
            await rung[2].until("ended")
            assert (rung[0].status, rung[2].status, rung[1].state) == (487, 487, "talking")
            assert b"Call completed elsewhere" in cancels[0]  # no missed call is shown
            await here.control.does(words.EndLeg(LEG))
            await rung[1].until("ended")

    run(story)


def test_one_who_declines_for_all_silences_the_others(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phones = [await registered(here) for _ in range(2)]
            rung: dict[int, PhoneCall] = {}
            for n, phone in enumerate(phones):
                phone.on_ring = lambda call, n=n: rung.__setitem__(n, call)  # type: ignore[misc]
            await here.control.does(ring())
            await eventually(lambda: len(rung) == 2, "both ring")
            phones[0].refuse(rung[0], 603)
            assert (await here.control.hears(words.LegEnded)).cause == "rejected"
            await rung[1].until("ended")

    run(story)


def test_busy_tells_more_than_silence(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phones = [await registered(here) for _ in range(2)]
            phones[0].on_ring = lambda call: phones[0].refuse(call, 480)
            phones[1].on_ring = lambda call: phones[1].refuse(call, 486)
            await here.control.does(ring())
            assert (await here.control.hears(words.LegEnded)).cause == "busy"

    run(story)


def test_a_telephone_wants_its_party_transferred(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone = await here.telephone("83012341001")
            call = calls_out(here, phone, "83012341001")
            offered = await here.control.hears(words.LegOffered)
            await here.control.does(words.AnswerLeg(offered.leg_id))
            await call.until("talking")
            agent = phone.line.agent
            known = agent._ground.call(call.name)
            agent._within.ask_plainly(known, "REFER", here.clock.now(), (("Refer-To", f"<sip:1003@{DOMAIN}>"),))
            phone.line.do(agent._listen(here.clock.now()))
            asked = await here.control.hears(words.TransferAsked)
            assert (asked.leg_id, asked.to_number) == (offered.leg_id, "1003")
            await here.control.does(words.TransferResult(offered.leg_id, "normal"))
            reply = await here.control.say(words.TransferResult(offered.leg_id, "normal"))
            assert isinstance(reply, Refused)

    run(story)


def test_the_way_to_a_telephone_behind_a_nat_is_held_open(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone = await here.telephone("83012341001")
            here.bridge.tick()
            assert here.bridge.registrar.behind_nats() == []
            await sends_register(here, phone, ("Contact", "<sip:a@192.168.1.5:5060>"))
            heard: list[bytes] = []
            phone.wires._udp["line"]._receive = lambda data, flow: heard.append(data)
            here.bridge._keep_alive_at = 0.0
            here.bridge.tick()
            await eventually(lambda: heard == [b"\r\n\r\n"], "two line ends arrive")

    run(story)


def test_registrations_outlive_the_process(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone = await registered(here)
            here.store.barrier()
            await here.kill_bridge()
            await here.start_bridge()
            described = here.bridge.describe()
            assert [each.sip_user for each in described.registrations] == ["83012341001"]
            assert described.config_version == 1
            rung: list[PhoneCall] = []
            phone.on_ring = rung.append
            await here.control.does(ring())
            await here.control.hears(words.LegRinging)
            phone.answer(rung[0])
            await here.control.hears(words.LegAnswered)

    run(story)


def test_requests_that_nobody_serves_are_refused_politely(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone = await here.telephone("83012341001")
            me = NameAddr(Uri.sip("83012341001", DOMAIN))
            for method, status in (("OPTIONS", 200), ("SUBSCRIBE", 489), ("MESSAGE", 405), ("PUBLISH", 405)):
                response = await phone.ask(Inquiry(method, registrar(here), me, me, way(here, phone)))
                assert response.status == status
                assert response.headers.get("Allow")

    run(story)


def test_before_anybody_has_configured_it_the_bridge_asks_for_patience(tmp_path: Path) -> None:
    async def story() -> None:
        here = Site(tmp_path)
        await here.control.start()
        await here.start_bridge()
        phone = await here.telephone("83012341001")
        assert (await phone.register(registrar(here), way(here, phone))).status == 503
        await asyncio.sleep(0)
        await here.stop()

    run(story)
