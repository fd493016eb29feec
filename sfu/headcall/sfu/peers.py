# SPDX-License-Identifier: Apache-2.0
"""Browsers: an offer becomes a transport of a leg, the transport becomes trusted, and at last it goes.

connect ──► opened ──(proven address, 30 s)──► handshake (10 s) ──► up ──(close_notify, gone, CloseLeg)──► closed
              └────────────────────────── too late, wrong certificate ─────────────────────────────────────►┘
"""

import asyncio
import logging
import secrets
import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

from headcall.kit.log import Sparse
from headcall.kit.tasks import Tasks
from headcall.sfu.codecs import as_tuples
from headcall.sfu.dtls import Association, Certificate, DtlsError, HandshakeFailed, SrtpKeys, WrongCertificate
from headcall.sfu.sdp import Unacceptable
from headcall.sfu.sdp.answer import Chosen, Local, select, write
from headcall.sfu.sdp.offer import Offer, Transport, parse

if TYPE_CHECKING:
    from headcall_engine import Engine

log = logging.getLogger(__name__)

# A page offers when it rings and connects at once; a browser behind a slow network tries for 15 to 30 s.
PROVEN_LIMIT = 30.0  # seconds

# One handshake is 1 ms of CPU; 64 at once are a queue of 64 ms, and a storm of reconnects waits its turn.
HANDSHAKES_AT_ONCE = 64

MAX_PEERS = 4096

ICE_CHARS = string.ascii_letters + string.digits + "+/"
HASHES = ("sha-256", "sha-384", "sha-512")


class NodeFull(Exception):
    """No more browsers on this node."""


@dataclass(frozen=True, slots=True)
class Reachable:
    """Where browsers send their packets."""

    addresses: tuple[str, ...]
    port: int


@dataclass(slots=True, eq=False)
class Peer:
    """One transport of a browser. A leg may have two for a moment: the old one, and the one that replaces it."""

    leg_id: str
    session: str
    """Which peer connection of the page this is, by its `o=` line."""
    remote: Transport
    local: Local
    name: str
    """Our first user fragment: what the engine calls the transport, also after an ICE restart."""
    association: Association
    proven: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None
    version: int = 0
    answer: str = ""

    def write_answer(self, offer: Offer, chosen: Chosen) -> str:
        """The version grows with each answer that differs (RFC 3264 8)."""
        if not self.answer or write(offer, chosen, self.local, self.version) != self.answer:
            self.version += 1
            self.answer = write(offer, chosen, self.local, self.version)
        return self.answer


