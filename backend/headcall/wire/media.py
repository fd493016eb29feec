# SPDX-License-Identifier: Apache-2.0
"""The words spoken with a media node.

A media node knows legs, not calls. A leg has a transport (a browser's peer connection or plain RTP), a set of codecs,
and one *source*: what the leg hears. A call is two legs that hear each other; hold is a leg that hears music.

Browser SDP is carried as opaque text. SIP SDP never comes here: the bridge speaks in codecs and addresses.
"""

from typing import Literal

from msgspec import Struct

from headcall.wire.nodes import Done, Refused

__all__ = [
    "Address",
    "CloseLeg",
    "Codec",
    "ConnectPeer",
    "DescribeMedia",
    "DigitPressed",
    "FromLeg",
    "Hear",
    "LegMedia",
    "LegQuality",
    "MediaCommand",
    "MediaDescribed",
    "MediaDown",
    "MediaEvent",
    "MediaReply",
    "MediaUp",
    "Mix",
    "OpenPlain",
    "PeerConnected",
    "PlainOpened",
    "PlayEnded",
    "Playlist",
    "RecordingEnded",
    "SendDigits",
    "SetPlainRemote",
    "Silence",
    "Source",
    "StartRecording",
    "StopRecording",
    "Tone",
]


class Codec(Struct, frozen=True):
    """One RTP payload format of a leg (RFC 3551, RFC 7587, RFC 4733)."""

    name: str
    """`PCMA`, `PCMU`, `G722`, `opus` or `telephone-event`; compared without case."""
    payload_type: int
    clock_rate: int
    """As in the SDP rtpmap: 8000 for G722 (RFC 3551 4.5.2), 48000 for opus."""
    channels: int = 1
    fmtp: str = ""


class Address(Struct, frozen=True):
    """Where RTP goes: an IP address (never a name) and a UDP port."""

    host: str
    port: int


# ---------------------------------------------------------------- sources: what a leg hears


class Silence(Struct, frozen=True, tag=True):
    """Nothing. Plain RTP legs receive comfort silence, so that the far end sees a living stream."""


class FromLeg(Struct, frozen=True, tag=True):
    """What another leg of the same node says. Passed through untouched when both share a codec."""

    leg_id: str


class Mix(Struct, frozen=True, tag=True):
    """What several other legs of the same node say, added up: conferences (n−1) and supervisors who listen.

    The order means nothing. A leg that is not there (yet, or any more) adds nothing.
    """

    leg_ids: tuple[str, ...]
    """Up to 32."""


class Playlist(Struct, frozen=True, tag=True):
    """Audio files one after the other. At its end (never, if `loop`) comes `PlayEnded`, then silence."""

    play_id: str
    """Chosen by who asks, unique among the plays of the leg."""
    files: tuple[str, ...]
    """Paths that the media node can read: any format FFmpeg reads; 48 kHz mono masters by convention."""
    loop: bool = False
    gain_db: float = 0.0


class Tone(Struct, frozen=True, tag=True):
    """A supervision tone, Chinese plan (GF 002-9002.3): 450 Hz with the cadence of its meaning."""

    name: Literal["ringback", "busy", "congestion", "beep"]


Source = Silence | FromLeg | Mix | Playlist | Tone


# ---------------------------------------------------------------- commands, each with its reply


class OpenPlain(Struct, frozen=True, tag=True):
    """Opens a plain RTP leg (reply: `PlainOpened`). Asked again for the same leg, it answers the same.

    With `remote` given (an offer was received) the node chooses from `codecs`, keeping their order and payload types.
    Without (we make the offer) `codecs` are what may be offered; an empty tuple means all the node can.
    The node accepts packets from `remote.host` only, from any port (symmetric RTP, RFC 4961).
    """

    leg_id: str
    codecs: tuple[Codec, ...] = ()
    remote: Address | None = None
    sends: bool = True
    """Whether the far end wants to hear us (not `sendonly`/`inactive`)."""


class PlainOpened(Struct, frozen=True, tag=True):
    leg_id: str
    local: Address
    codecs: tuple[Codec, ...]
    """The codecs the node will speak on this leg, the preferred one first, `telephone-event` last."""


class SetPlainRemote(Struct, frozen=True, tag=True):
    """The answer, or a later offer, of the far end of a plain leg (reply: `PlainOpened`, codecs narrowed)."""

    leg_id: str
    remote: Address
    codecs: tuple[Codec, ...]
    sends: bool = True


