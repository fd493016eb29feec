# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from tests.backend.company import Company, run_in_company


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("", ["李梅", "张磊", "Anna Schmidt", "王伟"]),
        ("李", ["李梅"]),
        ("ANNA", ["Anna Schmidt"]),
        ("1002", ["张磊"]),
        ("%", []),
        ("\\", []),
        ("<script>", []),
        ("\0", []),
    ],
)
def test_people_are_found_by_name_login_and_number(tmp_path: Path, database_url: str, q: str, names: list[str]) -> None:
    async def scenario(c: Company) -> None:
        answer = await (await c.signed_in("wei")).get("/api/v1/directory", params={"q": q})
        assert [person["name"] for person in answer.json()["people"]] == names

    run_in_company(tmp_path, scenario, database_url=database_url)


def test_a_person_has_a_long_and_a_short_number_and_a_state(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        answer = await (await c.signed_in("wei")).get("/api/v1/directory", params={"q": "mei"})
        (mei,) = answer.json()["people"]
        assert (mei["number"], mei["short_number"], mei["state"]) == ("83012341001", "1001", "offline")
        assert (await c.client().get("/api/v1/directory")).status_code == 401

    run_in_company(tmp_path, scenario)
