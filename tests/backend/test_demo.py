# SPDX-License-Identifier: Apache-2.0
"""The sample company is made once, and again only its passwords change."""

from pathlib import Path

import sqlalchemy as sa

from headcall.backend.store.tables import metadata
from tests.backend.company import PASSWORDS, SIP_PASSWORDS, Company, run_in_company


async def _content(c: Company) -> dict[str, list[tuple[object, ...]]]:
    async with c.parts.store.read() as session:
        return {
            table.name: [tuple(row) for row in (await session.execute(sa.select(table))).all()]
            for table in metadata.sorted_tables
        }


def test_seeding_again_changes_nothing(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        before = await _content(c)
        c.clock.advance(1000)
        await c.demo.seed(PASSWORDS, SIP_PASSWORDS, 8405)
        assert await _content(c) == before
        assert len(before["users"]) == 5 and len(before["sip_accounts"]) == 4 and len(before["trunks"]) == 1

    run_in_company(tmp_path, scenario, database_url=database_url)


def test_new_passwords_of_the_data_folder_are_taken_and_own_settings_stay(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        mei = await c.signed_in("mei")
        await mei.patch("/api/v1/me", json={"language": "en"})
        await c.demo.seed(PASSWORDS | {"mei": "another"}, SIP_PASSWORDS, 8405)
        old = await c.client().post("/api/v1/session", json={"login": "mei", "password": PASSWORDS["mei"]})
        new = await c.client().post("/api/v1/session", json={"login": "mei", "password": "another"})
        assert (old.status_code, new.status_code) == (401, 200)
        assert new.json()["language"] == "en"

    run_in_company(tmp_path, scenario)


def test_what_the_administration_made_of_the_company_stays(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        admin = await c.signed_in("admin")
        number = "/api/v1/numbers/83012341001"
        assert (await admin.put(number, json={"target_kind": "user", "target": "usr_demo_lei"})).status_code == 200
        await c.demo.seed(PASSWORDS, SIP_PASSWORDS, 8405)
        found = (await admin.get("/api/v1/numbers", params={"q": "83012341001"})).json()["numbers"]
        assert [entry["target_name"] for entry in found] == ["张磊"]

    run_in_company(tmp_path, scenario)


def test_without_a_password_nobody_signs_in(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        for password in ("", "!", "None"):
            answer = await c.client().post("/api/v1/session", json={"login": "mei", "password": password})
            assert answer.status_code in (400, 401)

    run_in_company(tmp_path, scenario)
