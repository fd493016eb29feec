# SPDX-License-Identifier: Apache-2.0
"""The one table from inputs to rules. `decide` is pure: the same call, input and time give the same plan."""

from collections.abc import Callable
from typing import Any, Final

from headcall.backend.calls import inputs
from headcall.backend.calls.model import Call
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules import (
    attendant,
    begin,
    callback,
    centre,
    clock,
    consult,
    legs,
    park,
    ringing,
    supervise,
    talk,
    verbs,
    where,
)
from headcall.wire import legs as leg_words
from headcall.wire import media as media_words

Rule = Callable[[Plan, Any], None]

RULES: Final[dict[type, Rule]] = {
    inputs.Begin: begin.begin,
    inputs.BeginCallback: callback.begin,
    inputs.PromiseCallback: callback.promise,
    inputs.CallbackUnreachable: callback.unreachable,
    inputs.CancelCallback: callback.cancel,
    inputs.RestCallback: callback.rest,
    leg_words.LegRinging: ringing.leg_rings,
    leg_words.LegAnswered: ringing.leg_answers,
    leg_words.LegHeld: legs.phone_held,
    leg_words.LegEnded: legs.leg_ended,
    media_words.MediaUp: legs.media_up,
    media_words.MediaDown: legs.media_down,
    media_words.DigitPressed: legs.key_pressed,
    media_words.RecordingEnded: legs.recording_ended,
    media_words.PlayEnded: centre.play_ended,
    inputs.RingDevices: ringing.ring_devices,
    inputs.Answer: ringing.answer,
    inputs.Refuse: ringing.refuse,
    inputs.HangUp: talk.hang_up,
    inputs.Hold: talk.hold,
    inputs.SendKeys: talk.send_keys,
    inputs.Transfer: talk.transfer,
    inputs.Record: talk.record,
    inputs.Supervise: supervise.supervise,
    inputs.TakeOver: supervise.take_over,
    inputs.Consult: consult.consult,
    inputs.Complete: consult.complete,
    inputs.Swap: consult.swap,
    inputs.Drop: consult.drop,
    inputs.Confer: consult.confer,
    inputs.Park: park.park,
    inputs.PickUp: park.pick_up,
    inputs.EndCall: supervise.end_call,
    inputs.SetPriority: centre.set_priority,
    inputs.LeaveQueue: lambda plan, wish: centre.send_away(plan, wish.cause),
    inputs.GoOn: centre.go_on,
    inputs.TryExtension: attendant.try_extension,
    inputs.Mark: centre.mark,
    inputs.AppAnswers: verbs.app_answers,
    inputs.AppRings: verbs.app_rings,
    inputs.AppPlays: verbs.app_plays,
    inputs.AppEnds: verbs.app_ends,
    inputs.NoComeback: lambda plan, wish: where.failed_to_reach(plan, wish.cause),
    inputs.Attached: legs.attached,
    inputs.Forgotten: legs.forgotten,
    inputs.PageWent: legs.page_went,
    inputs.PageCame: legs.page_came,
    inputs.Failed: verbs.failed,
    inputs.TakenOver: verbs.taken_over,
    inputs.Tick: lambda plan, _: clock.tick(plan),
}


def decide(call: Call, told: object, now_ms: int) -> Plan:
    """What comes of telling `told` to the call. Raises `CallFailed` when a wish cannot be granted now."""
    plan = Plan(call, now_ms)
    if call.is_open or type(told) is media_words.RecordingEnded:
        RULES[type(told)](plan, told)
    return plan
