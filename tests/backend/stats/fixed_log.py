# SPDX-License-Identifier: Apache-2.0
"""Fifteen calls of a Tuesday, as their logs. What is counted of them is computed by hand in `test_fixed_log.py`.

| call | at    | number | what happens (seconds)                                                                  |
|------|-------|--------|-----------------------------------------------------------------------------------------|
| 1    | 09:00 | 400    | A: Mei after 10; talks 80, holds 20 of it more; wraps up 30; sold; mark 5                |
| 2    | 09:05 | 400    | A: Mei after just 20; talks 60; wraps up 10; sold; asked for a mark, gives none          |
| 3    | 09:10 | 400    | A: Lei after 35; talks 200; lost                                                         |
| 4    | 09:12 | 400    | A: hangs up after 3                                                                      |
| 5    | 09:13 | 400    | A: hangs up after just 5                                                                 |
| 6    | 09:14 | 400    | A: hangs up after 50, while Mei is rung                                                  |
| 7    | 09:16 | 400    | A: Mei lets it pass; Lei after 30; talks 50, transfers blind; Mei talks 70; mark 3       |
| 8    | 09:20 | 400    | A: overflows to B after 60; Lei after 5 there; talks 40                                  |
| 9    | 09:25 | 400    | A: turned away after 90                                                                  |
| 10   | 09:30 | 955    | B: Mei after 4; talks 30, is lost; back in B: Lei after 12; talks 25                     |
| 11   | 09:40 | 955    | B: Lei after 8; talks 20, consults Mei for 15, gives the caller to her; she talks 45     |
| 12   | 09:50 | 3001   | Mei directly; talks 70, holds 10                                                         |
| 13   | 10:05 | 1390   | Lei dials out; talks 33                                                                  |
| 14   | 10:10 | 400    | A: Mei after 25; talks 15; mark 4                                                        |
| 15   | 10:59 | 400    | A: enters at 10:59:50, Mei after just 20, so after the full hour; talks 10               |

Five more come to doors that are shut (`DOORS`):

| 16   | 12:01 | 400    | A is full: told so, and ends                                                             |
| 17   | 12:02 | 400    | nobody is on duty in A: hangs up while it is said                                        |
| 18   | 12:03 | 955    | outside the hours of the number                                                          |
| 19   | 12:04 | 999    | nobody's number                                                                          |
| 20   | 12:05 | 400    | A is closed; sent on to B: Lei after 6; talks 12                                         |
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from headcall.backend.calls import log as says
from headcall.backend.calls.log import Entry, Event
from headcall.backend.calls.model import Comeback, Direction, EndedBy, Leg, Ring, RingKind

ZONE = ZoneInfo("Asia/Shanghai")
A, B, MEI, LEI = "que_a", "que_b", "usr_mei", "usr_lei"


def at(clock: str) -> int:
    """A moment of the day, as in 09:05:30."""
    hours, minutes, seconds = (int(part) for part in f"{clock}:00".split(":")[:3])
    moment = datetime(2026, 11, 24, tzinfo=ZONE) + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return round(moment.timestamp() * 1000)


class Log:
    """Writes the log of a call as the rules would: time passes by `after`, legs are named by who is at them."""

    def __init__(self, n: int, begins: str, number: str, *, direction: Direction = "in", by: str = "") -> None:
        self.call_id, self.now_ms, self.entries, self._rings = f"call_{n:02}", at(begins), list[Entry](), 0
        caller = self._leg("caller", user_id=by or None)
        self.note(says.CallStarted(direction, "zh", "13800000000", "", number, "", caller))

    def note(self, *events: Event) -> "Log":
        for event in events:
            self.entries.append(Entry(len(self.entries) + 1, self.now_ms, event))
        return self

    def after(self, seconds: float) -> "Log":
        self.now_ms += round(seconds * 1000)
        return self

    def enters(self, queue_id: str, *, rank: int = 0) -> "Log":
        return self.note(says.QueueEntered(queue_id, queue_id, self.now_ms, self.now_ms + 600_000, rank))

    def rings(self, user_id: str, kind: RingKind = "queue") -> "Log":
        self._rings += 1
        ring_id = self.ring_id()
        ring = Ring(ring_id, kind, (user_id,), self.now_ms, self.now_ms + 15_000)
        leg = self._leg("callee", f"{user_id}_{self._rings}", user_id or None, ring_id)
        return self.note(says.RingStarted(ring), says.LegAdded(leg))

    def answered(self, user_id: str, *, waits: bool = True) -> "Log":
        leg_id = self.leg(user_id)
        self.note(says.RingWon(self.ring_id(), leg_id), says.LegAnswered(leg_id))
        if waits:
            self.note(says.QueueLeft("answered"))
        return self.note(says.Bridged(self.leg("caller"), leg_id))

    def serves(self, user_id: str, after_s: float) -> "Log":
        """The agent is rung at once, and answers so long after the caller entered."""
        return self.rings(user_id).after(after_s).answered(user_id)

    def gives_up(self, after_s: float) -> "Log":
        return self.after(after_s).note(says.QueueLeft("abandoned"), says.Ended("caller-cancelled", "caller"))

    def hangs_up(self, user_id: str, *, asked: bool = False, mark: int | None = None) -> "Log":
        self.note(says.Unbridged("normal"), says.LegClosed(self.leg(user_id), "normal"))
        if asked:
            self.note(says.SurveyStarted())
            self.after(4)
            if mark is not None:
                self.note(says.Marked(mark))
        return self.note(says.LegClosed(self.leg("caller"), "normal"), says.Ended("normal", "agent"))

    def refused(self, cause: str, queue_id: str = "", *, by: EndedBy = "system") -> "Log":
        self.note(says.Refusing(cause, "", queue_id)).after(6)
        return self.note(says.Ended(cause if by == "system" else "caller-cancelled", by))

    def ring_id(self, ahead: int = 0) -> str:
        return f"{self.call_id}_ring_{self._rings + ahead}"

    def leg(self, who: str) -> str:
        return f"{self.call_id}_{who}" + ("" if who == "caller" else f"_{self._rings}")

    def _leg(self, role: str, name: str = "caller", user_id: str | None = None, ring_id: str | None = None) -> Leg:
        return Leg(f"{self.call_id}_{name}", "sip", role, "sfu-1", user_id=user_id, ring_id=ring_id)  # type: ignore[arg-type]


def _call_7() -> Log:
    log = Log(7, "09:16", "400").enters(A).rings(MEI).after(15)
    log.note(says.LegClosed(log.leg(MEI), "no-answer"), says.RingOver(log.ring_id(), "no-answer"))
    log.serves(LEI, 15).after(50)
    log.note(says.TransferStarted(log.leg(LEI), "3001", Comeback(LEI, A, A)), says.Unbridged("transferred"))
    log.note(says.LegClosed(log.leg(LEI), "normal"))
    return log.rings(MEI, "direct").after(6).answered(MEI, waits=False).after(70).hangs_up(MEI, asked=True, mark=3)


def _call_8() -> Log:
    log = Log(8, "09:20", "400").enters(A).after(60)
    log.note(says.QueueLeft("no-answer"), says.Overflowed("2", "no-answer"))
    return log.enters(B).serves(LEI, 5).after(40).hangs_up(LEI)


def _call_9() -> Log:
    log = Log(9, "09:25", "400").enters(A).after(90).note(says.QueueLeft("no-answer"), says.Refusing("no-answer"))
    return log.after(8).note(says.Ended("no-answer", "system"))


def _call_10() -> Log:
    log = Log(10, "09:30", "955").enters(B).serves(MEI, 4).after(30)
    log.note(says.LegClosed(log.leg(MEI), "media-lost"), says.Unbridged("media-lost"))
    return log.enters(B, rank=-1).serves(LEI, 12).after(25).hangs_up(LEI)


def _call_11() -> Log:
    log = Log(11, "09:40", "955").enters(B).serves(LEI, 8).after(20)
    lei = log.leg(LEI)
    log.note(says.ConsultStarted(lei, log.ring_id(1), "3001")).rings(MEI, "consult").after(5)
    mei = log.leg(MEI)
    log.note(says.RingWon(log.ring_id(), mei), says.LegAnswered(mei), says.ConsultAnswered(mei)).after(10)
    log.note(says.ConsultCompleted(mei), says.Unbridged("transferred"), says.LegClosed(lei, "normal"))
    return log.note(says.Bridged(log.leg("caller"), mei)).after(45).hangs_up(MEI)


def _calls() -> Iterator[Log]:
    one = Log(1, "09:00", "400").enters(A).serves(MEI, 10).after(40)
    one.note(says.Held(one.leg(MEI), True)).after(20).note(says.Held(one.leg(MEI), False))
    yield one.after(40).hangs_up(MEI, asked=True, mark=5)
    yield Log(2, "09:05", "400").enters(A).serves(MEI, 20).after(60).hangs_up(MEI, asked=True)
    yield Log(3, "09:10", "400").enters(A).serves(LEI, 35).after(200).hangs_up(LEI)
    yield Log(4, "09:12", "400").enters(A).gives_up(3)
    yield Log(5, "09:13", "400").enters(A).gives_up(5)
    six = Log(6, "09:14", "400").enters(A).rings(MEI).after(50)
    yield six.note(says.RingOver(six.ring_id(), "cancelled")).gives_up(0)
    yield from (_call_7(), _call_8(), _call_9(), _call_10(), _call_11())
    twelve = Log(12, "09:50", "3001").rings(MEI, "direct").after(6).answered(MEI, waits=False).after(30)
    twelve.note(says.Held(twelve.leg(MEI), True)).after(10).note(says.Held(twelve.leg(MEI), False))
    yield twelve.after(40).hangs_up(MEI)
    out = Log(13, "10:05", "1390", direction="out", by=LEI).rings("", "outside").after(7)
    yield out.answered("", waits=False).after(33).hangs_up("")
    yield Log(14, "10:10", "400").enters(A).serves(MEI, 25).after(15).hangs_up(MEI, asked=True, mark=4)
    yield Log(15, "10:59:50", "400").enters(A).serves(MEI, 20).after(10).hangs_up(MEI)


def _doors() -> Iterator[Log]:
    yield Log(16, "12:01", "400").refused("queue-full", A)
    yield Log(17, "12:02", "400").refused("no-agent", A, by="caller")
    yield Log(18, "12:03", "955").refused("closed")
    yield Log(19, "12:04", "999").refused("unknown-number")
    twenty = Log(20, "12:05", "400").note(says.Refusing("closed", "hrs_1", A)).after(7)
    yield twenty.enters(B).serves(LEI, 6).after(12).hangs_up(LEI)


CALLS = {log.call_id: log.entries for log in _calls()}
DOORS = {log.call_id: log.entries for log in _doors()}
WRAP_UPS = {("call_01", MEI): 30_000, ("call_02", MEI): 10_000}
DISPOSITIONS = {"call_01": "sold", "call_02": "sold", "call_03": "lost"}
MARKS = {"call_01": 5, "call_07": 3, "call_14": 4}
