# SPDX-License-Identifier: Apache-2.0
"""The words spoken with a bridge: a leg is one telephone's half of a call, whatever the protocol behind it.

The bridge asks the media node for the leg's RTP by itself, so an offered or answered leg has media under the same
`leg_id` on `media_node` already.
"""

from typing import Literal

from msgspec import Struct

from headcall.wire.nodes import Done, Refused

__all__ = [
    "AnswerLeg",
    "AskCredential",
    "BridgeDescribed",
    "BridgeUp",
    "ConfigureBridge",
    "Credential",
    "CredentialReply",
    "DescribeBridge",
    "EndLeg",
    "LegAnswered",
    "LegCommand",
    "LegEnded",
    "LegEvent",
    "LegHeld",
    "LegOffered",
    "LegReply",
    "LegRinging",
    "LegState",
    "PlaceLeg",
    "Registration",
    "RegistrationChanged",
    "RingLeg",
    "ToPhone",
    "ToTrunk",
    "TransferAsked",
    "TransferResult",
    "Trunk",
    "TrunkState",
]

# ---------------------------------------------------------------- commands, each answered by Done or Refused


class ToPhone(Struct, frozen=True, tag=True):
    """All the registered contacts of a SIP account; the first to answer wins."""

    sip_user: str


class ToTrunk(Struct, frozen=True, tag=True):
    """A number beyond a trunk."""

    trunk: str
    number: str


class PlaceLeg(Struct, frozen=True, tag=True):
    """Calls a telephone. `LegRinging`, `LegAnswered` and `LegEnded` follow; asked twice, it is one leg."""

    leg_id: str
    call_id: str
    media_node: str
    target: ToPhone | ToTrunk
    caller_number: str
    caller_name: str = ""
    ring_for_s: float = 60.0


class RingLeg(Struct, frozen=True, tag=True):
    """Tells an offered leg that it rings: 180, or 183 with media when `early_media` (a spoken refusal, say)."""

    leg_id: str
    early_media: bool = False


class AnswerLeg(Struct, frozen=True, tag=True):
    """Answers an offered leg. The dialog is durable before the 200 OK goes out."""

    leg_id: str


class EndLeg(Struct, frozen=True, tag=True):
    """Ends a leg in whatever state: refuses, cancels or hangs up. `LegEnded` follows."""

    leg_id: str
    cause: str = "normal"


class TransferResult(Struct, frozen=True, tag=True):
    """How the transfer that `TransferAsked` wanted went (the NOTIFY of RFC 3515)."""

    leg_id: str
    cause: str
    """`normal` if it was carried out."""


class Trunk(Struct, frozen=True):
    """A line to the public network."""

    name: str
    host: str
    """Address or name of the carrier's SIP server."""
    port: int = 5060
    transport: Literal["udp", "tcp"] = "udp"
    username: str = ""
    password: str = ""
    """Digest secret for registering and for challenged requests. Never logged."""
    registers: bool = False
    """Whether we register there (RFC 3261 section 10), every `expires_s`."""
    expires_s: int = 300
    accept_from: tuple[str, ...] = ()
    """Source networks of its requests in CIDR form; empty means the address of `host`."""
    max_calls: int = 30


class ConfigureBridge(Struct, frozen=True, tag=True):
    """The whole configuration of a bridge. It is kept on the bridge's disk, so that it works without a backend."""

    version: int
    domain: str
    """The SIP domain and digest realm of the registrar."""
    media_node: str
    """Where legs offered by the network get their RTP."""
    trunks: tuple[Trunk, ...] = ()


class DescribeBridge(Struct, frozen=True, tag=True):
    """Asks a bridge which legs it holds (reply: `BridgeDescribed`)."""


class LegState(Struct, frozen=True):
    leg_id: str
    call_id: str
    state: Literal["offered", "dialling", "ringing", "answered"]


class TrunkState(Struct, frozen=True):
    name: str
    up: bool
    text: str
    calls: int


class Registration(Struct, frozen=True):
    sip_user: str
    contact: str
    source: str
    user_agent: str
    expires_at_ms: int


class BridgeDescribed(Struct, frozen=True, tag=True):
    node: str
    config_version: int
    legs: tuple[LegState, ...]
    trunks: tuple[TrunkState, ...]
    registrations: tuple[Registration, ...]


LegCommand = PlaceLeg | RingLeg | AnswerLeg | EndLeg | TransferResult | ConfigureBridge | DescribeBridge
LegReply = Done | Refused | BridgeDescribed


# ---------------------------------------------------------------- events


class LegOffered(Struct, frozen=True, tag=True):
    """A telephone calls. Nothing but 100 Trying has been answered; call control decides."""

    leg_id: str
    bridge: str
    media_node: str
    from_number: str
    from_name: str
    to_number: str
    codec: str
    """Name of the codec chosen with the far end."""
    trunk: str | None = None
    """The trunk it came over, or None when it is one of our own telephones."""
    sip_user: str | None = None
    """The authenticated account that calls, or None when it came over a trunk."""
    sip_call_id: str = ""


class LegRinging(Struct, frozen=True, tag=True):
    leg_id: str
    early_media: bool = False


class LegAnswered(Struct, frozen=True, tag=True):
    leg_id: str
    codec: str
    answered_by: str = ""
    """The contact that answered, for the log."""


class LegHeld(Struct, frozen=True, tag=True):
    """The telephone itself pressed hold or resume (an offer with sendonly or inactive, RFC 3264 8.4)."""

    leg_id: str
    held: bool


class TransferAsked(Struct, frozen=True, tag=True):
    """A telephone wants its other party transferred (REFER, RFC 3515); answered by `TransferResult`."""

    leg_id: str
    to_number: str


class LegEnded(Struct, frozen=True, tag=True):
    leg_id: str
    cause: str
    """An id of `headcall.wire.causes`."""
    by_peer: bool
    """Whether the far end ended it."""
    at_ms: int | None = None
    """When it ended, milliseconds since 1970: what waits in an outbox is told late. None: now."""


class RegistrationChanged(Struct, frozen=True, tag=True):
    sip_user: str
    contacts: int
    """How many contacts are registered now."""


class BridgeUp(Struct, frozen=True, tag=True):
    """A bridge has started and taken its dialogs back from its store; it wants its configuration."""

    bridge: str
    epoch: int


LegEvent = LegOffered | LegRinging | LegAnswered | LegHeld | TransferAsked | LegEnded | RegistrationChanged | BridgeUp


# ---------------------------------------------------------------- credentials, asked on `topics.CREDENTIALS`


class AskCredential(Struct, frozen=True, tag=True):
    realm: str
    sip_user: str


class Credential(Struct, frozen=True, tag=True):
    """Digest hashes of a SIP account (RFC 7616: H(username:realm:password)), in hexadecimal."""

    sip_user: str
    ha1_md5: str
    ha1_sha256: str
    algorithm: Literal["MD5", "SHA-256"] = "MD5"
    """What this device is challenged with; old telephones fail on SHA-256."""


CredentialReply = Credential | Refused
