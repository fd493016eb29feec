# SPDX-License-Identifier: Apache-2.0
"""A measured telephone, made of our own core: what it says is a known tone, what it hears is kept and measured.

async with telephone("83012341001", password) as phone:
    await phone.registers("127.0.0.1", 8404)
    call = await phone.rings()
    phone.answers(call, hertz=980)
    ...
    assert abs(call.heard.hertz() - 620) < 8
    assert call.heard.longest_gap_s < 0.040
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any, Literal

from headcall.kit.clock import SystemClock
from headcall.sip_bridge.digest import Credentials
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.simulator.rtp import RtpThread
from headcall.sip_bridge.simulator.speech import tone_packets
from headcall.sip_bridge.simulator.telephone import PhoneCall, Telephone
from headcall.sip_bridge.uri import NameAddr, Uri


class SipPhone:
    """A telephone and its registrar, or a line of the public network and the trunk port."""

    def __init__(self, telephone: Telephone, domain: str) -> None:
        self.telephone = telephone
        self._domain = domain
        self._rung: asyncio.Queue[PhoneCall] = asyncio.Queue()
        self._flow: Flow | None = None
        telephone.on_ring = self._rung.put_nowait

    def at(self, host: str, port: int, transport: Literal["udp", "tcp"] = "udp") -> None:
        """Where calls go, without registering."""
        self._flow = self.telephone.flow_to(host, port, transport)

    async def registers(self, host: str, port: int, transport: Literal["udp", "tcp"] = "udp") -> None:
        self.at(host, port, transport)
        assert self._flow is not None
        response = await self.telephone.register(Uri.sip(None, self._domain), self._flow)
        assert response.status == 200, f"{response.status} {response.reason}"

    def calls(self, number: str, *, caller: str, name: str = "", hertz: float = 980.0, keeps: bool = True) -> PhoneCall:
        """Dials. The call's `until` waits for an answer."""
        assert self._flow is not None
        host, port = self._flow.remote
        return self.telephone.dial(
            Uri.sip(number, host, port),
            self._flow,
            NameAddr(Uri.sip(caller, self._domain), name),
            payloads=lambda codec: tone_packets(codec, hertz),
            keeps=keeps,
        )

    async def rings(self, within: float = 10.0) -> PhoneCall:
        """The next call that comes in; it is ringing."""
        async with asyncio.timeout(within):
            return await self._rung.get()

    def answers(self, call: PhoneCall, *, hertz: float = 980.0) -> None:
        self.telephone.answer(call, lambda codec: tone_packets(codec, hertz))


@contextlib.asynccontextmanager
async def telephone(user: str = "", password: str = "", *, domain: str = "headcall.local") -> AsyncIterator[SipPhone]:
    """With `user` one of our own; without, a line of the public network."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    rtp = RtpThread()
    account: Any = Credentials(user, password) if user else None
    phone = Telephone(sock, rtp, SystemClock(), account=account)
    await phone.start()
    try:
        yield SipPhone(phone, domain)
    finally:
        await phone.stop()
        rtp.close()
