# SPDX-License-Identifier: Apache-2.0
"""Who calls whom, read from a request and written into one."""

import re
from typing import Final

from headcall.sip_bridge.errors import PeerError
from headcall.sip_bridge.message import Request
from headcall.sip_bridge.trunks.model import Circuit
from headcall.sip_bridge.uri import NameAddr, Uri

LONGEST: Final = 40
_NOT_OF_NUMBERS: Final = re.compile(r"[^0-9A-Za-z+*#_.\-]")
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
"""Controls, and marks that turn the writing around: a name is shown to agents."""


def number_of(uri: Uri) -> str:
    """What was dialled, or who calls, without what no number has."""
    return _NOT_OF_NUMBERS.sub("", uri.number)[:LONGEST]


def name_of(address: NameAddr) -> str:
    return _UNSEEN.sub("", address.display).strip()[:80]


def caller(request: Request, *, is_trusted: bool) -> tuple[str, str]:
    """Number and name of who calls. A trunk's P-Asserted-Identity says more than From (RFC 3325); a telephone's is
    not believed. Who hides has no number (RFC 3323)."""
    address = request.from_
    if is_trusted:
        address = _asserted(request) or address
        privacy = {part.strip().lower() for part in (request.headers.get("Privacy") or "").split(";")}
        if privacy & {"id", "user", "full"}:
            return "", ""
    if address.uri.number.lower() == "anonymous" or address.uri.address.endswith("anonymous.invalid"):
        return "", ""
    return number_of(address.uri), name_of(address)


def _asserted(request: Request) -> NameAddr | None:
    try:
        found = [NameAddr.parse(text) for text in request.headers.elements("P-Asserted-Identity")]
    except PeerError:
        return None
    return next((each for each in found if each.uri.number), None)


def called(request: Request, circuit: Circuit | None) -> str:
    """The number that was dialled. A trunk that we register with calls the contact that we registered, which is our
    account there; then To names the number."""
    number = number_of(request.uri)
    if circuit is not None and circuit.config.registers and number in ("", circuit.config.username):
        return number_of(request.to.uri) or number
    return number


def presented(number: str, name: str, host: str) -> NameAddr:
    """From of a call that we place."""
    if not number:
        return NameAddr(Uri.sip("anonymous", "anonymous.invalid"), "Anonymous")
    return NameAddr(Uri.sip(number, host), _UNSEEN.sub("", name)[:80])
