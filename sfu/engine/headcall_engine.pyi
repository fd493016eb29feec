# SPDX-License-Identifier: Apache-2.0
"""The packet engine: sockets, STUN, SRTP, RTP, codecs, mixing sources, recording, on threads of its own.

The calls below only put a command in a queue and return at once, unless they say otherwise. They raise `ValueError` for
arguments that could never be right (a caller's bug) and `KeyError` for an unknown leg where a result is asked for.
"""

from collections.abc import Sequence
from typing import Literal

Source = (
    tuple[Literal["silence"]]
    | tuple[Literal["leg"], str]
    | tuple[Literal["mix"], Sequence[str]]  # legs, added up
    | tuple[Literal["play"], str, Sequence[str], bool, float]  # play_id, clip names, loop, gain in dB
    | tuple[Literal["tone"], str]  # ringback, busy, congestion, beep
)
CodecTuple = tuple[str, int, int, int]  # name, payload type, clock rate, channels

Event = (
    tuple[Literal["proven"], str]  # ufrag: an authenticated STUN check bound an address
    | tuple[Literal["dtls"], str, bytes]  # ufrag, datagram from a proven address
    | tuple[Literal["up"], str]  # leg
    | tuple[Literal["down"], str]  # leg
    | tuple[Literal["gone"], str]  # ufrag: replaced by a newer transport, or leg closed
    | tuple[Literal["digit"], str, str, int]  # leg, digit, milliseconds
    | tuple[Literal["played"], str, str, bool]  # leg, play_id, finished
    | tuple[Literal["recorded"], str, str, int, int]  # recording, leg, milliseconds, octets
    | tuple[Literal["record_failed"], str, str, str]  # recording, leg, error text
    | tuple[Literal["panic"], str]  # a bug of ours in one packet or leg, text; the engine goes on
)

def source_digest() -> str:
    """SHA-256 over the Rust sources this library was built from, in hexadecimal.

    Over every `src/**/*.rs` in the order of their paths: path below `src` (with `/`), NUL, text, NUL.
    """

def read_header(packet: bytes) -> tuple[int, bool, int, int, int, bytes] | None:
    """Payload type, marker, sequence number, timestamp, SSRC, payload; None for what is no RTP. For tests and tools."""

def g711_decode(law: str, octets: bytes) -> list[int]:
    """The samples of `PCMA` or `PCMU`. For tests and tools."""

def g711_encode(law: str, samples: Sequence[int]) -> bytes: ...

class Engine:
    def __init__(
        self,
        *,
        udp_fd: int,
        plain_host: str,
        plain_ports: tuple[int, int],
    ) -> None:
        """Takes over a bound UDP socket for browsers (duplicated, the caller keeps its own) and a range for plain RTP.

        Plain legs bind even ports of `plain_ports` (low, high) on `plain_host`, RTCP on the next odd one.
        """

    def fileno(self) -> int:
        """An eventfd, readable while events wait."""

    def take_events(self, limit: int = 256) -> list[Event]: ...

    # browser transports, named by our ICE ufrag
    def open_peer(self, leg: str, ufrag: str, pwd: str, remote_ufrag: str) -> None:
        """An ICE-lite transport for the leg (made if new). It replaces an older one once keyed and heard."""

    def restart_ice(self, ufrag: str, new_ufrag: str, new_pwd: str, new_remote_ufrag: str) -> None:
        """Takes checks under new credentials too (RFC 8445 2.4): keys, streams and counters go on.

        The transport keeps its name, the first `ufrag`, in commands and events; closing it ends all its credentials.
        The newest two pairs are valid, so that the old path carries media until the new one is proven.
        """

    def set_peer_codecs(self, ufrag: str, codecs: Sequence[CodecTuple], ssrc: int, level_extension: int | None) -> None:
        """What was negotiated, preferred first. `ssrc` is ours, as told in the answer. RFC 6464 id or None."""

    def send_dtls(self, ufrag: str, data: bytes) -> None: ...
    def set_keys(self, ufrag: str, profile: str, rx_key: bytes, rx_salt: bytes, tx_key: bytes, tx_salt: bytes) -> None:
        """Profile `AEAD_AES_128_GCM` (RFC 7714) or `AES128_CM_HMAC_SHA1_80` (RFC 3711)."""

    def close_peer(self, ufrag: str) -> None: ...

    # plain legs
    def open_plain(self, leg: str, codecs: Sequence[CodecTuple]) -> tuple[str, int]:
        """Waits for the bind (well under a millisecond). Raises `OSError` when the range is used up."""

    def set_plain_remote(self, leg: str, host: str, port: int, codecs: Sequence[CodecTuple], sends: bool) -> None: ...

    # legs
    def hear(self, leg: str, source: Source) -> None:
        """Sets what the leg hears. Setting what is set already changes nothing, also after a play has ended.

        A leg that is not there (yet, or any more) is silence until it comes. Unknown clips are left out; a play
        without a known one ends at once, not finished. A beep is heard once and may be set again.
        """

    def send_digits(self, leg: str, digits: str, duration_ms: int) -> None:
        """Queued behind digits still being sent. What the leg hears is interrupted meanwhile."""

    def close_leg(self, leg: str) -> None: ...

    # clips: 48 kHz mono, signed 16 bit, native order
    def add_clip(self, name: str, pcm: bytes) -> None:
        """Takes about 25 ms per minute of sound, without the interpreter lock: long ones belong in a thread.

        A name that is there already is replaced; who plays the old clip hears it to its end.
        """

    def drop_clip(self, name: str) -> None: ...

    # recording
    def start_recording(self, recording: str, leg: str, path: str) -> None: ...
    def stop_recording(self, recording: str) -> None: ...

    # figures
    # `legs` and `leg_stats` wait for the engine's thread: well under a millisecond.
    def legs(self) -> list[tuple[str, str, bool, str]]:
        """(leg, "peer" | "plain", is up, codec)"""

    def leg_stats(self, leg: str) -> dict[str, float]:
        """packets_received, packets_lost, jitter_ms, packets_sent, remote_loss, rtt_ms, level_dbov; -1 where unknown.

        Totals since the leg was opened. While the leg is decoded also: concealed (stretches made up), late (packets
        that came too late to be played), delay_ms (what the jitter buffer aims at).
        """

    def counters(self) -> dict[str, int]:
        """Totals since the start: datagrams in and out, and each reason for which one was dropped."""

    def close(self) -> None:
        """Ends recordings properly, stops the threads, closes the sockets. Waits.

        The last events can still be taken, and the counters read; every other call raises `RuntimeError` from now on.
        """
