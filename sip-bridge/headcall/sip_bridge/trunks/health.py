# SPDX-License-Identifier: Apache-2.0
"""Whether a trunk works, and when to ask it next. Two calculators: time goes in, the next wish comes out."""

from dataclasses import dataclass
from typing import Final

PROBE_EVERY_S: Final = 30.0
PROBE_DOWN_EVERY_S: Final = 5.0
FAILURES_UNTIL_DOWN: Final = 2
"""One lost probe is a lost packet (it was repeated for 32 s on UDP, but the carrier may be restarting)."""

RETRY_FIRST_S: Final = 2.0
RETRY_MOST_S: Final = 120.0
"""RFC 5626 4.5 has 30 s doubling up to 30 minutes for flows; a company without telephone wants it sooner."""


@dataclass
class Probing:
    """OPTIONS to a trunk that we do not register with."""

    is_up: bool | None = None
    """None: not heard of yet."""
    text: str = "not heard of yet"
    failures: int = 0
    next_at: float = float("-inf")
    is_asking: bool = False

    def wants_probe(self, now: float) -> bool:
        return not self.is_asking and now >= self.next_at

    def asked(self) -> None:
        self.is_asking = True

    def heard(self, now: float, status: int = 200) -> None:
        """Any answer is a sign of life, whatever it says, unless it says that it does not work."""
        self.is_asking = False
        if status in (408, 503):
            self.silent(now, status)
            return
        self.is_up, self.failures, self.text = True, 0, "answers"
        self.next_at = now + PROBE_EVERY_S

    def silent(self, now: float, status: int) -> None:
        self.is_asking = False
        self.failures += 1
        self.next_at = now + PROBE_DOWN_EVERY_S
        if self.failures >= FAILURES_UNTIL_DOWN or self.is_up is None:
            self.is_up = False
            self.text = "does not answer" if status == 408 else f"answers {status}"

    def unreachable(self, now: float, why: str) -> None:
        """Not even the name could be looked up."""
        self.is_asking, self.is_up, self.text = False, False, why
        self.next_at = now + PROBE_DOWN_EVERY_S


@dataclass
class Registering:
    """REGISTER to a trunk (RFC 3261 10.2), refreshed in time, tried again with growing gaps."""

    expires_s: int
    is_up: bool = False
    text: str = "not registered yet"
    failures: int = 0
    next_at: float = float("-inf")
    is_asking: bool = False
    cseq: int = 1

    def wants_request(self, now: float) -> bool:
        return not self.is_asking and now >= self.next_at

    def take_cseq(self) -> int:
        """A challenged request uses up two."""
        self.is_asking = True
        taken, self.cseq = self.cseq, self.cseq + 2
        return taken

    def accepted(self, granted_s: int, now: float) -> None:
        self.is_asking, self.is_up, self.failures, self.text = False, True, 0, "registered"
        # Well before the end, so that two attempts fit in what is left.
        self.next_at = now + max(5.0, granted_s * 0.8 if granted_s > 60 else granted_s - 15.0)

    def refused(self, status: int, now: float, chance: float, *, min_expires: int = 0) -> None:
        """`chance` from 0 to 1 keeps all of a company's bridges from asking in the same second."""
        self.is_asking = False
        if status == 423 and min_expires > self.expires_s:
            self.expires_s, self.next_at = min_expires, now
            return
        self.failures += 1
        self.is_up = False
        self.text = "password refused" if status in (401, 403, 407) else f"not registered: {status}"
        gap = min(RETRY_MOST_S, RETRY_FIRST_S * 2 ** min(self.failures - 1, 10))
        self.next_at = now + gap * (0.75 + 0.5 * chance)
