# SPDX-License-Identifier: Apache-2.0
"""The bus topics. A node is named `<kind>-<number>`, as in `sfu-1` or `sip-1`."""

from typing import Final

__all__ = [
    "CREDENTIALS",
    "EVENTS",
    "NODES",
    "QUALITY",
    "media",
    "simulator",
    "sip",
]

EVENTS: Final = "backend.events"
"""Where bridges and media nodes bring their events, by request, in order, until acknowledged."""

CREDENTIALS: Final = "backend.credentials"
"""Where a SIP bridge asks for the digest hash of a user it does not know yet, and for its configuration."""

NODES: Final = "nodes"
"""Each node publishes a `NodeAlive` here every two seconds."""

QUALITY: Final = "quality"
"""Media nodes publish a `LegQuality` here for every leg, every five seconds. May be lost."""


def media(node: str) -> str:
    """Commands to one media node (`headcall.wire.media.MediaCommand`)."""
    return f"media.{node}"


def sip(node: str) -> str:
    """Commands to one SIP bridge (`headcall.wire.legs.LegCommand`)."""
    return f"sip.{node}"


def simulator(node: str) -> str:
    """Commands to one caller simulator (`headcall.wire.simulator.SimulatorCommand`)."""
    return f"simulator.{node}"