class Peers:
    """All browser transports of the node, by our ICE user fragment."""

    def __init__(
        self,
        engine: "Engine",
        certificate: Certificate,
        reachable: Reachable,
        *,
        sparse: Sparse,
        count: Callable[[str], None] = lambda result: None,
        chance: Random | None = None,
    ) -> None:
        self._engine = engine
        self._certificate = certificate
        self._reachable = reachable
        self._sparse = sparse
        self._count = count
        self._chance = chance or secrets.SystemRandom()
        self._peers: dict[str, Peer] = {}
        self._legs: dict[str, list[Peer]] = {}
        self._tasks = Tasks("peers")
        self._turns = asyncio.Semaphore(HANDSHAKES_AT_ONCE)

    def __len__(self) -> int:
        return len(self._peers)

    # ------------------------------------------------------------ what call control asks

    def connect(self, leg_id: str, text: str, prefer: Sequence[str]) -> str:
        """The answer to an offer. Raises `SdpError` and `NodeFull`, and then nothing has changed."""
        offer = parse(text)
        chosen = select(offer, prefer)
        peer = self._same(leg_id, offer, chosen.transport) or self._open(leg_id, offer, chosen.transport)
        self._engine.set_peer_codecs(peer.name, as_tuples(chosen.codecs), peer.local.ssrc, chosen.level_extension)
        return peer.write_answer(offer, chosen)

    def has_leg(self, leg_id: str) -> bool:
        return leg_id in self._legs

    async def close_leg(self, leg_id: str) -> None:
        """Says goodbye on every transport of the leg, before the engine forgets it."""
        await self._end(self._of(leg_id))

    async def close(self) -> None:
        """Says goodbye to everybody."""
        await self._end(list(self._peers.values()))
        await self._tasks.close()

    # ------------------------------------------------------------ what the engine reports

    def proven(self, ufrag: str) -> None:
        if peer := self._peers.get(ufrag):
            peer.proven.set()

    def datagram(self, ufrag: str, data: bytes) -> None:
        peer = self._peers.get(ufrag)
        if peer is None or not peer.association.receive(data):
            self._count("datagram_dropped")

    def gone(self, ufrag: str) -> None:
        peer = self._peers.get(ufrag)
        if peer and peer.task:
            peer.task.cancel()

    # ------------------------------------------------------------ one transport's life

    def _of(self, leg_id: str) -> list[Peer]:
        """Oldest first."""
        return list(self._legs.get(leg_id, ()))

    def _same(self, leg_id: str, offer: Offer, remote: Transport) -> Peer | None:
        """The transport that an offer renegotiates: the leg's newest, if the page's peer connection is the same."""
        peer = next(reversed(self._of(leg_id)), None)
        if peer is None:
            return None
        is_same_certificate = peer.remote.fingerprints == remote.fingerprints
        if peer.remote.ufrag == remote.ufrag:
            if not is_same_certificate:
                raise Unacceptable("another certificate within one ICE session")
            return peer
        if is_same_certificate and peer.session == offer.session:
            self._restart_ice(peer, remote)
            return peer
        return None

    def _restart_ice(self, peer: Peer, remote: Transport) -> None:
        """New credentials, the same DTLS: who changes networks does not shake hands again (RFC 8842 4)."""
        peer.remote = remote
        peer.local = replace(peer.local, ufrag=self._ice_chars(8), pwd=self._ice_chars(24))
        self._engine.restart_ice(peer.name, peer.local.ufrag, peer.local.pwd, remote.ufrag)
        self._count("ice_restart")

    def _open(self, leg_id: str, offer: Offer, remote: Transport) -> Peer:
        if len(self._peers) >= MAX_PEERS:
            raise NodeFull(f"{MAX_PEERS} browsers are connected")
        self._drop_superseded(leg_id)
        local = self._local()
        self._engine.open_peer(leg_id, local.ufrag, local.pwd, remote.ufrag)
        peer = Peer(leg_id, offer.session, remote, local, local.ufrag, self._associate(local.ufrag))
        self._peers[peer.name] = peer
        self._legs.setdefault(leg_id, []).append(peer)
        peer.task = self._tasks.start(self._live(peer), f"transport of {leg_id}")
        # A callback, not a `finally`: a task that is cancelled before its first step never enters its body.
        peer.task.add_done_callback(lambda _: self._closed(peer))
        return peer

    def _local(self) -> Local:
        return Local(
            ufrag=self._ice_chars(8),
            pwd=self._ice_chars(24),
            fingerprint=self._certificate.sha256,
            addresses=self._reachable.addresses,
            port=self._reachable.port,
            ssrc=self._chance.getrandbits(32) or 1,
            cname=self._ice_chars(16),
            session_id=self._chance.getrandbits(62),
        )

    def _closed(self, peer: Peer) -> None:
        del self._peers[peer.name]
        self._legs[peer.leg_id].remove(peer)
        if not self._legs[peer.leg_id]:
            del self._legs[peer.leg_id]
        self._engine.close_peer(peer.name)

    def _associate(self, ufrag: str) -> Association:
        def take_keys(keys: SrtpKeys) -> None:
            self._engine.set_keys(ufrag, keys.profile, keys.rx_key, keys.rx_salt, keys.tx_key, keys.tx_salt)

        return Association(self._certificate, lambda data: self._engine.send_dtls(ufrag, data), take_keys)

    def _drop_superseded(self, leg_id: str) -> None:
        """Keeps the transport that carries the leg now, its oldest trusted one, beside the one about to be opened.

        Whoever offers again and again never has more than two transports on a leg.
        """
        trusted = [peer for peer in self._of(leg_id) if peer.association.is_up]
        for peer in self._of(leg_id):
            if peer.task and peer not in trusted[:1]:
                peer.task.cancel()

    async def _live(self, peer: Peer) -> None:
        try:
            await self._become_trusted(peer)
            await peer.association.until_closed()
            self._count("closed_by_peer")
        except DtlsError as error:
            self._count(_verdict(error))
            self._sparse.warning("dtls", "leg %s: no DTLS with the browser: %s", peer.leg_id, error)
        finally:
            await peer.association.close()

    async def _become_trusted(self, peer: Peer) -> None:
        try:
            async with asyncio.timeout(PROVEN_LIMIT):
                await peer.proven.wait()
        except TimeoutError as error:
            raise HandshakeFailed(f"no ICE check came within {PROVEN_LIMIT:g} s") from error
        async with self._turns:
            strong = [each for each in peer.remote.fingerprints if each[0] in HASHES]
            await peer.association.handshake(strong)
        self._count("done")

    async def _end(self, peers: Iterable[Peer]) -> None:
        tasks = [peer.task for peer in peers if peer.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ice_chars(self, length: int) -> str:
        return "".join(self._chance.choice(ICE_CHARS) for _ in range(length))


def _verdict(error: DtlsError) -> str:
    return "wrong_certificate" if isinstance(error, WrongCertificate) else "failed"
