# SPDX-License-Identifier: Apache-2.0
"""The first look at what comes in, before the core takes the trouble to read it."""

import logging
from collections import Counter
from collections.abc import Callable
from typing import Final

from headcall.kit.clock import Clock
from headcall.kit.log import Sparse
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.guard.lockout import Lockout
from headcall.sip_bridge.guard.rates import Buckets, Rate

log = logging.getLogger(__name__)

STRANGER: Final = Rate(per_second=30.0, burst=90.0)
"""Messages from an address that nothing is known of: enough for ten telephones behind a NAT to register at once."""
KNOWN: Final = Rate(per_second=2000.0, burst=4000.0)
"""From trunks and registered telephones: a bound against loops, not against use."""
KEEP_ALIVES: Final = (b"", b"\0", b"\0\0\0\0", b"\r\n", b"\r\n\r\n", b"\r\n\0", b"hello", b"jaK")
"""What telephones send to hold a NAT open; none of it is SIP."""
SHORTEST: Final = 64
"""A request with its six obligatory fields is longer."""

# Names that the common scanning tools give themselves unless told otherwise. No telephone is called so.
SCANNERS: Final = (
    b"friendly-scanner",
    b"sipvicious",
    b"sipcli",
    b"sip-scan",
    b"sundayddr",
    b"iwar",
    b"sivus",
    b"smap",
    b"vaxsipuseragent",
    b"pplsip",
)


class Door:
    """Says whether a message is looked at. What it turns away, it turns away silently: a scanner learns nothing."""

    def __init__(self, clock: Clock, lockout: Lockout, is_known: Callable[[Flow], bool]) -> None:
        self._clock = clock
        self._lockout = lockout
        self._is_known = is_known
        self._buckets = Buckets(STRANGER)
        self._sparse = Sparse(log, clock)
        self.counters: Counter[str] = Counter()

    def admits(self, data: bytes, flow: Flow) -> bool:
        reason = self._objection(data, flow)
        if reason:
            self.counters[reason] += 1
            if reason != "keep_alive":
                self._sparse.info(reason, "turned away at the %s port: %s", flow.local, reason.replace("_", " "))
        return not reason

    def _objection(self, data: bytes, flow: Flow) -> str:
        if len(data) < SHORTEST:
            return "keep_alive" if data in KEEP_ALIVES else "too_short"
        now, source = self._clock.now(), flow.remote[0]
        is_known = self._is_known(flow)
        if not self._buckets.take(source, now, KNOWN if is_known else None):
            return "too_many_known" if is_known else "too_many"
        if is_known:
            return ""
        if self._lockout.is_source_locked(source, now):
            return "locked_out"
        if not _is_printable(data):
            return "no_sip"
        return "scanner" if _names_scanner(data) else ""


def _is_printable(data: bytes) -> bool:
    """Whether it begins as a request or a response does; STUN, DTLS, RTP and noise do not."""
    return data[:2].isalpha() or data[:2] in (b"\r\n",)


def _names_scanner(data: bytes) -> bool:
    head = data[:4096].lower()
    at = head.find(b"\nuser-agent:")
    if at < 0:
        return False
    line = head[at : head.find(b"\n", at + 1)]
    return any(name in line for name in SCANNERS)
