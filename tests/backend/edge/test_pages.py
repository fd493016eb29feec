# SPDX-License-Identifier: Apache-2.0
"""The pages: packed where the browser takes it, kept for good where the name has a hash, nothing outside the folder."""

from pathlib import Path

import pytest

from headcall.backend.edge.policy import content_security_policy
from tests.backend.company import Company, run_in_company

HTML = "<!doctype html><title>HeadCall</title>"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text(HTML)
    (root / "assets" / "app-1a2b.js").write_text("plain")
    (root / "assets" / "app-1a2b.js.br").write_bytes(b"brotli")
    (root / "assets" / "app-1a2b.js.gz").write_bytes(b"gzip")
    (tmp_path / "secret.txt").write_text("secret")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    return root


@pytest.mark.parametrize("path", ["/", "/index.html", "/calls", "/calls/call_1", "/x/y/z"])
def test_every_path_of_the_page_is_the_page(tmp_path: Path, pages: Path, path: str) -> None:
    async def scenario(c: Company) -> None:
        answer = await c.client().get(path)
        assert answer.status_code == 200 and answer.text == HTML
        assert answer.headers["cache-control"] == "no-cache"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "microphone=(self)" in answer.headers["permissions-policy"]
        again = await c.client().get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304 and again.content == b""

    run_in_company(tmp_path, scenario, pages=pages)


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [("br, gzip", "br"), ("gzip", "gzip"), ("gzip;q=0.5, zstd", "gzip"), ("identity", None), ("", None)],
)
def test_files_are_sent_packed_to_who_unpacks_them(
    tmp_path: Path, pages: Path, accepts: str, encoding: str | None
) -> None:
    async def scenario(c: Company) -> None:
        browser = c.client()
        async with browser.stream("GET", "/assets/app-1a2b.js", headers={"Accept-Encoding": accepts}) as answer:
            content = b"".join([piece async for piece in answer.aiter_raw()])
        assert answer.headers.get("content-encoding") == encoding
        assert content == {"br": b"brotli", "gzip": b"gzip", None: b"plain"}[encoding]
        assert "immutable" in answer.headers["cache-control"] and answer.headers["vary"] == "accept-encoding"
        assert answer.headers["content-type"].startswith("text/javascript")

    run_in_company(tmp_path, scenario, pages=pages)


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/link.txt",
        "/assets/none.js",
        "//etc/passwd.txt",
        "/x%00.js",
        "/" + "x" * 3000 + ".js",
        "/api/nope",
        "/api/v1/nope",
        "/api/v2/session",
    ],
)
def test_what_is_not_there_is_not_found(tmp_path: Path, pages: Path, path: str) -> None:
    async def scenario(c: Company) -> None:
        answer = await c.client().get(path)
        assert answer.status_code == 404 and answer.json()["error"]["cause"] == "not-found"

    run_in_company(tmp_path, scenario, pages=pages)


def test_pages_are_read_only(tmp_path: Path, pages: Path) -> None:
    async def scenario(c: Company) -> None:
        assert (await c.client().post("/")).status_code == 405
        head = await c.client().head("/")
        assert head.status_code == 200 and head.content == b"" and head.headers["content-length"] == str(len(HTML))

    run_in_company(tmp_path, scenario, pages=pages)


def test_the_scripts_of_our_own_page_run_and_no_others(tmp_path: Path, pages: Path) -> None:
    # CSP 3, 2.3.1: the hash is of the text between the tags
    (pages / "index.html").write_text("<script>alert('Hello, world.');</script><script src=x></script>")

    async def scenario(c: Company) -> None:
        policy = (await c.client().get("/")).headers["content-security-policy"]
        assert "script-src 'self' 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=';" in policy
        assert "connect-src 'self' ws://headcall.test wss://headcall.test;" in policy

    run_in_company(tmp_path, scenario, pages=pages)


@pytest.mark.parametrize("host", ["evil.example; script-src *", "a b", "x" * 300, "\r\nx", "'unsafe-eval'", ""])
def test_a_host_header_cannot_widen_the_policy(host: str) -> None:
    assert "connect-src 'self';" in content_security_policy(host)


def test_without_pages_the_server_says_what_to_do(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        answer = await c.client().get("/")
        assert answer.status_code == 503 and "npm" in answer.text

    run_in_company(tmp_path, scenario)
