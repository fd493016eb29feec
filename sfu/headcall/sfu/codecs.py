# SPDX-License-Identifier: Apache-2.0
"""The codecs the engine speaks, and how a set is chosen from what the far end offers."""

from collections.abc import Iterable, Sequence

from headcall.wire.media import Codec

EVENTS = "telephone-event"

OURS = (
    Codec("PCMA", 8, 8000),
    Codec("PCMU", 0, 8000),
    Codec("G722", 9, 8000),  # 8000 although it samples at 16000: RFC 3551 4.5.2 keeps an old mistake
    Codec("opus", 111, 48000, 2, "minptime=10;useinbandfec=1"),
    Codec(EVENTS, 101, 8000, 1, "0-16"),
    Codec(EVENTS, 110, 48000, 1, "0-16"),
)
"""What is offered to a telephone when nobody says otherwise. A-law first: the Chinese network speaks it."""

_SPOKEN = {(codec.name.lower(), codec.clock_rate, codec.channels) for codec in OURS}

# RFC 3551 table 4. Only these payload types may stand without an rtpmap.
STATIC = {0: ("PCMU", 8000), 8: ("PCMA", 8000), 9: ("G722", 8000)}

CodecTuple = tuple[str, int, int, int]


def is_spoken(codec: Codec) -> bool:
    """Whether the engine knows the format."""
    return (codec.name.lower(), codec.clock_rate, codec.channels) in _SPOKEN and 0 <= codec.payload_type <= 127


def is_voice(codec: Codec) -> bool:
    return codec.name.lower() != EVENTS


def choose(offered: Iterable[Codec], first: Sequence[str] = ()) -> tuple[Codec, ...]:
    """The formats of `offered` to speak: those named in `first` ahead, else in the order given, key presses last.

    Empty when no voice is among them. A `telephone-event` stays only beside a voice of its clock rate, because it
    shares the voice's timestamps (RFC 4733 2.1). A payload type given twice counts the first time.
    """
    known = {codec.payload_type: codec for codec in reversed(list(offered)) if is_spoken(codec)}
    unique = [codec for codec in reversed(known.values())]
    ranks = {name.lower(): rank for rank, name in reversed(list(enumerate(first)))}
    voices = sorted(filter(is_voice, unique), key=lambda codec: ranks.get(codec.name.lower(), len(ranks)))
    rates = {codec.clock_rate for codec in voices}
    return (*voices, *(codec for codec in unique if not is_voice(codec) and codec.clock_rate in rates))


def as_tuples(codecs: Iterable[Codec]) -> list[CodecTuple]:
    """As the engine takes them."""
    return [(codec.name, codec.payload_type, codec.clock_rate, codec.channels) for codec in codecs]
