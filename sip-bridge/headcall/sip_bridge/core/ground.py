# SPDX-License-Identifier: Apache-2.0
"""What the parts of the core stand on together: transactions, deadlines, the calls, and the effects being gathered."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from headcall.sip_bridge.core.alarms import Alarms
from headcall.sip_bridge.core.call import Call
from headcall.sip_bridge.core.effects import Effect, Forget, Persist
from headcall.sip_bridge.core.surroundings import Settings, Surroundings
from headcall.sip_bridge.dialog import DialogId
from headcall.sip_bridge.digest import answer_challenge
from headcall.sip_bridge.errors import UnknownCall
from headcall.sip_bridge.flow import Flow, Send
from headcall.sip_bridge.headers import MAGIC
from headcall.sip_bridge.message import Request, Response
from headcall.sip_bridge.transaction import Timing, Told, TransactionLayer
from headcall.sip_bridge.uri import NameAddr, Uri

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, REFER, UPDATE, NOTIFY, PRACK"
SUPPORTED = "timer, norefersub"
OPTION_TAGS = frozenset({"timer", "norefersub", "100rel"})
"""What we understand when a Require asks for it."""


class Alarm(Enum):
    """What a call may be waiting for."""

    RING_OUT = "nobody answers"
    GIVE_UP_CANCEL = "no final response to a cancelled INVITE"
    RING_ON = "provisional response again"
    REPEAT_1XX = "reliable provisional response again"
    NO_PRACK = "no PRACK for our reliable provisional response"
    REPEAT_2XX = "2xx again"
    NO_ACK = "no ACK for our 2xx"
    GLARE = "re-INVITE again after 491"
    REINVITE_OUT = "our re-INVITE has no final response"
    EXPIRED = "session not refreshed"
    REFRESH = "session to be refreshed"
    REFER_OVER = "transfer never reported"


@dataclass
class Question:
    """A request of ours, and who wants to know. It is its own listener: after a challenge it asks again."""

    ground: "Ground"
    name: str
    """Of the call or the inquiry, for the credentials."""
    request: Request
    """As last sent."""
    flow: Flow
    hear: Callable[[Response, float], None]
    fail: Callable[[int, float], None]
    next_cseq: Callable[[], int]
    before_again: Callable[[], None] = lambda: None
    """Told before it is asked again, with `request` as it will go."""
    is_wanted: Callable[[], bool] = lambda: True
    """Whether the answer to a challenge is worth sending still."""
    key: str = ""
    challenges: int = 0

    def arrived(self, response: Response, source: Flow, now: float) -> None:
        if response.status in (401, 407) and self._answer(response, now):
            return
        self.hear(response, now)

    def failed(self, status: int, now: float) -> None:
        self.fail(status, now)

    def _answer(self, response: Response, now: float) -> bool:
        """Asks again with credentials, once; twice if the first nonce was stale (RFC 7616 3.3)."""
        self.challenges += 1
        if self.challenges > 2 or not self.is_wanted():
            return False
        field = answer_challenge(
            self.request,
            response,
            lambda realm: self.ground.around.credentials(self.name, realm),
            cnonce=self.ground.around.token(),
            is_again=self.challenges > 1,
        )
        if field is None:
            return False
        headers = self.request.headers.without("Via", field[0]).replaced(
            "CSeq", f"{self.next_cseq()} {self.request.method}"
        )
        self.request = self.ground.with_via(self.request.with_headers(headers.added(field)), self.flow)
        self.before_again()
        self.ground.launch(self, now)
        return True


class Ground:
    def __init__(self, around: Surroundings, settings: Settings) -> None:
        self.around = around
        self.settings = settings
        self.timing = Timing(t1=settings.t1)
        self.layer = TransactionLayer(self.timing, limit=settings.max_transactions)
        self.counters: Counter[str] = Counter()
        self.alarms: Alarms[tuple[str, Alarm]] = Alarms()
        self.calls: dict[str, Call] = {}
        self.by_dialog: dict[DialogId, Call] = {}
        self.by_invite: dict[str, Call] = {}
        """Calls by the key of the INVITE or re-INVITE of the peer's that waits for our answer."""
        self.told: list[Told] = []
        """What the transactions said and nobody has listened to yet."""
        self._out: list[Effect] = []

    # ------------------------------------------------------------ effects

    def emit(self, *effects: Effect) -> None:
        self._out += effects

    def take(self) -> list[Effect]:
        out, self._out = self._out, []
        return out

    def pass_on(self, told: list[Told]) -> None:
        """`Send` goes out in its place; the rest waits until the present work is done."""
        for item in told:
            if isinstance(item, Send):
                self.emit(item)
            else:
                self.told.append(item)

    # ------------------------------------------------------------ calls

    def call(self, name: str) -> Call:
        call = self.calls.get(name)
        if call is None or call.is_over:
            raise UnknownCall("no such call")
        return call

    def persist(self, call: Call) -> None:
        """Writes the record; not that of a call which was forgotten already, only its last messages still go."""
        if call.is_over and not call.wants_bye:
            return
        call.is_kept = True
        self.emit(Persist(call.name, call.record()))

    def finish(self, call: Call) -> None:
        """The owner has nothing more to do with the call. Its dialog lingers until `drop`."""
        call.is_over = True
        for alarm in Alarm:
            self.alarms.clear((call.name, alarm))
        if call.is_kept:
            call.is_kept = False
            self.emit(Forget(call.name))

    def drop(self, call: Call) -> None:
        """Nothing of the call is left."""
        self.finish(call)
        if self.calls.get(call.name) is call:
            del self.calls[call.name]
        for key in (call.invite_key, call.theirs.key if call.theirs else ""):
            if self.by_invite.get(key) is call:
                del self.by_invite[key]
        for dialog in call.dialogs():
            if self.by_dialog.get(dialog.id) is call:
                del self.by_dialog[dialog.id]

    def set_alarm(self, call: Call, alarm: Alarm, at: float) -> None:
        self.alarms.set((call.name, alarm), at)

    def clear_alarm(self, call: Call, alarm: Alarm) -> None:
        self.alarms.clear((call.name, alarm))

    # ------------------------------------------------------------ sending

    def ask(self, question: Question, now: float) -> None:
        """Sends a request of ours; it gets its Via here."""
        question.request = self.with_via(question.request, question.flow)
        self.launch(question, now)

    def launch(self, question: Question, now: float) -> None:
        """Sends a request that has its Via already."""
        question.key, told = self.layer.request(question.request, question.flow, question, now)
        self.pass_on(told)

    def reply(self, key: str, response: Response, now: float) -> None:
        self.pass_on(self.layer.respond(key, response, now))

    def with_via(self, request: Request, flow: Flow) -> Request:
        host, port = self.around.address_of(flow)
        host = f"[{host}]" if ":" in host else host
        branch = MAGIC + self.around.token()
        via = f"SIP/2.0/{flow.transport.upper()} {host}:{port};branch={branch};rport"
        return request.with_headers(request.headers.prepended(("Via", via)))

    def contact(self, flow: Flow) -> Uri:
        host, port = self.around.address_of(flow)
        params = {} if flow.transport == "udp" else {"transport": flow.transport}
        return Uri.sip(self.settings.contact_user, host, port, **params)

    def contact_field(self, flow: Flow) -> tuple[str, str]:
        return "Contact", str(NameAddr(self.contact(flow)))

    def agent_field(self, is_server: bool = False) -> tuple[str, str]:
        return ("Server" if is_server else "User-Agent"), self.settings.user_agent

    def fraction(self) -> float:
        """Chance, from 0 up to 1."""
        return int(self.around.token()[:8], 16) / 0x1_0000_0000
