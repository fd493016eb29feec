# SPDX-License-Identifier: Apache-2.0
"""Replies that are kept ready: who keeps them, and what is refused."""

from pathlib import Path

from headcall.backend.calls.assembly import make_control
from tests.backend.company import Company, run_in_company

URL = "/api/v1/canned-replies"


def test_a_supervisor_keeps_replies_and_agents_read_them(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        anna, mei, admin = await c.signed_in("anna"), await c.signed_in("mei"), await c.signed_in("admin")
        hello = {"shortcut": "hello", "language": "en", "text": "Hello {visitor}, I am {agent}."}
        kept = (await anna.post(URL, json=hello)).json()
        assert (await mei.get(URL)).json()["replies"] == [kept]
        assert (await mei.post(URL, json=hello)).status_code == 403
        assert (await anna.post(URL, json=hello)).status_code == 409
        assert (await anna.post(URL, json={**hello, "shortcut": "a b/c"})).status_code == 400
        assert (await anna.put(f"{URL}/reply_none", json=hello)).status_code == 404
        changed = await anna.put(f"{URL}/{kept['reply_id']}", json={**hello, "text": "=1+1 <b>😀"})
        assert changed.json()["text"] == "=1+1 <b>😀"
        assert (await anna.delete(f"{URL}/{kept['reply_id']}")).status_code == 204
        assert (await mei.get(URL)).json()["replies"] == []
        entries = (await admin.get("/api/v1/audit", params={"object_id": kept["reply_id"]})).json()["entries"]
        assert [entry["action"] for entry in entries] == ["canned-reply.delete"] + ["canned-reply.put"] * 2

    run_in_company(tmp_path, scenario, make_control=make_control)
