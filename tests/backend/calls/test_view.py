# SPDX-License-Identifier: Apache-2.0
"""What each person's page shows of the same call."""

from headcall.backend.calls import inputs
from headcall.backend.calls.decide import decide
from headcall.backend.calls.model import EMPTY, Call
from headcall.backend.calls.view import call_view, cause_for
from headcall.wire import media

FIELDS = {
    "call_id",
    "leg_id",
    "direction",
    "state",
    "media",
    "peer",
    "queue",
    "offered_at",
    "answered_at",
    "waited_s",
    "offer_expires_at",
    "recording",
    "held",
    "held_by_peer",
    "digits",
    "can",
    "parties",
    "supervise",
    "consult",
    "slot",
    "callback",
}


def dialled() -> Call:
    devices = (
        inputs.Device("leg_2", "browser", user_id="usr_2", number="83012341002", name="张磊"),
        inputs.Device("leg_3", "browser", user_id="usr_3", number="83012341003", name="Anna"),
    )
    ring = inputs.RingDevices(
        "ring_1", "direct", devices, ("usr_2", "usr_3"), 15_000, to_number="83012341002", to_name="张磊"
    )
    start = inputs.Begin(
        leg_id="leg_1",
        kind="browser",
        direction="internal",
        language="zh",
        media_node="sfu-1",
        from_number="83012341001",
        from_name="李梅",
        to_number="1002",
        target=ring,
        user_id="usr_1",
    )
    return decide(EMPTY, start, 1_000).call


def test_the_view_has_exactly_the_fields_of_the_browser_api() -> None:
    view = call_view(dialled(), "usr_1")
    assert view is not None and set(view) == FIELDS


def test_each_side_sees_the_other() -> None:
    call = dialled()
    caller, called = call_view(call, "usr_1"), call_view(call, "usr_2")
    assert caller and called
    assert (caller["state"], caller["direction"], caller["peer"]["name"]) == ("dialling", "out", "张磊")
    assert (called["state"], called["direction"], called["peer"]["name"]) == ("ringing", "internal", "李梅")
    assert called["offer_expires_at"] == "1970-01-01T00:00:16.000Z" and called["can"] == ["answer", "hang_up"]
    assert call_view(call, "usr_9") is None


def test_in_talk_each_can_do_the_same() -> None:
    call = decide(dialled(), inputs.Answer("usr_2"), 3_000).call
    for user, held in (("usr_1", False), ("usr_2", True)):
        view = call_view(decide(call, inputs.Hold("usr_2", True), 4_000).call, user)
        assert view and view["held"] is held and view["held_by_peer"] is not held
        assert view["state"] == ("held" if held else "talking")
        more = ["hold", "transfer", "digits", "consult", "park"] if held else ["transfer", "digits"]
        assert view["can"] == ["hang_up", *more]
        assert view["answered_at"] == "1970-01-01T00:00:03.000Z"


def test_the_loser_learns_who_won_and_the_rest_how_it_ended() -> None:
    call = decide(dialled(), inputs.Answer("usr_2"), 3_000).call
    assert call_view(call, "usr_3") is None and cause_for(call, "usr_3") == "call-taken"
    ended = decide(call, inputs.HangUp("usr_1"), 4_000).call
    assert cause_for(ended, "usr_2") == "normal" and cause_for(ended, "usr_3") == "call-taken"


def test_keys_of_the_other_side_are_shown() -> None:
    call = decide(dialled(), inputs.Answer("usr_2"), 3_000).call
    call = decide(call, media.DigitPressed("leg_1", "5", 80), 3_500).call
    callee, caller = call_view(call, "usr_2"), call_view(call, "usr_1")
    assert callee and caller and (callee["digits"], caller["digits"]) == ("5", "")
