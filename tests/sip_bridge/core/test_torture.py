# SPDX-License-Identifier: Apache-2.0
"""The torture messages of RFC 4475, all 49, thrown at a whole user agent.

Each .sip file has an .expect beside it: the status that is answered; `offered` (a call) or `asked` (a request for the
owner to answer) where the message is good; of responses, `stray` where it is good and `malformed` where it is not.

`badinv01` has a Via that cannot be read, so no answer would find its way.

Where we are more lenient than the RFC suggests: `baddate` (nobody reads Date), `sdp01` (nobody reads Accept),
`inv2543` (its caller gets a dialog without a Contact).
"""

from pathlib import Path

import pytest

from headcall.sip_bridge.core.effects import InviteReceived, RequestReceived, Send
from headcall.sip_bridge.flow import Flow
from tests.sip_bridge.core.line import Phone

TORTURE = sorted((Path(__file__).parent / "torture").glob("*.sip"))


def verdict(data: bytes) -> str:
    phone = Phone("bob", ("192.0.2.2", 5060))
    effects = phone.agent.receive(data, Flow("udp", ("198.51.100.7", 5060), "trunk"), 0.0)
    for effect in effects:
        match effect:
            case InviteReceived():
                return "offered"
            case RequestReceived():
                return "asked"
            case Send(octets):
                status = octets.split()[1].decode()
                if status != "100":
                    return status
    return "stray" if phone.agent.counters["stray_responses"] else "malformed"


def test_all_of_them_are_here() -> None:
    assert len(TORTURE) == 49


@pytest.mark.parametrize("message", TORTURE, ids=lambda path: path.stem)
def test_torture(message: Path) -> None:
    assert verdict(message.read_bytes()) == message.with_suffix(".expect").read_text().strip()
