# SPDX-License-Identifier: Apache-2.0
"""Session timers (RFC 4028) for a party that never asks for one, but keeps to one when asked.

We are the server of the INVITE that asks: we take the interval it wants, and let the caller refresh, unless it wants
us to.
"""

from typing import Literal, TypeAlias

from headcall.sip_bridge.grammar import MAX_SECONDS
from headcall.sip_bridge.message import Message

Refresher: TypeAlias = Literal["uac", "uas"]

MIN_INTERVAL = 90
"""RFC 4028 section 4: a smaller one is refused with 422."""


def session_interval(request: Message) -> tuple[int, Refresher]:
    """Seconds, and who is to refresh; 0 if the request asks for no timer."""
    text = request.headers.get("Session-Expires")
    if text is None:
        return 0, "uac"
    number, _, params = text.partition(";")
    number = number.strip()
    if not (number.isascii() and number.isdigit()):
        return 0, "uac"
    interval = min(int(number[:10]), MAX_SECONDS)
    if "timer" not in request.options("Supported"):
        return interval, "uas"  # RFC 4028 9: the caller cannot, a proxy put it there
    return interval, "uas" if "refresher=uas" in params.replace(" ", "").lower() else "uac"


def session_fields(request: Message, interval: int, refresher: Refresher) -> list[tuple[str, str]]:
    """For the 2xx (RFC 4028 section 9)."""
    if not interval:
        return []
    fields = [("Session-Expires", f"{interval};refresher={refresher}")]
    if "timer" in request.options("Supported"):
        fields.append(("Require", "timer"))
    return fields
