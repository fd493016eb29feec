# SPDX-License-Identifier: Apache-2.0
"""Whatever comes in whatever order: a call holds together, can be ended, and leaves nobody behind."""

from headcall.backend.agents.duty import moves_of
from headcall.backend.agents.model import TABLE, State
from headcall.backend.calls import inputs
from headcall.backend.calls.decide import decide
from headcall.backend.calls.fold import APPLY, fold
from headcall.backend.calls.log import Entry, from_row, to_row
from headcall.backend.calls.model import EMPTY, MOST_TALKERS, Call, Leg
from headcall.backend.calls.orders import Sounds, hears, orders
from headcall.backend.calls.rules.attendant import MOST_TRIES
from headcall.backend.calls.rules.callback import agent_of, is_dialling
from headcall.backend.calls.rules.clock import next_limit
from headcall.backend.queues.model import Queue
from headcall.wire import legs
from headcall.wire.media import FromLeg, Mix, Playlist
from tests.backend.calls.dice import CAUSES, USERS, World, worlds

PLAYS = 1500
SOUNDS = Sounds(music=("music.wav",))


def check(call: Call) -> None:
    """What holds of every call at every moment."""
    if not call.is_open:
        assert not call.live_legs() and not call.pair and not call.wait and not call.ring
        assert call.cause and call.ended_by
        return
    assert call.customer.is_live or call.is_placeholder
    check_that_a_customer_is_called_back_once(call)
    if call.pair:
        assert all(call.legs[leg_id].state == "up" for leg_id in call.talkers), "who talks is there"
        assert len(set(call.talkers)) == len(call.talkers) <= MOST_TALKERS
        assert not call.wait and (call.consulting or not call.ring), "who talks neither waits nor rings"
    check_that_consulting_is_private(call)
    check_who_hears_whom_in_a_conference(call)
    check_that_the_parked_hears_music(call)
    check_that_the_attendant_ends(call)
    if call.ring:
        assert call.ringing_legs(), "a round rings somewhere"
    assert call.pair or not call.supervisors(), "who supervises leaves with the talk"
    for leg in call.live_legs():
        if leg.role != "supervisor" and leg is not call.coached:
            check_that_no_whisper_reaches(call, leg)
    strays = [leg for leg in call.live_legs() if leg.leg_id not in call.talkers and leg is not call.customer]
    third = call.consulting.leg_id if call.consulting else ""
    strays = [leg for leg in strays if leg.role != "supervisor" and leg.leg_id != third]
    strays = [leg for leg in strays if not (is_dialling(call) and leg is agent_of(call))]
    assert all(call.ring and leg.ring_id == call.ring.ring_id for leg in strays), "no leg is left over"


def check_that_a_customer_is_called_back_once(call: Call) -> None:
    """Each attempt has one leg, no attempt is over the number allowed, and nobody is dialled whom no agent awaits."""
    if call.callback is None:
        assert not is_dialling(call)
        return
    dialled = [leg for leg in call.legs.values() if leg.role == "caller" and leg.dials]
    assert len(dialled) <= call.callback.attempts <= call.callback.tries
    assert len([leg for leg in dialled if leg.is_live]) <= 1
    if is_dialling(call):
        waiting = agent_of(call)
        assert waiting is not None and not call.wait and heard_by(call, waiting) is not None
    if call.is_placeholder and not call.ring:
        assert not call.live_legs(), "nobody hears a placeholder"


def check_that_consulting_is_private(call: Call) -> None:
    """Whoever is held never hears the third, nor who talks with the third; and nobody is consulted but in a talk."""
    if call.consulting is None:
        return
    by, third = call.consulting.by, call.consulting.leg_id
    assert by in call.talkers and (third or call.ring), "who consults talks, and somebody is asked"
    assert call.held_by in (None, by)
    for leg_id in set(call.talkers) - {by}:
        heard = heard_by(call, call.legs[leg_id])
        assert third not in heard and not (call.is_away(by) and by in heard)
        assert call.held_by is None or not heard, "the held one hears music"
    if third:
        assert set(heard_by(call, call.legs[third])) <= {by}


def heard_by(call: Call, leg: Leg) -> tuple[str, ...]:
    source = hears(call, leg, SOUNDS)
    return source.leg_ids if isinstance(source, Mix) else (source.leg_id,) if isinstance(source, FromLeg) else ()


def check_who_hears_whom_in_a_conference(call: Call) -> None:
    """All who are there hear all others who are there, and nobody hears who has stepped out, nor the other way."""
    if not call.more:
        assert not call.away
        return
    assert call.held_by is None and set(call.away) <= set(call.talkers)
    third = call.consulting.leg_id if call.consulting else None
    supervisors = {leg.leg_id for leg in call.supervisors()}
    there = {
        leg_id
        for leg_id in set(call.talkers) - set(call.away)
        if call.legs[leg_id].has_media and call.legs[leg_id].lost_at_ms is None
    }
    for leg_id in call.talkers:
        if call.legs[leg_id].has_media:
            wanted = set() if leg_id in call.away else there - {leg_id}
            assert set(heard_by(call, call.legs[leg_id])) - {third} - supervisors == wanted


