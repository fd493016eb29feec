# SPDX-License-Identifier: Apache-2.0
"""The bindings of accounts to contacts: rules without I/O (RFC 3261 10.3)."""

import bisect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.message import Request
from headcall.sip_bridge.uri import NameAddr, Uri

DEFAULT_EXPIRES: Final = 3600
SHORTEST_EXPIRES: Final = 60
"""RFC 3261 10.3 lets a registrar refuse less than an hour with 423; a minute keeps a NAT open by registering."""
LONGEST_EXPIRES: Final = 7200
MOST_CONTACTS: Final = 10
LONGEST_CONTACT: Final = 512


class RegisterRefused(Exception):
    """The request is refused with this status; the bindings are as they were."""

    def __init__(self, status: int, reason: str = "", headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(f"{status} {reason}")
        self.status, self.reason, self.headers = status, reason, headers


class Binding(Struct, frozen=True):
    """One telephone's contact."""

    sip_user: str
    contact: str
    """The URI as the telephone wrote it, to be used as Request-URI."""
    transport: str
    source: tuple[str, int]
    """Where the REGISTER came from, which behind a NAT is not what the contact says: requests go there."""
    local: str
    connection: int
    expires_at_ms: int
    call_id: str
    cseq: int
    user_agent: str = ""
    q: float = 1.0

    @property
    def flow(self) -> Flow:
        return Flow(self.transport, self.source, self.local, self.connection)  # type: ignore[arg-type]

    @property
    def uri(self) -> Uri:
        return Uri.parse(self.contact)

    @property
    def is_natted(self) -> bool:
        """Whether a NAT stands between the telephone and us: it thinks to be elsewhere than it is."""
        uri = self.uri
        return (uri.address, uri.port or 5060) != self.source

    @property
    def nat(self) -> tuple[str, str] | None:
        """The address that the telephone believes to have, and the one it is seen from, if they differ."""
        believed = self.uri.address
        return (believed, self.source[0]) if believed != self.source[0] else None

    @property
    def key(self) -> str:
        """Its place in a store."""
        return f"{self.sip_user} {self.contact}"


@dataclass(frozen=True, slots=True)
class Wish:
    """One Contact of a REGISTER, with the lifetime it shall have; 0 removes it."""

    uri: Uri
    expires: int
    q: float


def wishes(request: Request) -> list[Wish]:
    """What a REGISTER asks for; an empty list only asks which bindings there are. Raises RegisterRefused."""
    if request.is_wildcard:
        if request.expires != 0:
            raise RegisterRefused(400, "Contact * needs Expires 0")
        return []
    contacts = request.contacts
    if len(contacts) > MOST_CONTACTS:
        raise RegisterRefused(403, "Too Many Contacts")
    return [_wish(contact, request.expires) for contact in contacts]


def _wish(contact: NameAddr, default: int | None) -> Wish:
    if contact.uri.scheme != "sip" or len(str(contact.uri)) > LONGEST_CONTACT:
        raise RegisterRefused(400, "Bad Contact")
    text = contact.param("expires") or ""
    expires = (
        int(text[:9]) if text.isascii() and text.isdigit() else default if default is not None else DEFAULT_EXPIRES
    )
    if 0 < expires < SHORTEST_EXPIRES:
        raise RegisterRefused(423, headers=(("Min-Expires", str(SHORTEST_EXPIRES)),))
    return Wish(contact.uri, min(expires, LONGEST_EXPIRES), _q(contact.param("q")))


def _q(text: str | None) -> float:
    try:
        return min(1.0, max(0.0, float(text or "1")))
    except ValueError:
        return 1.0


class Bindings:
    """All accounts' contacts. `changed` is told every binding that is put or goes, for the store."""

    def __init__(self, changed: Callable[[Binding, bool], None] = lambda binding, is_kept: None) -> None:
        self._changed = changed
        self._by_user: dict[str, list[Binding]] = {}
        self._sources: dict[str, int] = {}

    def restore(self, bindings: Iterable[Binding]) -> None:
        """Takes bindings back from the store."""
        for binding in bindings:
            self._add(binding)

    def of(self, sip_user: str, now_ms: int) -> list[Binding]:
        """The contacts of an account that are valid now, the preferred first."""
        found = [binding for binding in self._by_user.get(sip_user, ()) if binding.expires_at_ms > now_ms]
        return sorted(found, key=lambda binding: -binding.q)

    def every(self, now_ms: int) -> list[Binding]:
        return [each for some in self._by_user.values() for each in some if each.expires_at_ms > now_ms]

    def knows_source(self, host: str) -> bool:
        """Whether a telephone is registered from this address."""
        return host in self._sources

    def apply(self, sip_user: str, request: Request, flow: Flow, now_ms: int) -> None:
        """Does what a REGISTER wants, all of it or nothing. Raises RegisterRefused, PeerError."""
        asked = wishes(request)
        mine = self.of(sip_user, now_ms)
        if request.is_wildcard:
            self._check_order(mine, request)
            for binding in mine:
                self._remove(binding)
            return
        touched = [(wish, _find(mine, wish.uri)) for wish in asked]
        self._check_order([binding for _, binding in touched if binding], request)
        new = sum(1 for wish, binding in touched if binding is None and wish.expires)
        if len(mine) + new > MOST_CONTACTS:
            raise RegisterRefused(403, "Too Many Contacts")
        for wish, old in touched:
            if old:
                self._remove(old)
            if wish.expires:
                made = _bind(sip_user, wish, request, flow, now_ms)
                self._add(made)
                self._changed(made, True)

    @staticmethod
    def _check_order(touched: Iterable[Binding], request: Request) -> None:
        """10.3 step 7: a REGISTER that was overtaken by a later one of the same telephone changes nothing."""
        if any(each.call_id == request.call_id and request.cseq.number <= each.cseq for each in touched):
            raise RegisterRefused(500, "Out Of Order")

    def expire(self, now_ms: int) -> set[str]:
        """Forgets what is over; the accounts that lost a contact."""
        over = [each for some in self._by_user.values() for each in some if each.expires_at_ms <= now_ms]
        for binding in over:
            self._remove(binding)
        return {binding.sip_user for binding in over}

    def _add(self, binding: Binding) -> None:
        bisect.insort(self._by_user.setdefault(binding.sip_user, []), binding, key=lambda each: each.contact)
        self._sources[binding.source[0]] = self._sources.get(binding.source[0], 0) + 1

    def _remove(self, binding: Binding) -> None:
        mine = self._by_user[binding.sip_user]
        mine.remove(binding)
        if not mine:
            del self._by_user[binding.sip_user]
        self._sources[binding.source[0]] -= 1
        if not self._sources[binding.source[0]]:
            del self._sources[binding.source[0]]
        self._changed(binding, False)


def _find(bindings: Iterable[Binding], uri: Uri) -> Binding | None:
    return next((binding for binding in bindings if binding.uri.same_as(uri)), None)


def _bind(sip_user: str, wish: Wish, request: Request, flow: Flow, now_ms: int) -> Binding:
    return Binding(
        sip_user=sip_user,
        contact=str(wish.uri),
        transport=flow.transport,
        source=flow.remote,
        local=flow.local,
        connection=flow.connection,
        expires_at_ms=now_ms + wish.expires * 1000,
        call_id=request.call_id,
        cseq=request.cseq.number,
        user_agent=(request.headers.get("User-Agent") or "")[:80],
        q=wish.q,
    )


def contact_fields(bindings: Iterable[Binding], now_ms: int) -> list[tuple[str, str]]:
    """The Contact fields of the 200: every binding, with the seconds it has left."""
    found = []
    for binding in bindings:
        left = max(1, round((binding.expires_at_ms - now_ms) / 1000))
        found.append(("Contact", f"<{binding.contact}>;expires={left}"))
    return found


def count_by_user(bindings: Iterable[Binding]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for binding in bindings:
        counts[binding.sip_user] = counts.get(binding.sip_user, 0) + 1
    return counts
