# SPDX-License-Identifier: Apache-2.0
"""Listening sockets, and what is said when one cannot be had."""

import os
import socket
from pathlib import Path

import pytest

from headcall.kit.settings import Settings
from headcall.run import assemble
from headcall.run.ports import Kind, holder
from headcall.run.sockets import Listen, PortUnusable, free_base, open_all, open_socket


@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_a_port_in_use_is_named_with_its_holder_and_the_setting(kind: Kind) -> None:
    with open_socket(Listen("a", kind, "127.0.0.1", 0, "web.port")) as first:
        port = first.getsockname()[1]
        with pytest.raises(PortUnusable) as caught:
            open_socket(Listen("b", kind, "127.0.0.1", port, "web.port"))
    command = Path("/proc/self/cmdline").read_text().replace("\0", " ").strip()[:60]
    says = str(caught.value)
    assert f"{kind.upper()} port {port} on 127.0.0.1 (web.port) is in use by `{command}` (pid {os.getpid()})" in says
    assert "--base-port" in says


def test_an_address_that_is_not_ours_is_named() -> None:
    with pytest.raises(PortUnusable, match=r"does not have the address 192\.0\.2\.1"):
        open_socket(Listen("a", "udp", "192.0.2.1", 0, "sip.host"))


def test_all_or_none_are_opened() -> None:
    with open_socket(Listen("a", "tcp", "127.0.0.1", 0, "x")) as taken:
        port = taken.getsockname()[1]
        base = free_base(2)
        with pytest.raises(PortUnusable):
            open_all([Listen("b", "udp", "127.0.0.1", base, "y"), Listen("c", "tcp", "127.0.0.1", port, "x")])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind(("127.0.0.1", base))


def test_a_port_that_nobody_holds_has_no_name() -> None:
    assert holder("tcp", 1) == "another process"


def test_a_burst_that_comes_while_nobody_reads_is_kept() -> None:
    """The SIP bridge may be away for seconds; the kernel keeps what comes meanwhile."""
    bursts = 200
    sip = Listen("sip-trunk-udp", "udp", "127.0.0.1", 0, "sip.trunk_port", 8 << 20)
    with open_socket(sip) as sock, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(bursts):
            sender.sendto(b"x" * 800, sock.getsockname())
        got = 0
        while True:
            try:
                sock.recv(2000)
            except BlockingIOError:
                break
            got += 1
    assert got == bursts


def test_every_socket_that_a_role_wants_is_opened() -> None:
    settings = Settings().with_values("demo", enabled=True)
    names = {listen.name for listen in assemble.listens(settings)}
    assert {fd for kind in assemble.KINDS.values() for fd in kind.fds} == names


def test_without_tls_and_demo_there_are_no_such_sockets() -> None:
    names = {listen.name for listen in assemble.listens(Settings().with_values("web", https_port=0))}
    assert "https" not in names and "simulator-udp" not in names
