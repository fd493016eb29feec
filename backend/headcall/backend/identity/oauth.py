# SPDX-License-Identifier: Apache-2.0
"""Authlib's OAuth client over httpx, with the bounds it lacks: size of an answer, no redirects, no compression.

Authlib warns, as it is imported, that httpx will be called httpx2 one day. The pins decide that, not our users' logs.
"""

import warnings
from collections.abc import AsyncIterator
from typing import Any

import httpx

with warnings.catch_warnings(record=True):
    from authlib.integrations.httpx_client import (  # type: ignore[import-untyped]
        AsyncOAuth2Client,
        OAuthError,
    )

__all__ = ["MAX_ANSWER", "AsyncOAuth2Client", "OAuthError", "TooLarge", "client"]

MAX_ANSWER = 256 * 1024
"""Octets of one answer. The largest we know, a key set with certificates, has 30 KiB."""

REQUEST_SECONDS = 5.0


class TooLarge(httpx.TransportError):
    """The answer grew over the limit, or came compressed though we asked for it plain."""


class Bounded(httpx.AsyncBaseTransport):
    """Carries requests, and counts what comes back."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["accept-encoding"] = "identity"
        answer = await self._inner.handle_async_request(request)
        if answer.headers.get("content-encoding", "identity") != "identity":
            await answer.aclose()
            raise TooLarge("a compressed answer")
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        counted = _Counted(answer.stream)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=counted, extensions=answer.extensions)

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Counted(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MAX_ANSWER
        async for piece in self._inner:
            left -= len(piece)
            if left < 0:
                raise TooLarge("a large answer")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


def client(client_id: str, secret: str, *, auth_method: str, **more: Any) -> AsyncOAuth2Client:
    """A client for a few requests; to be closed."""
    return AsyncOAuth2Client(
        client_id,
        secret or None,
        token_endpoint_auth_method=auth_method,
        code_challenge_method="S256",
        transport=Bounded(httpx.AsyncHTTPTransport()),
        timeout=REQUEST_SECONDS,
        follow_redirects=False,
        **more,
    )
