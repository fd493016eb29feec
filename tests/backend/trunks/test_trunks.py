# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import sqlalchemy as sa

from headcall.backend.trunks.store import TrunkRow
from headcall.wire import topics
from headcall.wire.codec import decode, encode
from headcall.wire.legs import ConfigureBridge, Trunk
from headcall.wire.nodes import Done, Refused
from tests.backend.company import Company, run_in_company

REAL = Trunk("telecom", "sip.example.cn", 5070, "tcp", "user", "geheim", True, 120, ("203.0.113.0/28",), 60)


def test_a_bridge_gets_all_trunks_with_their_secrets_opened(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        async with c.parts.store.begin() as session:
            await c.parts.trunks.put(session, REAL)
        given: list[bytes] = []

        async def bridge(message: bytes) -> bytes:
            given.append(message)
            return encode(Done())

        c.bus.handlers[topics.sip("sip-1")] = bridge
        assert await c.parts.trunks.configure("sip-1")
        configuration = decode(given[0], ConfigureBridge)
        assert configuration.domain == "headcall.local" and configuration.media_node == "sfu-1"
        assert [trunk.name for trunk in configuration.trunks] == ["carrier", "telecom"]
        assert configuration.trunks[1] == REAL

    run_in_company(tmp_path, scenario)


def test_the_version_grows_with_changes_only(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        trunks = c.parts.trunks
        first, again = await trunks.configuration(), await trunks.configuration()
        assert first == again
        async with c.parts.store.begin() as session:
            await trunks.put(session, REAL)
        assert (await trunks.configuration()).version == first.version + 1

    run_in_company(tmp_path, scenario)


def test_the_database_holds_no_password_in_the_open(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        async with c.parts.store.begin() as session:
            await c.parts.trunks.put(session, REAL)
        async with c.parts.store.read() as session:
            kept = (await session.scalars(sa.select(TrunkRow.password))).all()
        assert kept[0] == "" and "geheim" not in kept[1] and len(kept[1]) > 50

    run_in_company(tmp_path, scenario)


def test_a_bridge_that_is_away_refuses_or_talks_nonsense_is_not_configured(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        assert not await c.parts.trunks.configure("sip-1")
        for reply in (encode(Refused("bad-request", "no")), b"\xff", b""):

            async def bridge(_message: bytes, reply: bytes = reply) -> bytes:
                return reply

            c.bus.handlers[topics.sip("sip-1")] = bridge
            assert not await c.parts.trunks.configure("sip-1")

    run_in_company(tmp_path, scenario)
