# SPDX-License-Identifier: Apache-2.0
"""Scheduled reports, through a real SMTP session: what is in them, when they go, and that each goes once."""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from headcall.backend.audit.service import Audit
from headcall.backend.settings import Mail
from headcall.backend.stats import schedule_rows
from headcall.backend.stats.mailing import Mailing
from headcall.backend.stats.post import Post
from headcall.backend.stats.schedules import Schedule, question_at, slot_after, slot_before
from tests.backend.company import Company, run_in_company
from tests.backend.stats.fixed_log import ZONE, at
from tests.backend.stats.post_office import PostOffice, post_office
from tests.backend.stats.test_stats import kept

WISH = {"name": "日报 <b>\r\nBcc: x@y.cn", "recipients": ["boss@firma.example", "anna@firma.example"], "at": "08:30"}
DAY_S = 86_400


def play(tmp_path: Path, story: Callable[[Company, PostOffice], Awaitable[None]], **how: Any) -> None:
    """In a company whose mail server is the office."""

    async def scenario(c: Company) -> None:
        async with post_office() as office:
            settings = Mail(host="127.0.0.1", port=office.port, security="none", sender="pbx@firma.example")
            c.parts.mailing.post = Post(settings)
            await kept(c)
            await story(c, office)

    run_in_company(tmp_path, scenario, **how)


async def made(c: Company, **wish: Any) -> dict[str, Any]:
    answer = await (await c.signed_in("anna")).post("/api/v1/report-schedules", json=WISH | wish)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(c: Company) -> dict[str, Any]:
    found: dict[str, Any] = (await (await c.signed_in("anna")).get("/api/v1/report-schedules")).json()
    return found


def test_yesterdays_report_comes_in_the_morning_as_text_html_and_a_sheet(tmp_path: Path, database_url: str) -> None:
    async def story(c: Company, office: PostOffice) -> None:
        assert (await made(c))["next_at"] == "2026-11-25T00:30:00.000Z"  # 08:30 in Shanghai
        assert await c.parts.mailing.look() == 0 and office.sessions == 0
        c.clock.advance(DAY_S)  # Wednesday, 11:10
        assert await c.parts.mailing.look() == 1
        ((recipients, letter),) = office.letters
        assert recipients == ["boss@firma.example", "anna@firma.example"]
        assert letter["Subject"] == "日报 <b> Bcc: x@y.cn · 2026-11-24" and letter["Bcc"] is None
        assert letter["From"].addresses[0].addr_spec == "pbx@firma.example"
        text, html = letter.get_body(("plain",)), letter.get_body(("html",))
        assert text is not None and html is not None
        assert "服务水平: 42.9%" in text.get_content()  # all queues together: 6 / 14
        assert "=售前 &lt;b&gt;" in html.get_content() and "<b>" not in html.get_content()
        (sheet,) = letter.iter_attachments()
        assert sheet.get_filename() == "stats-queue-2026-11-24-2026-11-24.csv"
        lines = list(csv.reader(io.StringIO(sheet.get_content().removeprefix("\ufeff"))))
        assert lines[0][:2] == ["队列", "进线量"] and lines[-1][:2] == ["合计", "14"]
        assert "'=售前 <b>" in [line[0] for line in lines]
        (shown,) = (await listed(c))["schedules"]
        assert shown["last"]["state"] == "sent" and shown["next_at"] == "2026-11-26T00:30:00.000Z"

    play(tmp_path, story, database_url=database_url)


def test_a_slot_is_sent_once_by_two_backends_and_after_a_restart(tmp_path: Path, database_url: str) -> None:
    async def story(c: Company, office: PostOffice) -> None:
        await made(c)
        c.clock.advance(DAY_S)
        first = c.parts.mailing
        second = Mailing(first._stats, c.parts.store, first._audit, first.post, company="x", new_id=c.parts.ctx.ids)
        assert sorted(await asyncio.gather(first.look(), second.look())) == [0, 1]
        assert await second.look() == 0
        assert len(office.letters) == 1

    play(tmp_path, story, database_url=database_url)


def test_what_the_server_refuses_is_tried_again_and_told(tmp_path: Path) -> None:
    async def story(c: Company, office: PostOffice) -> None:
        await made(c)
        c.clock.advance(DAY_S)
        office.refuses = b"451 come back later\r\n"
        assert await c.parts.mailing.look() == 0
        (shown,) = (await listed(c))["schedules"]
        assert shown["last"]["state"] == "failed" and "come back later" in shown["last"]["detail"]
        assert await c.parts.mailing.look() == 0 and office.sessions == 1  # not at once
        office.refuses = b""
        c.clock.advance(301)
        assert await c.parts.mailing.look() == 1 and len(office.letters) == 1

    play(tmp_path, story)


def test_who_died_over_sending_is_told_of_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    async def story(c: Company, office: PostOffice) -> None:
        schedule = await made(c)
        c.clock.advance(DAY_S)
        async with c.parts.store.begin() as session:
            slot = at("24:00") + 510 * 60_000
            await schedule_rows.claim(session, schedule["id"], slot, c.clock.wall_ms())
        c.clock.advance(3600)
        assert await c.parts.mailing.look() == 0
        assert (await listed(c))["schedules"][0]["last"]["state"] == "lost" and not office.letters

    play(tmp_path, story)