class ConnectPeer(Struct, frozen=True, tag=True):
    """Attaches a browser to a leg by its SDP offer (reply: `PeerConnected`).

    Opens the leg if it is new. Asked again with a new offer, the new transport replaces the old one as soon as it is
    proven (ICE and DTLS), without the other legs noticing.
    """

    leg_id: str
    offer: str
    prefer: tuple[str, ...] = ()
    """Codec names to put first, usually the codec of the other leg, so that packets can pass through."""


class PeerConnected(Struct, frozen=True, tag=True):
    leg_id: str
    answer: str


class Hear(Struct, frozen=True, tag=True):
    """Sets what a leg hears (reply: `Done`). Setting what is set already changes nothing."""

    leg_id: str
    source: Source


class SendDigits(Struct, frozen=True, tag=True):
    """Sends DTMF to the far end of a leg (RFC 4733 where negotiated, in-band tones elsewhere). Reply: `Done`."""

    leg_id: str
    digits: str
    """Of `0123456789*#ABCD`, at most 64."""
    duration_ms: int = 120


class StartRecording(Struct, frozen=True, tag=True):
    """Records one leg to Ogg Opus with two channels (reply: `Done`; starting it twice is one recording).

    Left: what the leg says (the customer). Right: what the leg hears.
    """

    recording_id: str
    leg_id: str
    path: str
    """A new file. Readable and playable while it grows."""


class StopRecording(Struct, frozen=True, tag=True):
    """Ends a recording (reply: `Done`). Its `RecordingEnded` event follows once the file is safe on disk."""

    recording_id: str


class CloseLeg(Struct, frozen=True, tag=True):
    """Forgets a leg, its transport and its recordings, which end properly (reply: `Done`)."""

    leg_id: str


class DescribeMedia(Struct, frozen=True, tag=True):
    """Asks a node what it holds (reply: `MediaDescribed`), to compare after either side was started again."""


class LegMedia(Struct, frozen=True):
    leg_id: str
    kind: Literal["peer", "plain"]
    up: bool
    """Whether packets or valid ICE checks came within the last ten seconds."""
    codec: str


class MediaDescribed(Struct, frozen=True, tag=True):
    node: str
    legs: tuple[LegMedia, ...]
    recordings: tuple[str, ...]


MediaCommand = (
    OpenPlain
    | SetPlainRemote
    | ConnectPeer
    | Hear
    | SendDigits
    | StartRecording
    | StopRecording
    | CloseLeg
    | DescribeMedia
)
MediaReply = Done | Refused | PlainOpened | PeerConnected | MediaDescribed


# ---------------------------------------------------------------- events


class MediaUp(Struct, frozen=True, tag=True):
    """The first authenticated packet of a (new) transport of the leg has arrived."""

    leg_id: str


class MediaDown(Struct, frozen=True, tag=True):
    """Nothing has come from the leg's far end for ten seconds, or for three from a browser that was just speaking.

    `MediaUp` follows if it comes back.
    """

    leg_id: str


class DigitPressed(Struct, frozen=True, tag=True):
    """A key of the far end, told once, when it is released (RFC 4733 or in-band where not negotiated)."""

    leg_id: str
    digit: str
    duration_ms: int


class PlayEnded(Struct, frozen=True, tag=True):
    leg_id: str
    play_id: str
    finished: bool
    """False when another source replaced it, or the leg closed, or a file could not be played."""


class RecordingEnded(Struct, frozen=True, tag=True):
    recording_id: str
    leg_id: str
    path: str
    duration_ms: int
    octets: int
    error: str = ""
    """Why it ended early, the disk being full for example; empty when all is well. The file plays up to there."""


MediaEvent = MediaUp | MediaDown | DigitPressed | PlayEnded | RecordingEnded


class LegQuality(Struct, frozen=True, tag=True):
    """How a leg fared in the last five seconds, as seen by the media node."""

    leg_id: str
    packets_received: int
    packets_lost: int
    jitter_ms: float
    packets_sent: int
    remote_loss: float | None = None
    """Fraction lost as the far end reports it by RTCP (RFC 3550 6.4), 0..1."""
    rtt_ms: float | None = None
    level_dbov: float | None = None
    """Loudness of what the leg says, dB relative to overload, -127..0."""
