# SPDX-License-Identifier: Apache-2.0
"""One message to one push service: encrypted for the browser (RFC 8291), signed by us (RFC 8292), bounded in time, and
sent to the very address that was looked up and found good."""

import asyncio
import base64
import logging
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02  # type: ignore[import-untyped]
from pywebpush import WebPusher  # type: ignore[import-untyped]

from headcall.backend.push.model import Service, Subscription, is_public, service_of

log = logging.getLogger(__name__)

PATIENCE_S: Final = 10.0
TOKEN_S: Final = 12 * 3600
"""RFC 8292 2: at most a day."""
LONGEST_MESSAGE: Final = 2048
"""Octets before encryption. RFC 8030 7.2 promises 4096 behind it."""

Outcome = Literal["sent", "gone", "failed"]
WallS = Callable[[], float]
"""Seconds since 1970."""
Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolve(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


class Sender:
    def __init__(
        self, key: Vapid02, contact: str, wall_s: WallS, own_services: Iterable[str] = (), look_up: Resolve = resolve
    ) -> None:
        self._key, self._contact, self._wall_s = key, contact, wall_s
        self._own, self._look_up = tuple(own_services), look_up

    async def send(self, to: Subscription, message: bytes, *, ttl_s: int, topic: str) -> Outcome:
        """Never raises: a push that fails is a ring less, not a call less."""
        host = urlsplit(to.endpoint).hostname
        try:
            async with asyncio.timeout(PATIENCE_S):
                status = await self._post(to, message, ttl_s, topic)
        except Exception as error:  # noqa: BLE001 - the edge: names, TLS, sockets, keys of strangers
            log.info("push to %s failed: %s", host, type(error).__name__)
            return "failed"
        if status in (404, 410):  # RFC 8030 7.3
            return "gone"
        if not 200 <= status < 300:
            log.info("push to %s was refused: %d", host, status)
            return "failed"
        return "sent"

    async def _post(self, to: Subscription, message: bytes, ttl_s: int, topic: str) -> int:
        service = service_of(to.endpoint, self._own)
        address = await self._address(service)
        keys = {"endpoint": to.endpoint, "keys": {"p256dh": to.p256dh, "auth": to.auth}}
        body = await asyncio.to_thread(lambda: WebPusher(keys).encode(message[:LONGEST_MESSAGE])["body"])
        url = httpx.URL(to.endpoint)
        headers = {
            "host": url.netloc.decode("ascii"),
            "ttl": str(ttl_s),
            "urgency": "high",
            "topic": topic,
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            **self._signature(service),
        }
        # No proxy of the environment, no redirect: both would lead where nobody has looked.
        async with (
            httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=PATIENCE_S) as client,
            client.stream(
                "POST",
                url.copy_with(host=address),
                content=body,
                headers=headers,
                extensions={"sni_hostname": service.host},
            ) as reply,
        ):
            return reply.status_code  # its body is not read: it has no bound

    async def _address(self, service: Service) -> str:
        found = await self._look_up(service.host, service.port)
        if service.origin in self._own:
            return found[0]
        if not found or not all(is_public(each) for each in found):
            raise PermissionError(f"{service.host} leads to a private address")
        return found[0]

    def _signature(self, service: Service) -> dict[str, Any]:
        claims = {"aud": service.origin, "exp": int(self._wall_s()) + TOKEN_S, "sub": self._contact}
        return {"authorization": self._key.sign(claims)["Authorization"]}


def public_key(key: Vapid02) -> str:
    """What pages subscribe with (RFC 8292 3.2)."""
    point = key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()
