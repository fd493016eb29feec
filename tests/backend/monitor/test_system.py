# SPDX-License-Identifier: Apache-2.0
"""Health, figures, nodes, trunks and telephones."""

from pathlib import Path

from headcall.wire import topics
from headcall.wire.codec import encode
from headcall.wire.legs import BridgeDescribed, Registration, TrunkState
from headcall.wire.nodes import NodeAlive
from tests.backend.company import Company, run_in_company


def heard(c: Company, node: str, kind: str, epoch: int = 1_790_000_000_000) -> None:
    c.parts.nodes.hear(encode(NodeAlive(node, kind, epoch, legs=3)))  # type: ignore[arg-type]


def test_health_names_what_is_missing(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        stranger = c.client()
        for path in ("/health", "/api/v1/health"):
            found = (await stranger.get(path)).json()
            assert found["status"] == "degraded" and set(found["problems"]) == {"sfu", "sip"}
        heard(c, "sfu-1", "sfu")
        heard(c, "sip-1", "sip")
        assert set((await stranger.get("/health")).json()["problems"]) == {"sip-1"}, "it knows no trunk yet"
        c.parts.trunks.configured.add("sip-1")
        assert (await stranger.get("/health")).json() == {"status": "ok", "problems": {}}
        c.clock.advance(8)
        assert (await stranger.get("/health")).json()["status"] == "degraded", "silent for too long"

    run_in_company(tmp_path, scenario)


def test_figures_are_for_this_machine_only(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        c.parts.ctx.metrics.counter("test_things", "Things").inc()
        assert "headcall_test_things_total 1.0" in (await c.client().get("/metrics")).text
        assert "headcall_test_things_total" in (await c.client(address="::1").get("/metrics")).text
        for outside in ("10.0.0.5", "::ffff:10.0.0.5", "nonsense"):
            assert (await c.client(address=outside).get("/metrics")).status_code == 404

        async def sfu(_message: bytes) -> bytes:
            return b"headcall_packets_total 5\n"

        c.bus.handlers["metrics.sfu-1"] = sfu
        assert "packets_total 5" in (await c.client().get("/metrics/sfu-1")).text
        assert (await c.client().get("/metrics/sfu-9")).status_code == 503

    run_in_company(tmp_path, scenario)


def test_administrators_see_nodes_trunks_and_telephones(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        heard(c, "sip-1", "sip")
        heard(c, "sip-2", "sip")
        trunk = TrunkState("carrier", True, "registered", 2)
        phone = Registration("83012341001", "sip:1001@10.0.0.9", "10.0.0.9:5060", "Phone/1", 1_790_000_300_000)

        async def bridge(_message: bytes) -> bytes:
            return encode(BridgeDescribed("sip-1", 1, (), (trunk,), (phone,)))

        c.bus.handlers[topics.sip("sip-1")] = bridge  # sip-2 does not answer
        shown = (await (await c.signed_in("admin")).get("/api/v1/system/nodes")).json()
        assert [(node["node"], node["up"], node["legs"]) for node in shown["nodes"]] == [
            ("sip-1", True, 3),
            ("sip-2", True, 3),
        ]
        assert shown["trunks"] == [{"name": "carrier", "bridge": "sip-1", "up": True, "text": "registered", "calls": 2}]
        assert shown["registrations"][0]["sip_user"] == "83012341001"
        for login in ("mei", "wei", "anna"):
            assert (await (await c.signed_in(login)).get("/api/v1/system/nodes")).status_code == 403

    run_in_company(tmp_path, scenario)


def test_rubbish_on_the_heartbeat_topic_is_no_node(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        for message in (b"", b"\xff", b"x" * 2_000_000):
            c.parts.nodes.hear(message)
        for n in range(1500):
            heard(c, f"sfu-{n}", "sfu")
        assert len(c.parts.nodes.view()) == 1000

    run_in_company(tmp_path, scenario)
