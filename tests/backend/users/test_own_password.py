# SPDX-License-Identifier: Apache-2.0
"""Changing one's own password: what is asked for, what is refused, and what ends with the old one."""

from pathlib import Path

import pytest

from headcall.backend.users.throttle import PER_PAIR
from tests.backend.company import PASSWORDS, Company, run_in_company

URL = "/api/v1/me/password"
OLD, NEW = PASSWORDS["mei"], "四个 simple words 😀"


def test_a_new_password_counts_at_once_and_ends_the_other_sessions(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        here, elsewhere, lei = await c.signed_in("mei"), await c.signed_in("mei"), await c.signed_in("lei")
        assert (await here.post(URL, json={"old": OLD, "password": NEW})).status_code == 204
        assert (await here.get("/api/v1/session")).status_code == 200
        assert (await elsewhere.get("/api/v1/session")).status_code == 401
        assert (await lei.get("/api/v1/session")).status_code == 200
        for password, status in ((OLD, 401), (NEW, 200)):
            answer = await c.client().post("/api/v1/session", json={"login": "mei", "password": password})
            assert answer.status_code == status

    run_in_company(tmp_path, scenario, database_url=database_url)


@pytest.mark.parametrize(
    "password", ["short", "1234567890", "aaaaaaaaaaaa", "Password123", " " * 12, OLD, "x" * 4000, "<script>"]
)
def test_a_poor_password_is_refused_and_the_old_one_stays(tmp_path: Path, password: str) -> None:
    async def scenario(c: Company) -> None:
        mei = await c.signed_in("mei")
        answer = await mei.post(URL, json={"old": OLD, "password": password})
        assert answer.status_code == 400 and password not in answer.text.replace("password", "")
        assert await c.signed_in("mei")

    run_in_company(tmp_path, scenario)


def test_guessing_the_old_one_is_slowed_down(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        mei = await c.signed_in("mei")
        got = [(await mei.post(URL, json={"old": "guess", "password": NEW})).status_code for _ in range(PER_PAIR + 1)]
        assert got == [401] * PER_PAIR + [429]

    run_in_company(tmp_path, scenario)
