# SPDX-License-Identifier: Apache-2.0
"""/health, /metrics, /system."""

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.errors import ApiError
from headcall.backend.monitor.nodes import Nodes
from headcall.backend.store.base import iso
from headcall.kit.bus.port import Bus
from headcall.kit.role import metrics_topic


class NodeOut(BaseModel):
    """A process of the system."""

    node: str
    kind: str
    up: bool
    started_at: str
    legs: int
    draining: bool
    silent_s: float


class TrunkOut(BaseModel):
    """A line to the public network, as its bridge sees it."""

    name: str
    bridge: str
    up: bool
    text: str
    calls: int


class RegistrationOut(BaseModel):
    """A telephone that is registered."""

    sip_user: str
    contact: str
    source: str
    user_agent: str
    expires_at: str


class SystemOut(BaseModel):
    nodes: list[NodeOut]
    trunks: list[TrunkOut]
    registrations: list[RegistrationOut]


class HealthOut(BaseModel):
    """`ok`, or `degraded` with what is wrong, by part."""

    status: str
    problems: dict[str, str]


def routes(nodes: Nodes) -> APIRouter:
    """What administrators see."""
    router = APIRouter(prefix="/system", tags=["system"])

    @router.get("/nodes", response_model=SystemOut)
    async def read_system(_who: Annotated[Actor, Depends(requires("system.read"))]) -> dict[str, Any]:
        """Nodes, trunks and registered telephones."""
        described = await nodes.bridges()
        return {
            "nodes": nodes.view(),
            "trunks": [
                {"name": t.name, "bridge": bridge.node, "up": t.up, "text": t.text, "calls": t.calls}
                for bridge in described
                for t in bridge.trunks
            ],
            "registrations": [
                {
                    "sip_user": r.sip_user,
                    "contact": r.contact,
                    "source": r.source,
                    "user_agent": r.user_agent,
                    "expires_at": iso(r.expires_at_ms),
                }
                for bridge in described
                for r in bridge.registrations
            ],
        }

    return router


def public_routes(
    problems: Callable[[], Awaitable[dict[str, str]]], figures: Callable[[], bytes], bus: Bus
) -> APIRouter:
    """What monitoring asks, without signing in. `problems` tells what is not well, `figures` our own metrics."""
    router = APIRouter(tags=["system"])

    @router.get("/health", response_model=HealthOut)
    async def read_health() -> dict[str, Any]:
        """Whether all is well. Always 200 when the backend can answer at all."""
        found = await problems()
        return {"status": "degraded" if found else "ok", "problems": found}

    @router.get("/metrics", include_in_schema=False)
    async def read_metrics(request: Request) -> Response:
        """Figures of the backend, for a Prometheus on this machine."""
        _only_from_here(request)
        return _figures(figures())

    @router.get("/metrics/{node}", include_in_schema=False)
    async def read_node_metrics(node: str, request: Request) -> Response:
        """Figures of another node."""
        _only_from_here(request)
        return _figures(await bus.request(metrics_topic(node[:40]), b"", timeout=2.0))

    return router


def _figures(data: bytes) -> Response:
    return Response(data, media_type="text/plain; version=0.0.4; charset=utf-8")


def _only_from_here(request: Request) -> None:
    try:
        is_here = ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise ApiError("not-found", "no such interface")
