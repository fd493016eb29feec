# SPDX-License-Identifier: Apache-2.0
"""Blocks, ranges, who has which number, and files: all of it or nothing."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from headcall.backend.calls.assembly import make_control
from headcall.backend.numbers.model import ToQueue, ToUser
from headcall.backend.sample import QUEUE_ID
from tests.backend.company import Company, run_in_company

NUMBERS, BLOCKS, FILE = "/api/v1/numbers", "/api/v1/number-blocks", "/api/v1/numbers.csv"
BLOCK = {"name": "深圳 <script>", "first": "83012340000", "count": 10_000}
FREE = "83012345000"
MEI, WEI = "usr_demo_mei", "usr_demo_wei"


async def cause(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["cause"])


async def page(client: httpx.AsyncClient, **query: Any) -> tuple[int, list[str]]:
    found = (await client.get(NUMBERS, params=query)).json()
    return found["total"], [number["number"] for number in found["numbers"]]


def test_a_block_of_ten_thousand_is_added_searched_and_divided(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        admin = await c.signed_in("admin")
        added = await admin.post(BLOCKS, json=BLOCK)
        assert added.status_code == 201, added.text
        block = added.json()
        assert (block["last"], block["total"], block["free"], block["used"]) == ("83012349999", 10_000, 9996, 4)
        assert (await page(admin, use="free", limit=2))[1] == ["83012340000", "83012340001"]
        assert (await page(admin, use="free", offset=9995))[1] == ["83012349999"]
        assert await page(admin, q="8301234-1001") == (1, ["83012341001"])
        assert await page(admin, q="李梅") == (1, ["83012341001"])
        assert (await page(admin, use="user"))[0] == 4
        ranged = {"first": "83012345000", "last": "83012345099", "branch": "上海", "isp": "电信", "staff": "overseas"}
        assert (await admin.post("/api/v1/number-ranges", json=ranged)).json() == {"count": 100}
        assert await page(admin, branch="上海", limit=1) == (100, [FREE])
        assert (await admin.get(BLOCKS)).json()["branches"] == ["上海"]
        for wrong in ({"first": "83012349999", "count": 2}, {"first": "83012339999", "count": 2}, {"count": 1}):
            assert await cause(await admin.post(BLOCKS, json=BLOCK | wrong)) == "taken", wrong
        assert await cause(await admin.delete(f"{BLOCKS}/{block['block_id']}")) == "in-use"
        second = (await admin.post(BLOCKS, json=BLOCK | {"first": "83012350000", "count": 3})).json()
        assert (await admin.delete(f"{BLOCKS}/{second['block_id']}")).status_code == 204
        assert (await page(admin, q="8301235000"))[0] == 0

    run_in_company(tmp_path, scenario, database_url=database_url)


@pytest.mark.parametrize(
    "wrong",
    [
        {"count": 0},
        {"count": 10_001},
        {"first": "8301234000"},
        {"first": "99999999999", "count": 2},
        {"first": "８３０１２３４０００"},
        {"name": ""},
        {"name": "x" * 4000},
        {"extra": 1},
    ],
)
def test_a_block_that_makes_no_sense_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    async def scenario(c: Company) -> None:
        admin = await c.signed_in("admin")
        assert await cause(await admin.post(BLOCKS, json=BLOCK | {"count": 5} | wrong)) == "bad-request"
        assert (await admin.get(BLOCKS)).json()["blocks"] == []

    run_in_company(tmp_path, scenario)


def test_a_number_goes_to_a_person_a_queue_and_back(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await c.parts.control.queues.load()  # type: ignore[attr-defined]
        admin = await c.signed_in("admin")
        await admin.post(BLOCKS, json=BLOCK)
        given = await admin.put(f"{NUMBERS}/{FREE}", json={"target_kind": "user", "target": WEI})
        assert (given.json()["target_name"], given.json()["networks"]) == ("王伟", ["phone", "browser"])
        assert await c.parts.numbers.resolve("5000", "phone") == ToUser(WEI, FREE)
        assert (await page(admin, q="83012342001", use="free"))[0] == 1  # the number they had before
        late = {"target_kind": "free", "version": "0123"}
        assert await cause(await admin.put(f"{NUMBERS}/{FREE}", json=late)) == "changed-meanwhile"
        made = (await admin.post("/api/v1/queues", json={"name": "夜班"})).json()
        wish = {"target_kind": "queue", "target": made["id"], "version": given.json()["version"]}
        assert (await admin.put(f"{NUMBERS}/{FREE}", json=wish)).status_code == 200
        assert await c.parts.numbers.resolve(FREE, "pstn") == ToQueue(made["id"], FREE)
        assert (await admin.get(f"/api/v1/queues/{made['id']}")).json()["number"] == FREE
        assert (await admin.get(f"/api/v1/people/{WEI}")).json()["number"] is None
        await admin.put(f"{NUMBERS}/{FREE}", json={"target_kind": "free"})
        with pytest.raises(Exception, match="unknown-number"):
            await c.parts.numbers.resolve(FREE, "phone")
        assert (await admin.get(f"/api/v1/queues/{made['id']}")).json()["number"] == ""
        assert await cause(await admin.delete(f"{NUMBERS}/{FREE}")) == "in-use"
        told = (await admin.get("/api/v1/audit", params={"object_id": FREE})).json()["entries"]
        assert [entry["action"] for entry in told] == ["number.assign"] * 3

    run_in_company(tmp_path, scenario, make_control=make_control)


@pytest.mark.parametrize(
    "wrong",
    [
        {"target_kind": "user", "target": "usr_nobody"},
        {"target_kind": "queue", "target": "que_nowhere"},
        {"target_kind": "number", "target": FREE},
        {"target_kind": "number", "target": "1"},
        {"target_kind": "moon"},
        {"target_kind": "free", "hours_id": "hrs_none"},
        {"target_kind": "free", "branch": "x" * 101},
    ],
)
def test_a_number_leads_nowhere_that_is_not(tmp_path: Path, wrong: dict[str, Any]) -> None:
    async def scenario(c: Company) -> None:
        admin = await c.signed_in("admin")
        assert await cause(await admin.put(f"{NUMBERS}/{FREE}", json=wrong)) == "bad-request"
        assert (await page(admin, q=FREE))[0] == 0

    run_in_company(tmp_path, scenario)


def test_a_file_is_looked_at_then_applied_and_comes_out_as_it_went_in(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        admin = await c.signed_in("admin")
        text = (
            "number,use,target,branch,isp,staff\n83012345000,free,,'=1+1,电信,\n83012345001,person,wei,上海,,travelling\n"
            f"83012345002,queue,{QUEUE_ID},,,\n"
        )
        dry = (await admin.post(FILE, content=text.encode("gbk"))).json()
        assert (dry["encoding"], dry["new"], dry["is_applied"]) == ("gb18030", 3, False)
        assert (await page(admin, q="8301234500"))[0] == 0
        done = (await admin.post(FILE, params={"dry": "false"}, content=text.encode())).json()
        assert done["is_applied"] and done["faults"] == []
        assert (await admin.get(f"/api/v1/people/{WEI}")).json()["number"] == "83012345001"
        again = (await admin.post(FILE, content=text.encode())).json()
        assert (again["same"], again["new"], again["changed"]) == (3, 0, 0)
        out = (await admin.get(FILE)).content
        assert out.startswith(b"\xef\xbb\xbf") and b"'=1+1" in out
        same = (await admin.post(FILE, content=out)).json()
        assert same["fault_count"] == 0 and same["same"] == same["lines"] > 3

    run_in_company(tmp_path, scenario, make_control=make_control, database_url=database_url)


def test_one_wrong_line_and_nothing_is_applied(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        admin = await c.signed_in("admin")
        text = "number,use,target\n83012345000,free,\n83012345001,person,nobody\n"
        answer = (await admin.post(FILE, params={"dry": "false"}, content=text.encode())).json()
        assert answer["faults"] == [{"line": 3, "column": "target", "reason": "unknown-target", "value": "nobody"}]
        assert not answer["is_applied"] and (await page(admin, q="8301234500"))[0] == 0

    run_in_company(tmp_path, scenario)


def test_two_people_swap_their_numbers_by_a_file(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        admin = await c.signed_in("admin")
        text = "number,use,target\n83012341001,person,lei\n83012341002,person,mei\n"
        assert (await admin.post(FILE, params={"dry": "false"}, content=text.encode())).json()["is_applied"]
        assert (await admin.get(f"/api/v1/people/{MEI}")).json()["number"] == "83012341002"

    run_in_company(tmp_path, scenario)


def test_numbers_are_read_by_all_and_changed_by_who_may(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        anna = await c.signed_in("anna")
        assert (await anna.get(NUMBERS)).status_code == 200
        for answer in (
            await anna.post(BLOCKS, json=BLOCK),
            await anna.put(f"{NUMBERS}/{FREE}", json={"target_kind": "free"}),
            await anna.delete(f"{NUMBERS}/{FREE}"),
            await anna.post("/api/v1/number-ranges", json={"first": FREE, "last": FREE}),
            await anna.get(FILE),
            await anna.post(FILE, content=b"number\n1"),
        ):
            assert answer.status_code == 403, answer.text

    run_in_company(tmp_path, scenario)
