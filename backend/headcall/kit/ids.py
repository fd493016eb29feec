# SPDX-License-Identifier: Apache-2.0
"""Names that are unique without asking anyone, and sort by the time they were made (ULID, with a prefix).

call_01KBXG9Z1Q7M3V8T5N2R4W6Y0A
     ^^^^^^^^^^ 48 bits: milliseconds since 1970, Crockford's base 32
               ^^^^^^^^^^^^^^^^ 80 bits of chance
"""

import os
import re
from collections.abc import Callable

from headcall.kit.clock import Clock

__all__ = [
    "ALPHABET",
    "LONGEST",
    "IdMaker",
    "is_id",
    "make_id",
]

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LONGEST = 40
"""Octets of an id, prefix included. Where ids meet file names and SIP headers, this is relied upon."""

_CHANCE_BITS = 80
_VALID = re.compile(r"[a-z]{1,12}_[0-9A-HJKMNP-TV-Z]{26}", re.ASCII)


def make_id(prefix: str, *, now_ms: int, chance: int) -> str:
    """An id from a time and 80 bits of chance."""
    value = (now_ms & ((1 << 48) - 1)) << _CHANCE_BITS | (chance & ((1 << _CHANCE_BITS) - 1))
    digits = (ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))
    return f"{prefix}_{''.join(digits)}"


def is_id(text: str, prefix: str) -> bool:
    """Whether a stranger's text has the form of our ids of this kind."""
    return text.startswith(f"{prefix}_") and _VALID.fullmatch(text) is not None


class IdMaker:
    """Makes ids that grow, also within one millisecond."""

    def __init__(self, clock: Clock, entropy: Callable[[int], bytes] = os.urandom) -> None:
        self._clock = clock
        self._entropy = entropy
        self._last_ms = -1
        self._chance = 0

    def __call__(self, prefix: str) -> str:
        """A new id, for example `ids("call")`."""
        now_ms = self._clock.wall_ms()
        if now_ms > self._last_ms:
            self._last_ms = now_ms
            self._chance = int.from_bytes(self._entropy(_CHANCE_BITS // 8), "big")
        else:
            # The same millisecond, or the calendar was set back: order is worth more than the exact time.
            # The step is drawn too, so that knowing one id does not give the next.
            self._chance += 1 + int.from_bytes(self._entropy(4), "big")
        return make_id(prefix, now_ms=self._last_ms, chance=self._chance)
