# SPDX-License-Identifier: Apache-2.0
"""What a push subscription is, and where we are willing to send to. Rules without I/O.

An endpoint is a stranger's text, and we are asked to send requests there: only https, to the usual port, and only to
addresses of the public internet, looked up by us and connected to as looked up. An installation with a push service of
its own names it (`[push] own_services`).
"""

import base64
import binascii
import ipaddress
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from headcall.backend.errors import ApiError

LONGEST_ENDPOINT: Final = 2048
POINT: Final = 65
"""Octets of an uncompressed point of P-256 (RFC 8291 3.1)."""
SECRET: Final = 16
"""Octets of the authentication secret (RFC 8291 3.2)."""


class Subscription(Struct, frozen=True):
    """What a browser's push manager gives."""

    endpoint: str
    p256dh: str
    auth: str


class Service(Struct, frozen=True):
    """Where an endpoint leads."""

    origin: str
    host: str
    port: int


def checked(endpoint: str, p256dh: str, auth: str, own_services: Iterable[str] = ()) -> Subscription:
    """A subscription that can be used. Raises `ApiError` for one that cannot, or must not."""
    service_of(endpoint, own_services)
    point, secret = _octets(p256dh), _octets(auth)
    if len(secret) != SECRET or len(point) != POINT:
        raise ApiError("bad-request", f"`p256dh` is {POINT} octets and `auth` {SECRET}, in base64url")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise ApiError("bad-request", "`p256dh` is no point of P-256") from None
    return Subscription(endpoint, p256dh, auth)


def service_of(endpoint: str, own_services: Iterable[str] = ()) -> Service:
    """Raises `ApiError` for an address we do not send to, whatever its name leads to."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ApiError("bad-request", "`endpoint` is no URL") from None
    origin = f"{parts.scheme}://{parts.netloc}"
    if len(endpoint) > LONGEST_ENDPOINT or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        raise ApiError("bad-request", "`endpoint` is no URL of a push service")
    if origin in own_services:
        return Service(origin, host, port or (443 if parts.scheme == "https" else 80))
    if parts.scheme != "https" or not host or parts.username or parts.password or port not in (None, 443):
        raise ApiError("bad-request", "`endpoint` begins with https:// and a name, without a port")
    if _is_address(host) or "." not in host:
        raise ApiError("bad-request", "`endpoint` names a host of the public internet")
    return Service(origin, host, 443)


def is_public(address: str) -> bool:
    """Whether an address is one of the internet: not ours, not this machine, nothing reserved."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and (found.ipv4_mapped or found.sixtofour or found.teredo):
        return False  # an IPv4 address in another coat; no push service needs one
    return found.is_global and not found.is_multicast


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.replace(".", "").isdigit()  # 127.1 and 2130706433 are addresses too, for some
    return True


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ApiError("bad-request", "the keys are base64url") from None
