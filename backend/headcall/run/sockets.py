# SPDX-License-Identifier: Apache-2.0
"""The listening sockets. The supervisor opens them once and never closes them while a role is being restarted."""

import contextlib
import errno
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from headcall.run.ports import Kind, holder

BACKLOG: Final = 512
SIP_BUFFER: Final = 8 << 20
"""Octets of SIP that the kernel keeps while the bridge is away: thousands of messages."""
MEDIA_BUFFER: Final = 4 << 20
BUFFER_FORCE: Final = 33
"""SO_RCVBUFFORCE (socket(7)): beyond net.core.rmem_max, for root."""


class PortUnusable(Exception):
    """A port cannot be opened; the text says which setting, why, and what to do."""


@dataclass(frozen=True)
class Listen:
    """One socket to open."""

    name: str
    """What the role knows it by."""
    kind: Kind
    host: str
    port: int
    setting: str
    """The setting that names the port."""
    buffer: int = 0
    """Octets the kernel may keep for us."""


def open_socket(listen: Listen) -> socket.socket:
    """A bound, and for TCP listening, socket. Raises `PortUnusable`."""
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM if listen.kind == "tcp" else socket.SOCK_DGRAM)
    sock.setblocking(False)
    if listen.kind == "tcp":
        # Only here: for UDP it would let two processes share the port and lose each other's packets.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if listen.buffer:
        _grow(sock, listen.buffer)
    try:
        sock.bind((listen.host, listen.port))
        if listen.kind == "tcp":
            sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise PortUnusable(_advice(listen, error)) from error
    return sock


def open_all(listens: Sequence[Listen]) -> dict[str, socket.socket]:
    """All sockets, or none of them."""
    opened: dict[str, socket.socket] = {}
    try:
        for listen in listens:
            opened[listen.name] = open_socket(listen)
    except PortUnusable:
        for sock in opened.values():
            sock.close()
        raise
    return opened


def free_base(count: int) -> int:
    """The first of `count` neighbouring ports that are free now, for TCP and UDP alike."""
    for base in range(20000, 60000, max(count, 10)):
        if all(_is_free(port) for port in range(base, base + count)):
            return base
    raise PortUnusable("no free block of ports between 20000 and 60000")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as sock:
            try:
                sock.bind(("0.0.0.0", port))
            except OSError:
                return False
    return True


def _grow(sock: socket.socket, octets: int) -> None:
    for option in (BUFFER_FORCE, socket.SO_RCVBUF):
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, option, octets)
            return


def _advice(listen: Listen, error: OSError) -> str:
    where = f"{listen.kind.upper()} port {listen.port} on {listen.host} ({listen.setting})"
    match error.errno:
        case errno.EADDRINUSE:
            who = holder(listen.kind, listen.port)
            return f"{where} is in use by {who}. End it, or choose another port: {listen.setting} or --base-port."
        case errno.EACCES:
            return f"{where} may only be opened by root. Choose a port above 1023 in {listen.setting}."
        case errno.EADDRNOTAVAIL:
            return f"{where}: this machine does not have the address {listen.host}. Correct it in the settings."
        case _:
            return f"{where} cannot be opened: {error.strerror}."
