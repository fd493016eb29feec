# SPDX-License-Identifier: Apache-2.0
"""Which changes the audit log shows."""

from pathlib import Path
from typing import Any

from headcall.backend.calls.assembly import make_control
from tests.backend.company import Company, run_in_company


def test_changes_are_found_by_person_action_time_and_page(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        await c.parts.control.queues.load()  # type: ignore[attr-defined]
        anna, admin = await c.signed_in("anna"), await c.signed_in("admin")
        for someone, name in ((anna, "one"), (admin, "two"), (anna, "100%")):
            assert (await someone.post("/api/v1/queues", json={"name": name})).status_code == 201
            c.clock.advance(3600)

        async def names(**wanted: Any) -> list[str]:
            answer = await admin.get("/api/v1/audit", params=wanted)
            assert answer.status_code == 200, answer.text
            return [entry["after"]["name"] for entry in answer.json()["entries"]]

        assert await names() == ["100%", "two", "one"]
        assert await names(person="anna") == ["100%", "one"]
        assert await names(person="%") == []
        assert await names(action="queue.") == ["100%", "two", "one"] and await names(action="number.") == []
        entries = (await admin.get("/api/v1/audit")).json()["entries"]
        assert [entry["object_name"] for entry in entries] == ["100%", "two", "one"]
        assert await names(since=entries[1]["at"]) == ["100%", "two"]
        assert await names(until=entries[1]["at"]) == ["one"]
        assert await names(before=entries[1]["id"]) == ["one"]
        assert await names(limit=1) == ["100%"]
        assert (await admin.get("/api/v1/audit", params={"since": "yesterday"})).status_code == 400

    run_in_company(tmp_path, scenario, make_control=make_control, database_url=database_url)
