# SPDX-License-Identifier: Apache-2.0
"""A link for one call: one answer, for seven days, to everybody who has it and to nobody who guesses."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from headcall.backend.cdr import store as cdr
from headcall.backend.cdr.store import CallRecord
from headcall.backend.outcomes.store import change, of_calls
from headcall.backend.surveys import store as rows
from headcall.backend.surveys.page import language_of, question
from headcall.backend.surveys.service import MOST_LINKS, PER_ADDRESS
from tests.backend.company import Company, run_in_company

MEI = "usr_demo_mei"
ZH = {"accept-language": "zh-CN,zh;q=0.9"}


async def a_call(c: Company, call_id: str = "call_1", **facts: Any) -> None:
    record = CallRecord(
        call_id, "in", "13800138000", "4008123456", 1_000, agent_user_id=MEI, agent_name="李梅", **facts
    )
    async with c.parts.store.begin() as session:
        await cdr.write(session, record)


async def link(c: Company, call_id: str = "call_1", login: str = "mei") -> str:
    answer = await (await c.signed_in(login)).post(f"/api/v1/calls/{call_id}/survey")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["path"])


async def said(c: Company, call_id: str = "call_1") -> dict[str, Any]:
    return dict((await (await c.signed_in("anna")).get(f"/api/v1/calls/{call_id}/survey")).json())


def test_a_customer_answers_once_and_the_answer_is_with_the_call(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await a_call(c, answered_at_ms=2_000)
        path, customer = await link(c), c.client()
        page = await customer.get(path, headers=ZH)
        assert page.status_code == 200 and "您对这次通话满意吗" in page.text
        assert "13800138000" not in page.text and "李梅" not in page.text, "the page tells nothing of the call"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        wrong = await customer.post(path, content="mark=9&comment=hello", headers=ZH)
        assert wrong.status_code == 400 and "请先选择" in wrong.text and "hello" in wrong.text
        thanks = await customer.post(path, data={"mark": "4", "comment": "  <b>很好</b> 😀 " + "x" * 4000}, headers=ZH)
        assert thanks.status_code == 200 and "谢谢您的评价" in thanks.text
        again = await customer.post(path, data={"mark": "1"}, headers=ZH)
        assert "您已经评价过了" in again.text
        assert "您已经评价过了" in (await customer.get(path, headers=ZH)).text
        told = await said(c)
        assert told["mark"] == 4 and told["comment"].startswith("<b>很好</b> 😀 xx") and len(told["comment"]) == 1000
        async with c.parts.store.read() as session:
            assert (await of_calls(session, ["call_1"]))["call_1"].mark == 4
        mei = await c.signed_in("mei")
        assert (await mei.post("/api/v1/calls/call_1/survey")).status_code == 409, "it has been answered"

    run_in_company(tmp_path, scenario)


def test_two_links_of_a_call_have_one_vote_and_the_mark_by_telephone_stays(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await a_call(c, answered_at_ms=2_000)
        async with c.parts.store.begin() as session:
            await change(session, "call_1", mark=2)
        first, second = await link(c), await link(c, login="anna")
        assert first != second
        answers = await asyncio.gather(*(c.client().post(path, data={"mark": "5"}) for path in (first, second) * 3))
        assert sum("Thank you very much" in a.text or "谢谢您的评价" in a.text for a in answers) == 1
        async with c.parts.store.read() as session:
            assert (await of_calls(session, ["call_1"]))["call_1"].mark == 2
        assert (await said(c))["mark"] == 5

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize("token", ["x", "..%2F..%2Fapi", "%00", "a" * 5000, "<script>", "é", ""])
def test_who_guesses_learns_nothing(tmp_path: Path, token: str) -> None:
    async def scenario(c: Company) -> None:
        await a_call(c, answered_at_ms=2_000)
        await link(c)
        for answer in (await c.client().get(f"/s/{token}"), await c.client().post(f"/s/{token}", data={"mark": "1"})):
            assert answer.status_code in (400, 404, 405, 414)
            assert "script>" not in answer.text
        assert (await said(c))["mark"] is None

    run_in_company(tmp_path, scenario)


def test_a_link_holds_for_a_week(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await a_call(c, answered_at_ms=2_000)
        path = await link(c)
        c.clock.advance(7 * 86_400 - 1)
        assert (await c.client().get(path)).status_code == 200
        c.clock.advance(2)
        assert (await c.client().get(path)).status_code == 404
        assert (await c.client().post(path, data={"mark": "1"})).status_code == 404

    run_in_company(tmp_path, scenario)


def test_one_address_is_slowed_down_and_the_others_are_not(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        stranger = c.client(address="192.0.2.7")
        codes = [(await stranger.get(f"/s/{n}")).status_code for n in range(PER_ADDRESS + 5)]
        assert codes == [404] * PER_ADDRESS + [429] * 5
        assert (await c.client(address="192.0.2.8").get("/s/x")).status_code == 404
        c.clock.advance(61)
        assert (await stranger.get("/s/x")).status_code == 404

    run_in_company(tmp_path, scenario)


def test_who_may_make_a_link(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await a_call(c, answered_at_ms=2_000)
        await a_call(c, "call_2")
        for login, call_id, status in (
            ("lei", "call_1", 403),
            ("mei", "call_2", 409),
            ("mei", "call_nowhere", 404),
            ("anna", "call_1", 201),
        ):
            who = await c.signed_in(login)
            assert (await who.post(f"/api/v1/calls/{call_id}/survey")).status_code == status, (login, call_id)
        assert (await c.client().post("/api/v1/calls/call_1/survey")).status_code == 401
        assert (await (await c.signed_in("wei")).get("/api/v1/calls/call_1/survey")).status_code == 404
        mei = await c.signed_in("mei")
        codes = [(await mei.post("/api/v1/calls/call_1/survey")).status_code for _ in range(MOST_LINKS)]
        assert codes == [201] * (MOST_LINKS - 1) + [429]
        async with c.parts.store.read() as session:
            assert await rows.links_of(session, "call_1") == MOST_LINKS

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("zh-CN,en;q=0.8", "zh"), ("en-GB", "en"), ("de,zh;q=0.5", "en"), ("", "zh"), ("*", "zh"), ("x" * 9000, "en")],
)
def test_the_language_is_the_customers(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


def test_the_page_shows_a_hostile_comment_as_text() -> None:
    page = question("en", token='"><script>', hint=True, comment="</textarea><script>alert(1)</script>")
    assert "<script>" not in page and "&lt;script&gt;" in page
