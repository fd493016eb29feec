# SPDX-License-Identifier: Apache-2.0
"""Anything in any order: inputs drawn by chance, some sensible, some late, some twice, some of legs that never were."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from headcall.backend.calls import inputs
from headcall.backend.calls.decide import decide
from headcall.backend.calls.log import Entry
from headcall.backend.calls.model import EMPTY, Call, Callback, Intro, Leg, Promise, Terms
from headcall.backend.calls.plan import Plan
from headcall.backend.errors import CallFailed
from headcall.backend.queues.model import Choice
from headcall.wire import legs, media
from headcall.wire.legs import ToPhone, ToTrunk

USERS = ("usr_1", "usr_2", "usr_3")
CAUSES = ("normal", "busy", "no-answer", "media-lost", "unavailable", "rejected")


class World:
    """One call, a clock, and chance."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.now_ms = 1_000_000
        self.call: Call = EMPTY
        self.entries: list[Entry] = []
        self.steps: list[tuple[Call, Call, Sequence[Entry]]] = []
        self._numbers = iter(range(1, 1_000_000))

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers)}"

    def tell(self, told: object) -> Plan | None:
        """One input; None when it was refused."""
        try:
            plan = decide(self.call, told, self.now_ms)
        except CallFailed:
            return None
        self.steps.append((self.call, plan.call, plan.entries))
        self.call = plan.call
        self.entries += plan.entries
        return plan

    def play(self, length: int) -> None:
        self.tell(self.begin_callback() if self.dice.random() < 0.2 else self.begin())
        for _ in range(length):
            if self.dice.random() < 0.4:
                self.now_ms += self.dice.choice((1, 100, 5_000, 20_000, 40_000))
            self.tell(self.anything())

    # ------------------------------------------------------------ draws

    def begin(self) -> inputs.Begin:
        kind: Any = self.dice.choice(("sip", "sip", "browser"))
        return inputs.Begin(
            leg_id=self.new_id("leg"),
            kind=kind,
            direction="in" if kind == "sip" else "internal",
            language="zh",
            media_node="sfu-1",
            from_number="13800138000",
            from_name="",
            to_number="4008123456",
            target=self.target() if kind != "sip" or self.dice.random() < 0.9 else inputs.UseCode("*45", USERS[0]),
            bridge="sip-1" if kind == "sip" else "",
            user_id=None if kind == "sip" else USERS[0],
        )

    def begin_callback(self) -> inputs.BeginCallback:
        until = self.now_ms + self.dice.choice((30_000, 14_400_000))
        return inputs.BeginCallback(
            leg_id=self.new_id("leg"),
            media_node="sfu-1",
            language="zh",
            from_name="",
            to_number="4008123456",
            queue_id="que_1",
            queue_name="queue",
            entered_at_ms=self.now_ms - 60_000,
            priority=self.dice.randint(-1, 1),
            terms=Terms(survey=self.dice.random() < 0.5),
            callback=Callback("13800138000", "call_0", until, tries=2, retry_ms=30_000),
        )

    def calling_back(self) -> object | None:
        """What happens to a place in line without its caller, mostly as it should."""
        call, dice = self.call, self.dice
        if call.callback is None or call.pair:
            return None
        if call.wait and not call.ring:
            return self.ring("queue") if dice.random() < 0.9 else inputs.CallbackUnreachable("no-circuit")
        if not call.ring:
            self.now_ms += 30_000
            return inputs.Tick()
        rung = call.ringing_legs()[0]
        answers: object = legs.LegAnswered(rung.leg_id, "PCMA")
        if rung.kind == "browser":
            answers = inputs.Answer(rung.user_id or "")
        return dice.choice((answers, answers, legs.LegEnded(rung.leg_id, dice.choice(CAUSES), True)))

    def target(self) -> inputs.Target:
        match self.dice.randrange(6):
            case 5:
                return inputs.WithAttendant("40081234561")
            case 0 | 1:
                terms = Terms(self.dice.choice(("", "1001")), self.dice.random() < 0.9)
                return inputs.WaitInQueue("que_1", "queue", 1_800_000, terms=terms)
            case 2 | 3:
                return self.ring(self.dice.choice(("direct", "outside")))
            case _:
                return inputs.RefuseCaller(self.dice.choice(("unknown-number", "busy")))

    def ring(self, kind: Any) -> inputs.RingDevices:
        users = self.dice.sample(USERS, self.dice.randint(1, 2))
        return inputs.RingDevices(
            ring_id=self.new_id("ring"),
            kind=kind,
            devices=tuple(self.device(user, kind) for user in users for _ in range(self.dice.randint(1, 2))),
            user_ids=() if kind == "outside" else tuple(users),
            ring_for_ms=15_000,
            choice=Choice("longest-idle", tuple(users), ()) if kind == "queue" else None,
            intro=Intro("queue.wav", {users[0]: "number.wav"}) if kind == "queue" else None,
            tone=self.dice.choice(("", "tone.wav")),
            then=self.device("", "outside") if kind == "queue" and self.call.is_placeholder else None,
        )

    def device(self, user: str, kind: str) -> inputs.Device:
        device: Any = "sip" if kind == "outside" else self.dice.choice(("sip", "browser"))
        dials = ToTrunk("carrier", "10086") if kind == "outside" else ToPhone(user) if device == "sip" else None
        owner = None if kind == "outside" else user
        return inputs.Device(self.new_id("leg"), device, "sip-1" if device == "sip" else "", dials, owner)

    def consulting(self) -> object | None:
        """What whoever talks may wish about a third."""
        call = self.call
        if call.pair and call.consulting is None:
            user = call.legs[call.pair[1]].user_id
            return inputs.Consult(user, "2001", self.ring("direct")) if user else None
        if call.consulting is None:
            return None
        user, third = call.legs[call.consulting.by].user_id or "", call.consulting.leg_id
        if not third and self.dice.random() < 0.7:
            return legs.LegAnswered(call.ringing_legs()[0].leg_id, "PCMA")
        wishes = (inputs.Complete(user), inputs.Swap(user), inputs.Drop(user, third), inputs.Confer(user))
        return self.dice.choice((*wishes, inputs.Confer(user)))

    def conferring(self) -> object | None:
        """What happens to those who are more than two."""
        call, dice = self.call, self.dice
        if not call.more:
            return None
        leg = call.legs[dice.choice(call.talkers)]
        user = leg.user_id or USERS[0]
        return dice.choice(
            (
                inputs.HangUp(user),
                inputs.Drop(user, self.leg()),
                inputs.Hold(user, dice.random() < 0.6),
                legs.LegHeld(leg.leg_id, dice.random() < 0.6),
                legs.LegEnded(leg.leg_id, dice.choice(CAUSES), dice.random() < 0.7),
                inputs.Consult(user, "2001", self.ring("direct")),
                inputs.Forgotten(leg.leg_id),
            )
        )

    def parking(self) -> object | None:
        """What happens to a parked caller, mostly in the end."""
        parked, dice = self.call.parked, self.dice
        if parked is None:
            return None
        if dice.random() < 0.5:
            self.now_ms += dice.choice((30_000, 120_000))
            return inputs.Tick()
        back = inputs.NoComeback("no-answer")
        return dice.choice((self.pick_up(parked.slot), self.ring("direct"), back, back))

    def pick_up(self, slot: str) -> inputs.PickUp:
        kind: Any = self.dice.choice(("sip", "browser"))
        bridge = "sip-1" if kind == "sip" else ""
        user = self.dice.choice(USERS)
        leg = Leg(self.new_id("leg"), kind, "callee", "sfu-1", bridge=bridge, user_id=user, has_media=kind == "sip")
        return inputs.PickUp(slot, leg)

    def attending(self) -> object | None:
        """What a caller keys in who is asked for an extension."""
        call, dice = self.call, self.dice
        if call.attendant is None:
            return None
        if call.ring and dice.random() < 0.7:
            self.now_ms += 15_000
            return inputs.Tick()
        refusal = inputs.RefuseCaller(dice.choice(("unknown-number", "busy")))
        tried = inputs.TryExtension(self.ring("direct") if dice.random() < 0.5 else refusal)
        return dice.choice((tried, tried, inputs.GoOn(self.target(), "zero"), inputs.Tick()))

    def leg(self) -> str:
        return self.dice.choice([*self.call.legs, "leg_stranger"])

    def anything(self) -> object:
        user, leg, dice = self.dice.choice(USERS), self.leg(), self.dice
        draws: list[object] = [
            legs.LegRinging(leg, dice.random() < 0.3),
            legs.LegAnswered(leg, "PCMA"),
            legs.LegAnswered(leg, "PCMA"),
            legs.LegHeld(leg, dice.random() < 0.5),
            legs.LegEnded(leg, dice.choice(CAUSES), dice.random() < 0.7),
            media.MediaUp(leg),
            media.MediaDown(leg),
            media.DigitPressed(leg, dice.choice("0123456789*#"), 100),
            media.RecordingEnded("rec_1", leg, "", 1, 1),
            self.ring("queue"),
            self.ring("queue"),
            self.ring("direct"),
            inputs.Answer(user),
            inputs.Answer(user),
            inputs.Answer(user),
            inputs.Refuse(user),
            inputs.HangUp(user),
            inputs.Hold(user, dice.random() < 0.6),
            inputs.SendKeys(user, dice.choice(("1", "12#", "x"))),
            inputs.Transfer(leg, "1001", self.target()),
            inputs.Record(on=True, recording_id="rec_1", path="/rec"),
            inputs.Record(on=False),
            inputs.AppAnswers(),
            inputs.AppRings(dice.random() < 0.5),
            inputs.AppPlays(leg, media.Tone("beep")),
            inputs.NoComeback("no-answer"),
            inputs.Attached(leg),
            inputs.Attached(leg),
            inputs.Forgotten(leg),
            inputs.PageWent(user),
            inputs.PageCame(user),
            inputs.TakenOver("backend"),
            inputs.SetPriority(dice.randint(-2, 2), user),
            inputs.LeaveQueue("no-agent"),
            inputs.Supervise(user, self.new_id("leg"), dice.choice(("listen", "whisper", "barge"))),
            inputs.Supervise(user, self.new_id("leg"), "whisper"),
            inputs.TakeOver(user),
            inputs.Consult(user, "2001", self.ring("direct")),
            inputs.Complete(user),
            inputs.Swap(user),
            inputs.Drop(user, leg),
            inputs.Confer(user),
            inputs.Park(user, dice.choice(("701", "702")), 120_000),
            inputs.Park(user, "701", 120_000, by_transfer=leg if leg in self.call.legs else ""),
            self.pick_up(dice.choice(("701", "702"))),
            inputs.GoOn(self.target()),
            inputs.TryExtension(inputs.RefuseCaller("unknown-number")),
            inputs.PromiseCallback(Promise("call_9", "13800138000", "que_1", "queue", 1, 0, 2, 1, 1)),
            inputs.CallbackUnreachable("unknown-number"),
            *((inputs.CancelCallback(user),) if dice.random() < 0.2 else ()),
            inputs.RestCallback(dice.randint(0, 2_000_000)),
            inputs.Mark(dice.randint(0, 6)),
            media.PlayEnded(leg, f"play_{leg.removeprefix('leg_')}", dice.random() < 0.8),
            inputs.Tick(),
            inputs.Tick(),
        ]
        if self.call.rating and dice.random() < 0.3:
            return inputs.Mark(dice.randint(1, 5))
        if self.call.supervisors() and dice.random() < 0.1:
            return dice.choice((inputs.EndCall(user), inputs.TakeOver(self.call.supervisors()[0].user_id or user)))
        if (asks := self.consulting()) and dice.random() < 0.3:
            return asks
        for draw in (self.conferring, self.parking, self.calling_back, self.attending):
            if (happens := draw()) and dice.random() < 0.3:
                return happens
        if self.call.pair and dice.random() < 0.05:
            return inputs.HangUp(self.call.legs[self.call.pair[1]].user_id or user)
        return dice.choice(draws)


def worlds(count: int, length: int = 40) -> Iterator[World]:
    """Many plays, always the same ones."""
    for seed in range(count):
        world = World(seed)
        world.play(length)
        yield world
