# SPDX-License-Identifier: Apache-2.0
"""The pages: files of the frontend's build, the precompressed ones where the browser takes them; index.html for every
path that the page routes by itself.
"""

import asyncio
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from headcall.backend.edge.app import answer
from headcall.backend.edge.faults import fault
from headcall.backend.edge.policy import content_security_policy, script_hashes
from headcall.backend.recordings.ranges import Part, octets

ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
IMMUTABLE = "public, max-age=31536000, immutable"
"""For files with a hash in their name (Vite puts them under /assets)."""

NO_PAGES = (
    "<!doctype html><meta charset=utf-8><title>HeadCall</title><body style='font:16px system-ui;margin:4em auto;"
    "max-width:34em'><h1>HeadCall</h1><p>The server works, but the pages have not been built. Run <code>./headcall demo"
    "</code> or <code>npm --workspace frontend run build</code>.<p lang=zh>服务器运行正常，但网页尚未构建。"
)

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("application/wasm", ".wasm")


@dataclass(frozen=True, slots=True)
class Page:
    """A file as it is sent."""

    path: Path
    size: int
    media_type: str
    encoding: str
    cache: str
    etag: str
    script_hashes: tuple[str, ...] = ()
    """Of the inline scripts, in a page."""


class Pages:
    """An ASGI application over the folder of the built pages."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._respond(scope)
        await response(scope, receive, send)

    async def _respond(self, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            return answer(fault("method-not-allowed"), {"allow": "GET, HEAD"})
        path = scope["path"]
        if path.startswith("/api/"):
            return answer(fault("not-found", "no such interface"))
        headers = Headers(scope=scope)
        page = await asyncio.to_thread(self._find, path, headers.get("accept-encoding", ""))
        if page is None:
            is_page = "." not in path.rsplit("/", 1)[-1]
            return HTMLResponse(NO_PAGES, 503) if is_page else answer(fault("not-found", "no such file"))
        more = {"cache-control": page.cache, "etag": page.etag, "vary": "accept-encoding"}
        if page.media_type == "text/html":
            more["content-security-policy"] = content_security_policy(headers.get("host", ""), page.script_hashes)
        if headers.get("if-none-match") == page.etag:
            return Response(status_code=304, headers=more)
        return _file(page, more, is_head=scope["method"] == "HEAD")

    def _find(self, path: str, accepts: str) -> Page | None:
        wanted = self._inside(path) or self._inside("/index.html" if "." not in path.rsplit("/", 1)[-1] else "/-")
        if wanted is None:
            return None
        sent, encoding = wanted, ""
        accepted = {word.split(";")[0].strip() for word in accepts.split(",")}
        for name, suffix in ENCODINGS:
            packed = wanted.with_name(wanted.name + suffix)
            if name in accepted and packed.is_file():
                sent, encoding = packed, name
                break
        about = sent.stat()
        cache = IMMUTABLE if wanted.parent.name == "assets" else "no-cache"
        media_type = mimetypes.guess_type(wanted.name)[0] or "application/octet-stream"
        etag = f'"{about.st_mtime_ns:x}-{about.st_size:x}"'
        hashes = script_hashes(wanted.read_text(encoding="utf-8")) if media_type == "text/html" else ()
        return Page(sent, about.st_size, media_type, encoding, cache, etag, hashes)

    def _inside(self, path: str) -> Path | None:
        """The file of a path, if it is one and lies in our folder."""
        if "\0" in path or len(path) > 1024:
            return None
        found = (self._root / path.lstrip("/")).resolve()
        return found if found.is_relative_to(self._root) and found.is_file() else None


def _file(page: Page, more: dict[str, str], *, is_head: bool) -> Response:
    headers = more | {"content-length": str(page.size)}
    if page.encoding:
        headers["content-encoding"] = page.encoding
    if is_head:
        return Response(headers=headers, media_type=page.media_type)
    return StreamingResponse(octets(page.path, Part(0, page.size, page.size)), 200, headers, page.media_type)
