# SPDX-License-Identifier: Apache-2.0
"""Ringing a sleeping browser: what is sent can be read by that browser alone, and strangers' endpoints lead nowhere."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from py_vapid import Vapid02  # type: ignore[import-untyped]

from headcall.backend.errors import ApiError
from headcall.backend.push.model import Subscription, checked, is_public, service_of
from headcall.backend.push.sender import Sender, public_key
from headcall.backend.push.service import Push
from headcall.backend.users.model import Actor
from headcall.backend.users.store import SessionRow
from tests.backend.calls.office import HOTLINE, LEI, MEI, Office, play
from tests.backend.push.receiver import Receiver

DAY_S = 24 * 3600


def key() -> Vapid02:
    made = Vapid02()
    made.generate_keys()
    return made


async def session_of(office: Office, who: Actor) -> None:
    async with office.parts.store.begin() as session:
        times = {"created_at_ms": 0, "seen_at_ms": 0, "expires_at_ms": 1 << 50}
        session.add(SessionRow(session_id=who.session_id, user_id=who.user_id, token_sha256=who.session_id, **times))


async def with_push(office: Office, receiver: Receiver, user_id: str) -> tuple[Push, Actor]:
    """The office's push, allowed to send to the loopback; a browser of the user is subscribed, and its page closed."""
    push = office.parts.push
    push._own = (receiver.origin,)
    push._make_sender = lambda made: Sender(made, "mailto:a@example.com", lambda: 1.0, (receiver.origin,))
    await push.load()
    page = await office.page(user_id)
    await session_of(office, page.who)
    given = receiver.subscription
    await push.subscribe(page.who, given["endpoint"], given["keys"]["p256dh"], given["keys"]["auth"])
    await page.close()
    return push, page.who


def story_with(tmp_path: Path, story: Callable[[Office, Receiver], Awaitable[None]]) -> None:
    async def whole(office: Office) -> None:
        async with Receiver() as receiver:
            working: asyncio.Task[None] = asyncio.create_task(office.parts.push.worker.work())
            try:
                await story(office, receiver)
            finally:
                await office.parts.push.worker.close()
                await working

    play(tmp_path, whole)


def test_a_colleague_without_a_page_is_rung_and_the_ring_is_taken_away(tmp_path: Path) -> None:
    async def story(office: Office, receiver: Receiver) -> None:
        push, _ = await with_push(office, receiver, LEI)
        mei = await office.page(MEI)
        await mei.must("call.dial", number="1002")
        await receiver.came.wait()
        ring = receiver.read(0)
        assert (ring["type"], ring["call_id"]) == ("ring", office.call().call_id)
        assert ring["title"] == "来电：李梅" and "83012341001" in ring["body"]
        sent = receiver.posted[0].headers
        assert 1 <= int(sent["ttl"]) <= 45 and sent["urgency"] == "high" and sent["content-encoding"] == "aes128gcm"
        assert b"83012341001" not in receiver.posted[0].body
        lei = await office.page(LEI)
        receiver.came.clear()
        await lei.answer()
        await receiver.came.wait()
        assert receiver.read(1)["type"] == "clear"
        assert receiver.posted[1].headers["topic"] == sent["topic"], "an undelivered ring is replaced"
        await push.worker.settled()

    story_with(tmp_path, story)


def test_a_browser_that_is_gone_is_forgotten_and_its_owner_is_offline(tmp_path: Path) -> None:
    async def story(office: Office, receiver: Receiver) -> None:
        push, _ = await with_push(office, receiver, LEI)
        receiver.status = 410
        mei = await office.page(MEI)
        await mei.must("call.dial", number="1002")
        await receiver.came.wait()
        await push.worker.settled()
        assert not push.reaches(LEI)
        await mei.must("call.hang_up", call_id=office.call().call_id)
        await office.over()
        assert (await mei.do("call.dial", number="1002"))["cause"] == "offline"

    story_with(tmp_path, story)


def test_who_signs_out_is_not_rung_any_more(tmp_path: Path) -> None:
    async def story(office: Office, receiver: Receiver) -> None:
        push, who = await with_push(office, receiver, LEI)
        await office.parts.sessions.sign_out(who.session_id)
        mei = await office.page(MEI)
        await mei.must("call.dial", number="1002")
        await push.worker.settled()
        assert receiver.posted == [] and not push.reaches(LEI)

    story_with(tmp_path, story)