def test_what_is_switched_off_or_was_due_long_ago_is_not_sent(tmp_path: Path) -> None:
    async def story(c: Company, office: PostOffice) -> None:
        await made(c, enabled=False)
        await made(c, every="weekly", day=3)  # Wednesday
        c.clock.advance(2.5 * DAY_S)  # Thursday night; nobody was there on Wednesday
        assert await c.parts.mailing.look() == 0 and not office.letters

    play(tmp_path, story)


def test_send_now_sends_and_keeps_the_slots(tmp_path: Path) -> None:
    async def story(c: Company, office: PostOffice) -> None:
        schedule = await made(c, every="monthly", by="agent", language="en", name="Month")
        anna = await c.signed_in("anna")
        assert (await anna.post(f"/api/v1/report-schedules/{schedule['id']}/send")).status_code == 204
        ((_, letter),) = office.letters
        assert letter["Subject"] == "Month · 2026-10-01 – 2026-10-31"
        body = letter.get_body(("plain",))
        assert body is not None and "Nothing happened in this span." in body.get_content()
        assert (await listed(c))["schedules"][0]["last"] is None
        office.refuses = b"554 no\r\n"
        refused = await anna.post(f"/api/v1/report-schedules/{schedule['id']}/send")
        assert refused.status_code == 502 and refused.json()["error"]["cause"] == "mail-refused"
        c.parts.mailing.post = Post(Mail())
        refused = await anna.post(f"/api/v1/report-schedules/{schedule['id']}/send")
        assert refused.status_code == 409 and refused.json()["error"]["cause"] == "no-mail-server"
        assert (await listed(c))["mail_is_set"] is False
        c.parts.mailing.post = Post(Mail(host="127.0.0.1", port=1, security="none", sender="a@b.cn"))
        assert (await anna.post(f"/api/v1/report-schedules/{schedule['id']}/send")).status_code == 502

    play(tmp_path, story)


def test_schedules_are_changed_and_removed_and_it_is_in_the_audit_log(tmp_path: Path) -> None:
    async def story(c: Company, _office: PostOffice) -> None:
        schedule = await made(c)
        anna, mei = await c.signed_in("anna"), await c.signed_in("mei")
        path = f"/api/v1/report-schedules/{schedule['id']}"
        changed = await anna.put(path, json=WISH | {"name": "Weekly", "every": "weekly", "day": 10})
        assert (changed.json()["name"], changed.json()["day"]) == ("Weekly", 3)
        for refused in (await mei.get("/api/v1/report-schedules"), await mei.post(f"{path}/send")):
            assert refused.status_code == 403
        assert (await anna.put("/api/v1/report-schedules/rep_none", json=WISH)).status_code == 404
        assert (await anna.delete(path)).status_code == 204
        assert (await anna.delete(path)).status_code == 404
        assert (await listed(c))["schedules"] == []
        noted = await Audit(c.parts.store, c.clock, c.parts.ctx.ids).newest(object_id=schedule["id"])
        assert [each["action"] for each in noted] == ["report.remove", "report.change", "report.create"]
        assert noted[1]["after"]["name"] == "Weekly" and noted[0]["user"]["name"] == "Anna Schmidt"

    play(tmp_path, story)


@pytest.mark.parametrize(
    "wish",
    [
        {"recipients": []},
        {"recipients": ["boss@firma.example\r\nBcc: x@y.cn"]},
        {"recipients": ["Boss <boss@firma.example>"]},
        {"recipients": ["boss"]},
        {"recipients": ["a@b.cn,c@d.cn"]},
        {"recipients": [f"b{n}@firma.example" for n in range(21)]},
        {"at": "24:00"},
        {"at": "8:30"},
        {"day": 0},
        {"every": "hourly"},
        {"name": ""},
        {"name": "x" * 4000},
        {"language": "de"},
    ],
)
def test_a_strange_schedule_is_a_bad_request(tmp_path: Path, wish: dict[str, Any]) -> None:
    async def scenario(c: Company) -> None:
        answer = await (await c.signed_in("anna")).post("/api/v1/report-schedules", json=WISH | wish)
        assert answer.status_code == 400 and answer.json()["error"]["cause"] == "bad-request"

    run_in_company(tmp_path, scenario)


def test_slots_and_what_they_tell_of() -> None:
    daily = Schedule("rep_1", "x", minute=510)
    assert slot_before(daily, at("08:30"), ZONE) == at("08:30")
    assert slot_before(daily, at("08:29:59"), ZONE) == at("08:30") - DAY_S * 1000
    assert slot_after(daily, at("08:30"), ZONE) == at("08:30") + DAY_S * 1000
    weekly = replace(daily, every="weekly", day=1)  # at("…") is a Tuesday
    assert slot_before(weekly, at("12:00"), ZONE) == at("08:30") - DAY_S * 1000
    span = question_at(weekly, slot_before(weekly, at("12:00"), ZONE), ZONE).span
    assert (span.until_ms, span.until_ms - span.since_ms) == (at("00:00") - DAY_S * 1000, 7 * DAY_S * 1000)
    monthly = replace(daily, every="monthly", day=31)
    assert slot_after(monthly, at("12:00"), ZONE) == at("08:30") + 6 * DAY_S * 1000  # 30 November is its last
    assert slot_before(monthly, at("12:00"), ZONE) == at("08:30") - 24 * DAY_S * 1000  # 31 October
