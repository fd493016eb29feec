# SPDX-License-Identifier: Apache-2.0
"""What our pages may do in a browser: the headers that say so."""

import base64
import hashlib
import re
from collections.abc import Iterable

HEADERS = {
    "permissions-policy": (
        "microphone=(self), camera=(self), display-capture=(self), autoplay=(self), geolocation=(), payment=(), usb=()"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

# A Host header that may stand in a policy: RFC 3986 host and port, without the characters that end a directive.
_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}(?::\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::\d{1,5})?", re.ASCII)

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL | re.IGNORECASE)


def content_security_policy(host: str, script_hashes: Iterable[str] = ()) -> str:
    """The policy of a page on `host`. Older Safari does not take a WebSocket for `'self'`, so it is named."""
    live = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    scripts = "".join(f" '{each}'" for each in script_hashes)
    return (
        f"default-src 'self'; script-src 'self'{scripts}; connect-src 'self'{live}; img-src 'self' data: blob:; "
        "media-src 'self' blob:; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def script_hashes(html: str) -> tuple[str, ...]:
    """The inline scripts of our own page, as a policy names them (CSP 3, 2.3.1): these run, no others."""
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE_SCRIPT.findall(html))
    return tuple(f"sha256-{base64.b64encode(digest).decode()}" for digest in digests)
