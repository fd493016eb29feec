# SPDX-License-Identifier: Apache-2.0
"""Where others reach this machine, when nobody has said so."""

from collections.abc import Sequence

LOOPBACK = "127.0.0.1"

# Each is a candidate a browser checks. Bridges of containers come after the real ones and may fall off the end.
MOST = 4


def reachable_at(configured: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """What to tell browsers: what was configured, or else our own addresses, and this machine itself at last.

    Firefox ignores a candidate of 127.0.0.1, so the others are not only for other machines.
    """
    if configured:
        return tuple(configured[:MOST])
    return (*own[: MOST - 1], LOOPBACK)


def plain_address(plain_host: str, configured: Sequence[str], own: Sequence[str]) -> str:
    """The one address for RTP with phones and trunks."""
    return plain_host or next(iter((*configured, *own)), LOOPBACK)
