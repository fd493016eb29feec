# SPDX-License-Identifier: Apache-2.0
"""Causes as SIP says them, and what SIP says as causes."""

import re
from typing import Final

from headcall.sip_bridge.message import Message
from headcall.wire.causes import Cause, by_id, from_q850, from_sip

_Q850: Final = re.compile(r'Q\.850\s*;.*?cause\s*=\s*"?(\d{1,3})', re.IGNORECASE)


def reason_field(cause: Cause) -> tuple[str, str]:
    """RFC 3326: the value that ISDN would give, for the far end's statistics and tones."""
    return "Reason", f"Q.850;cause={cause.q850}"


def refusal(cause_id: str) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Status and fields that refuse a call for this reason. `normal` is no reason to refuse: then it is 480."""
    cause = by_id(cause_id)
    status = cause.sip if cause.sip >= 300 else 480
    # A status that asks for credentials without a challenge would confuse; nobody can sign in here.
    status = 403 if status == 401 else status
    fields = [reason_field(cause)]
    if status == 503:
        fields.append(("Retry-After", "10"))
    return status, tuple(fields)


def cause_of_end(message: Message) -> str:
    """Why a BYE or CANCEL came: what its Reason says, else the ordinary end."""
    for value in message.headers.all("Reason"):
        if match := _Q850.search(value):
            return from_q850(int(match[1]) & 127).id
    return "normal"


def cause_of_refusal(status: int, message: Message | None, *, has_rung: bool) -> str:
    """Why our call failed. A telephone that rang and was not answered in time is `no-answer`."""
    if status == 408 and has_rung:
        return "no-answer"
    if status // 100 == 3:
        return "unavailable"  # a redirection; we do not follow those
    if status in (480, 503) and message is not None:
        for value in message.headers.all("Reason"):
            if match := _Q850.search(value):
                return from_q850(int(match[1]) & 127).id
    return from_sip(status).id


# RFC 3261 16.7 step 6: of the answers of several branches, 6xx wins, then the lowest class; within it we prefer what
# a person has done (busy, declined) to what a network says (not reachable, timed out).
_PREFERRED: Final = {600: 0, 603: 0, 604: 0, 486: 1, 403: 2, 404: 3, 480: 4, 408: 6, 487: 7}


def better(one: int, other: int) -> int:
    """The status that tells the caller more; 0 stands for none yet."""
    if not one or not other:
        return one or other
    return min(one, other, key=lambda status: (_PREFERRED.get(status, 5), status))
