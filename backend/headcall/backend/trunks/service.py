# SPDX-License-Identifier: Apache-2.0
"""Trunks, and the configuration that a bridge gets."""

import hashlib
import logging
from typing import Literal, cast

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.store import facts
from headcall.backend.store.engine import Store
from headcall.backend.store.secrets import SecretBox
from headcall.backend.trunks import store as rows
from headcall.kit.bus.port import Bus, BusError
from headcall.wire import topics
from headcall.wire.codec import UnknownWord, decode, encode
from headcall.wire.legs import ConfigureBridge, LegReply, Trunk
from headcall.wire.nodes import Refused

log = logging.getLogger(__name__)

FACT = "bridge-configuration"


class Trunks:
    """The lines to the public network. Every bridge of the first cut gets them all."""

    def __init__(self, store: Store, box: SecretBox, bus: Bus, *, domain: str, media_node: str) -> None:
        self._store, self._box, self._bus = store, box, bus
        self._domain, self._media_node = domain, media_node
        self.configured: set[str] = set()
        """The bridges that have taken their configuration from us."""

    async def put(self, session: AsyncSession, trunk: Trunk) -> None:
        """Adds a trunk, or changes it."""
        row = await session.get(rows.TrunkRow, trunk.name)
        if row is None:
            row = rows.TrunkRow(name=trunk.name, password="")
            session.add(row)
        row.host, row.port, row.transport = trunk.host, trunk.port, trunk.transport
        row.username, row.registers, row.expires_s = trunk.username, trunk.registers, trunk.expires_s
        row.accept_from, row.max_calls = list(trunk.accept_from), trunk.max_calls
        if self._open(row.password) != trunk.password:
            row.password = self._box.seal(trunk.password) if trunk.password else ""
        await session.flush()

    async def every(self) -> tuple[Trunk, ...]:
        """All trunks, passwords opened: for the bridge, never for a page."""
        async with self._store.read() as session:
            return tuple(self._trunk(row) for row in await rows.every(session))

    async def configuration(self) -> ConfigureBridge:
        """What a bridge is told. The version grows whenever anything in it has changed."""
        plain = ConfigureBridge(0, self._domain, self._media_node, await self.every())
        digest = hashlib.sha256(encode(plain)).hexdigest()
        async with self._store.begin() as session:
            kept = await facts.recall(session, FACT)
            if kept.get("digest") != digest:
                kept = {"digest": digest, "version": int(kept.get("version", 0)) + 1}
                await facts.remember(session, FACT, kept)
        return msgspec.structs.replace(plain, version=kept["version"])

    async def configure(self, bridge: str) -> bool:
        """Tells a bridge its configuration; False when it did not take it (it asks again when it is up)."""
        try:
            message = encode(await self.configuration())
            data = await self._bus.request(topics.sip(bridge), message)
            reply: object = decode(data, LegReply)  # type: ignore[arg-type]
        except (BusError, UnknownWord) as error:
            log.warning("could not configure %s: %s", bridge, error)
            return False
        if isinstance(reply, Refused):
            log.error("%s refuses its configuration: %s", bridge, reply.text)
            return False
        self.configured.add(bridge)
        return True

    def _trunk(self, row: rows.TrunkRow) -> Trunk:
        return Trunk(
            name=row.name,
            host=row.host,
            port=row.port,
            transport=cast(Literal["udp", "tcp"], row.transport),
            username=row.username,
            password=self._open(row.password),
            registers=row.registers,
            expires_s=row.expires_s,
            accept_from=tuple(row.accept_from),
            max_calls=row.max_calls,
        )

    def _open(self, sealed: str) -> str:
        return self._box.open(sealed) if sealed else ""
