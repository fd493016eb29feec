# SPDX-License-Identifier: Apache-2.0
"""Every route of the living role, with whatever a stranger sends: an answer in our shape, and never a 500."""

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import httpx
import pytest

from headcall.backend.edge.openapi import description
from headcall.kit.role import RoleContext
from headcall.run.certificate import ensure_certificate
from tests.backend.company import CHANGING, PASSWORDS
from tests.backend.living import alive, demo_settings

NASTY: list[Any] = [
    None,
    True,
    0,
    -1,
    2**63,
    2**200,
    1e308,
    "",
    "x",
    "ready",
    "<script>alert(1)</script>",
    "'; DROP TABLE users; --",
    "😀👩‍👩‍👧",
    "\0",
    "\ud800",
    "x" * 4000,
    "../../etc/passwd",
    "%s%n{0}",
    [],
    {},
    [[[[]]]],
    {"a": {"b": None}},
]

PATHS = ["x", "%00", "%ff", "..", "%2e%2e%2f", "😀", "x" * 4000, "usr_demo_mei", "call_01KBXG9Z1Q7M3V8T5N2R4W6Y0A", "'"]


def operations() -> list[tuple[str, str, list[str]]]:
    """(method, path, names of body fields and query parameters) of every route."""
    whole = description()
    found = []
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            names = [each["name"] for each in operation.get("parameters", ())]
            schema = json.dumps(operation.get("requestBody", {}))
            for name, shape in whole["components"]["schemas"].items():
                if f'/{name}"' in schema:
                    names += list(shape.get("properties", {}))
            found.append((method.upper(), path, names))
    return found


def request(dice: random.Random, method: str, path: str, names: list[str]) -> dict[str, Any]:
    """One hostile request."""
    for _ in range(path.count("{")):
        start, end = path.index("{"), path.index("}")
        path = path[:start] + dice.choice(PATHS) + path[end + 1 :]
    values = {name: dice.choice(NASTY) for name in names if dice.random() < 0.8}
    query = {name: str(value).encode("utf-8", "replace").decode() for name, value in values.items()}
    body = dice.choice([json.dumps(values), json.dumps(dice.choice(NASTY)), "{", "", "[" * 5000])
    headers = {"content-type": dice.choice(["application/json", "text/plain", "multipart/form-data; boundary=x"])}
    return {"method": method, "url": path, "params": query, "content": body, "headers": headers}


@pytest.mark.parametrize("login", ["mei", "admin"])
def test_no_route_fails_whatever_it_is_given(tmp_path: Path, login: str) -> None:
    ensure_certificate(tmp_path / "tls", [])
    dice = random.Random(login)

    async def story(_ctx: RoleContext, http_port: int, _https_port: int) -> None:
        unseen: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unseen.append(context))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{http_port}", headers=CHANGING, timeout=20) as browser:
            session = {"login": login, "password": PASSWORDS[login]}
            assert (await browser.post("/api/v1/session", json=session)).status_code == 200
            for method, path, names in operations():
                for _ in range(12):
                    if (method, path) == ("DELETE", "/api/v1/session"):
                        continue
                    wanted = request(dice, method, path, names)
                    answer = await browser.request(**wanted)
                    assert answer.status_code < 500 or answer.status_code in (502, 503, 504), (wanted, answer.text)
                    if answer.status_code >= 400 and answer.status_code != 416:
                        assert answer.json()["error"]["text"]["zh"], wanted
            assert (await browser.get("/api/v1/session")).status_code in (200, 401)
        assert unseen == []

    asyncio.run(alive(tmp_path, demo_settings(), story))