def test_the_key_is_kept_sealed_and_an_agent_of_a_queue_is_rung_beside_the_page(tmp_path: Path) -> None:
    async def story(office: Office, receiver: Receiver) -> None:
        push, _ = await with_push(office, receiver, MEI)
        before = push.key
        await push.load()
        assert push.key == before and len(base64.urlsafe_b64decode(before + "=")) == 65
        mei = await office.ready(MEI)
        await office.bridge.offer(HOTLINE)
        await mei.rung()
        await receiver.came.wait()
        assert receiver.read(0)["body"].startswith("呼叫中心") or receiver.read(0)["title"].endswith("13800138000")

    story_with(tmp_path, story)


# ---------------------------------------------------------------- one message


def sent(receiver: Receiver, signs: Vapid02, **how: Any) -> str:
    async def run() -> str:
        async with receiver:
            given = receiver.subscription
            to = Subscription(given["endpoint"], given["keys"]["p256dh"], given["keys"]["auth"])
            sender = Sender(signs, "mailto:a@example.com", lambda: 1e9, (receiver.origin,), **how)
            return await sender.send(to, json.dumps({"n": "名" * 300}).encode(), ttl_s=30, topic="t")

    return asyncio.run(run())


def test_a_message_is_signed_for_its_service_alone() -> None:
    receiver, signs = Receiver(), key()
    assert sent(receiver, signs) == "sent"
    token, _, public = receiver.posted[0].headers["authorization"].removeprefix("vapid t=").partition(",k=")
    assert public == public_key(signs)
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["aud"] == f"http://{receiver.posted[0].headers['host']}"
    assert 0 < claims["exp"] - 1e9 <= DAY_S and claims["sub"] == "mailto:a@example.com"
    assert receiver.read(0) == {"n": "名" * 300}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(201, "sent"), (404, "gone"), (410, "gone"), (302, "failed"), (429, "failed"), (500, "failed")],
)
def test_what_the_service_answers(status: int, outcome: str) -> None:
    receiver = Receiver(status=status, more=b"x" * 1_000_000)
    assert sent(receiver, key()) == outcome
    assert len(receiver.posted) == 1, "no redirect is followed, nothing is asked twice"


def test_a_service_that_never_answers_costs_ten_seconds_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headcall.backend.push.sender.PATIENCE_S", 1.0)
    assert sent(Receiver(hangs=True), key()) == "failed"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1"])
def test_a_public_name_that_leads_to_a_private_address_gets_nothing(address: str) -> None:
    async def leads_there(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34", address]

    async def run() -> str:
        given = Receiver()
        async with given:
            keys = given.subscription["keys"]
        to = Subscription("https://push.example.com/x", keys["p256dh"], keys["auth"])
        sender = Sender(key(), "mailto:a@example.com", lambda: 1e9, look_up=leads_there)
        return await sender.send(to, b"{}", ttl_s=1, topic="t")

    assert asyncio.run(run()) == "failed"


# ---------------------------------------------------------------- what strangers give


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://localhost/x",
        "https://2130706433/x",
        "https://127.1/x",
        "https://10.0.0.1/x",
        "https://push.example.com:8443/x",
        "https://user:secret@push.example.com/x",
        "https://push.example.com@127.0.0.1/x",
        "https:///x",
        "https://[::1",
        "https://push.example.com:port/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "",
        "https://push.example.com/\r\nx: y",
        "https://push.example.com/" + "x" * 3000,
        "https://推送.example.com/x",
    ],
)
def test_an_endpoint_that_leads_nowhere_good_is_refused(endpoint: str) -> None:
    with pytest.raises(ApiError) as refusal:
        service_of(endpoint)
    assert refusal.value.cause == "bad-request"


def test_an_endpoint_of_a_real_service_is_taken() -> None:
    assert service_of("https://updates.push.services.mozilla.com/wpush/v2/gAAA").port == 443
    assert service_of("https://push.lan:8443/x", ("https://push.lan:8443",)).port == 8443


@pytest.mark.parametrize(("p256dh", "auth"), [("", ""), ("AAAA", "AAAA"), ("ä", "ä"), ("A" * 87, "A" * 22)])
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(ApiError):
        checked("https://push.example.com/x", p256dh, auth)


@pytest.mark.parametrize(
    "address", ["0.0.0.0", "224.0.0.1", "100.64.0.1", "192.168.1.1", "2002:a00:1::", "nonsense", ""]
)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)
    assert is_public("93.184.216.34") and is_public("2606:4700::1111")