def check_that_the_parked_hears_music(call: Call) -> None:
    if call.parked is None:
        return
    assert call.phase == "parked" and call.customer.state == "up"
    assert hears(call, call.customer, SOUNDS) == Playlist("music", SOUNDS.music, loop=True, gain_db=-6.0)


def check_that_the_attendant_ends(call: Call) -> None:
    if call.attendant is None:
        return
    assert call.customer.state == "up" and not (call.pair or call.wait or call.refusal or call.parked)
    assert call.attendant.tries < MOST_TRIES or not call.ring, "who has tried often enough rings nobody"


def check_that_no_whisper_reaches(call: Call, leg: Leg) -> None:
    heard = heard_by(call, leg)
    silent = {each.leg_id for each in call.supervisors() if each.mode != "barge"}
    assert leg.leg_id not in heard and not silent & set(heard), "a whisper is for the agent"


def test_a_call_holds_together() -> None:
    for world in worlds(PLAYS):
        for _, after, _ in world.steps:
            check(after)


def test_the_log_tells_the_same_call() -> None:
    for world in worlds(PLAYS // 3):
        read = [Entry(e.seq, e.at_ms, from_row(*to_row(e.event))) for e in world.entries]
        assert fold("", read) == world.call
        assert [entry.seq for entry in read] == list(range(1, len(read) + 1))


def test_time_alone_ends_every_call_in_which_nobody_talks() -> None:
    for world in worlds(PLAYS):
        for _ in range(20):
            limit = next_limit(world.call)
            if limit is None:
                break
            world.now_ms = max(world.now_ms, limit)
            world.tell(inputs.Tick())
            check(world.call)
        assert not world.call.is_open or world.call.pair, world.call.phase


def test_a_customer_who_hangs_up_ends_the_call_at_any_moment() -> None:
    for world in worlds(PLAYS):
        if world.call.consulting and world.call.consulting.by == world.call.customer.leg_id:
            continue  # a caller who consults and hangs up joins the other two
        if world.call.more:
            continue  # the others of a conference talk on
        if world.call.is_placeholder or is_dialling(world.call):
            continue  # who is to be called back is not on the line
        world.tell(legs.LegEnded(world.call.customer.leg_id, "normal", by_peer=True))
        assert not world.call.is_open
        check(world.call)


def test_whoever_leaves_a_conference_leaves_the_others_talking() -> None:
    seen = 0
    for world in worlds(PLAYS // 3):
        for at, leg_id in enumerate(world.call.talkers if world.call.more else ()):
            seen += 1
            stay = [each for each in world.call.talkers if each != leg_id]
            ended = legs.LegEnded(leg_id, CAUSES[at % len(CAUSES)], by_peer=bool(at % 2))
            after = decide(world.call, ended, world.now_ms).call
            third = world.call.consulting.leg_id if world.call.consulting else ""
            assert after.is_open and [leg for leg in after.talkers if leg != third] == stay
            check(after)
    assert seen > 10


def test_every_telephone_is_told_of_its_end_once() -> None:
    for world in worlds(PLAYS):
        world.tell(inputs.AppEnds("normal"))
        ended: list[str] = []
        for before, after, _ in world.steps:
            ended += [o.leg_id for o in orders(before, after, SOUNDS) if isinstance(o.command, legs.EndLeg)]
        wanted = [leg.leg_id for leg in world.call.legs.values() if leg.kind == "sip" and not leg.ended_out_there]
        assert sorted(ended) == sorted(wanted)


def test_a_new_backend_gives_no_order_that_the_old_one_would_not_have_given() -> None:
    for world in worlds(PLAYS // 3):
        given = {
            (order.leg_id, type(order.command))
            for before, after, _ in world.steps
            for order in orders(before, after, SOUNDS)
        }
        again = {(order.leg_id, type(order.command)) for order in orders(EMPTY, world.call, SOUNDS)}
        assert again <= given


def test_no_agent_stays_ringing_or_talking_after_the_call() -> None:
    queue = Queue(queue_id="que_1", name="queue")
    for world in worlds(PLAYS):
        world.tell(inputs.AppEnds("normal"))
        states: dict[str, State] = dict.fromkeys(USERS, "ready")
        for before, after, entries in world.steps:
            for entry in entries:
                for move in moves_of(entry.event, before, after, queue):
                    to = TABLE.get((states[move.user_id], move.trigger))
                    states[move.user_id] = states[move.user_id] if to is None else "ready" if to == "back" else to
        assert not {"ringing", "talking"} & set(states.values()), states


def test_the_plays_go_everywhere() -> None:
    phases = {after.phase for world in worlds(PLAYS) for _, after, _ in world.steps}
    assert phases == {"new", "waiting", "ringing", "parked", "attendant", "refusing", "talking", "rating", "ended"}
    kinds = {type(entry.event) for world in worlds(PLAYS) for entry in world.entries}
    assert kinds == set(APPLY), set(APPLY) - kinds


def test_the_same_chance_gives_the_same_call() -> None:
    first, second = World(7), World(7)
    first.play(40)
    second.play(40)
    assert first.call == second.call
