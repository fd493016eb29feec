# SPDX-License-Identifier: Apache-2.0
"""The session descriptions of telephones: reading, writing, offer and answer.

offer = parse_sdp(event.sdp)
audio = find_audio(offer)                    # remote address, codecs, direction
answer = make_answer(offer, Origin(id, 1, local.host), local, chosen_codecs)
held = revise(answer, local, chosen_codecs, direction="sendonly")
"""

from headcall.sip_bridge.sdp.audio import Audio, Direction, common, find_audio, is_event, same_format
from headcall.sip_bridge.sdp.model import Description, Media, Origin, parse_sdp, serialise_sdp
from headcall.sip_bridge.sdp.negotiate import answer_direction, make_answer, make_offer, mirror, next_origin, revise

__all__ = [
    "Audio",
    "Description",
    "Direction",
    "Media",
    "Origin",
    "answer_direction",
    "common",
    "find_audio",
    "is_event",
    "make_answer",
    "make_offer",
    "mirror",
    "next_origin",
    "parse_sdp",
    "revise",
    "same_format",
    "serialise_sdp",
]
