# SPDX-License-Identifier: Apache-2.0
"""People are made, changed and switched off; nobody gives rights they lack, and the last owner stays."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from headcall.backend.calls.assembly import make_control
from headcall.backend.users.model import Actor, Person, exceeds
from headcall.backend.users.store import UserRow
from tests.backend.company import PASSWORDS, Company, run_in_company

PEOPLE = "/api/v1/people"
MEI, LEI, ANNA, WEI, ADMIN = (f"usr_demo_{login}" for login in ("mei", "lei", "anna", "wei", "admin"))
HOSTILE = "<script>alert(1)</script> 🌙 '; DROP TABLE users"


async def enthrone(c: Company, *user_ids: str) -> None:
    async with c.parts.store.begin() as session:
        await session.execute(sa.update(UserRow).where(UserRow.user_id.in_(user_ids)).values(roles=["owner"]))


async def names(client: httpx.AsyncClient, **query: Any) -> list[str]:
    return [person["name"] for person in (await client.get(PEOPLE, params=query)).json()["people"]]


@pytest.mark.parametrize(
    ("giver", "given", "too_much"),
    [
        (("admin",), ("agent", "supervisor", "employee", "guest", "admin"), False),
        (("admin",), ("owner",), True),
        (("owner",), ("owner",), False),
        (("supervisor",), ("agent",), False),
        (("supervisor",), ("admin",), True),
        (("employee",), ("supervisor",), True),
        (("admin",), ("unknown",), False),
        (("admin",), (), False),
    ],
)
def test_nobody_gives_what_they_lack(giver: tuple[str, ...], given: tuple[str, ...], *, too_much: bool) -> None:
    person = Person("usr_x", "x", "X", giver, None)
    assert exceeds(Actor(person, "ses_x", person.rights), given) is too_much


def test_a_person_is_made_changed_found_and_signs_in(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        admin = await c.signed_in("admin")
        body = {"login": " New.One ", "name": HOSTILE, "number": "8301234-1009", "branch": "上海", "roles": ["agent"]}
        made = await admin.post(PEOPLE, json=body)
        assert made.status_code == 201, made.text
        person = made.json()
        assert (person["login"], person["name"], person["number"]) == ("new.one", HOSTILE, "83012341009")
        password = person["initial_password"]
        answer = await c.client().post("/api/v1/session", json={"login": "new.one", "password": password})
        assert (answer.status_code, answer.json()["step"]) == (202, "password"), "somebody else knows it"
        own = {"ticket": answer.json()["ticket"], "password": "a fine day for rain"}
        answer = await c.client().post("/api/v1/session/password", json=own)
        assert answer.status_code == 200 and answer.json()["name"] == HOSTILE
        one = f"{PEOPLE}/{person['user_id']}"
        change = {"name": "新人", "roles": ["supervisor"], "number": "1010", "version": person["version"]}
        changed = await admin.patch(one, json=change)
        assert changed.status_code == 200, changed.text
        assert (changed.json()["number"], changed.json()["short_number"]) == ("83012341010", "1010")
        late = await admin.patch(one, json={"name": "later", "version": person["version"]})
        assert (late.status_code, late.json()["error"]["cause"]) == (409, "changed-meanwhile")
        for wanted in ({"q": "新人"}, {"q": "341010"}, {"q": "上海"}, {"q": "新", "role": "supervisor"}):
            assert await names(admin, **wanted) == ["新人"], wanted
        assert await names(admin, q="%") == [] and await names(admin, q="1010", role="agent") == []
        found = (await admin.get(PEOPLE, params={"limit": 2, "offset": 2})).json()
        assert found["total"] == 6 and len(found["people"]) == 2
        told = (await admin.get("/api/v1/audit", params={"object_id": person["user_id"]})).json()["entries"]
        (entry, _own, first) = told
        assert (entry["action"], entry["before"]["name"], entry["after"]["name"]) == ("person.change", HOSTILE, "新人")
        assert first["action"] == "person.create" and password not in str(first)

    run_in_company(tmp_path, scenario, database_url=database_url, make_control=make_control)


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        ({"login": "mei"}, "taken"),
        ({"login": "MEI"}, "taken"),
        ({"login": "a b"}, "bad-request"),
        ({"login": ""}, "bad-request"),
        ({"name": "   "}, "bad-request"),
        ({"name": "x" * 4000}, "bad-request"),
        ({"name": "two\nlines"}, "bad-request"),
        ({"number": "83012341001"}, "taken"),
        ({"number": "1001"}, "taken"),
        ({"number": "4008123456"}, "taken"),
        ({"number": "=1+1"}, "bad-request"),
        ({"number": "1" * 40}, "bad-request"),
        ({"roles": []}, "bad-request"),
        ({"roles": ["king"]}, "bad-request"),
        ({"roles": ["owner"]}, "not-allowed"),
        ({"password": "short"}, "bad-request"),
        ({"password": "1234567890"}, "bad-request"),
        ({"user_id": "usr_mine"}, "bad-request"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nobody(tmp_path: Path, wrong: dict[str, Any], cause: str) -> None:
    async def scenario(c: Company) -> None:
        admin = await c.signed_in("admin")
        answer = await admin.post(PEOPLE, json={"login": "new", "name": "New", **wrong})
        assert answer.json()["error"]["cause"] == cause, answer.text
        assert (await admin.get(PEOPLE)).json()["total"] == 5

    run_in_company(tmp_path, scenario)


def test_who_is_switched_off_is_out_at_once_and_can_come_back(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        admin, mei = await c.signed_in("admin"), await c.signed_in("mei")
        answer = await admin.patch(f"{PEOPLE}/{MEI}", json={"is_active": False})
        assert answer.json()["is_active"] is False
        assert (await mei.get("/api/v1/session")).status_code == 401
        right = {"login": "mei", "password": PASSWORDS["mei"]}
        assert (await c.client().post("/api/v1/session", json=right)).status_code == 401
        assert await c.parts.users.person(MEI) is None
        assert await names(admin, active=False) == ["李梅"] and "李梅" not in await names(admin, active=True)
        assert "李梅" not in str((await admin.get("/api/v1/directory")).json())
        await admin.patch(f"{PEOPLE}/{MEI}", json={"is_active": True})
        assert (await c.client().post("/api/v1/session", json=right)).status_code == 200
        assert (await admin.patch(f"{PEOPLE}/{ADMIN}", json={"is_active": False})).status_code == 403

    run_in_company(tmp_path, scenario)


def test_a_new_initial_password_ends_the_sessions_of_another(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        admin, mei = await c.signed_in("admin"), await c.signed_in("mei")
        made = (await admin.post(f"{PEOPLE}/{MEI}/password", json={})).json()["initial_password"]
        assert (await mei.get("/api/v1/session")).status_code == 401
        assert (await c.client().post("/api/v1/session", json={"login": "mei", "password": made})).status_code == 202
        assert (await admin.post(f"{PEOPLE}/{ADMIN}/password", json={})).status_code == 403
        told = (await admin.get("/api/v1/audit", params={"object_id": MEI})).json()["entries"]
        assert [entry["action"] for entry in told] == ["person.password"] and made not in str(told)

    run_in_company(tmp_path, scenario, make_control=make_control)


def test_an_initial_password_opens_nothing_but_the_choice_of_ones_own(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        admin = await c.signed_in("admin")
        made = (await admin.post(f"{PEOPLE}/{MEI}/password", json={})).json()["initial_password"]
        mei = c.client()

        async def asked(password: str) -> tuple[int, dict[str, Any]]:
            answer = await mei.post("/api/v1/session", json={"login": "mei", "password": password})
            return answer.status_code, answer.json()

        async def chosen(ticket: str, password: str) -> tuple[int, dict[str, Any]]:
            answer = await mei.post("/api/v1/session/password", json={"ticket": ticket, "password": password})
            return answer.status_code, answer.json()

        status, challenge = await asked(made)
        assert (status, challenge["step"]) == (202, "password")
        ticket = challenge["ticket"]
        assert (await mei.get("/api/v1/session")).status_code == 401, "no session yet"
        code = await mei.post("/api/v1/session/code", json={"ticket": ticket, "code": "123456"})
        assert code.json()["error"]["cause"] == "log-in-expired", "the ticket is for this step alone"
        for bad in ("short", made, "mei", "1234567890"):
            status, refused = await chosen(ticket, bad)
            assert (status, refused["error"]["fields"]) == (400, ["password"]), bad
        assert (await chosen("not a ticket", "a fine day for rain"))[0] == 401
        status, me = await chosen(ticket, "a fine day for rain")
        assert (status, me["login"]) == (200, "mei") and (await mei.get("/api/v1/session")).status_code == 200
        assert (await chosen(ticket, "another fine day"))[0] == 401, "it counts once"
        assert (await asked(made))[0] == 401 and (await asked("a fine day for rain"))[0] == 200
        told = (await admin.get("/api/v1/audit", params={"object_id": MEI})).json()["entries"]
        assert [entry["action"] for entry in told] == ["user.password", "person.password"]

    run_in_company(tmp_path, scenario, make_control=make_control)


def test_the_last_owner_stays_and_only_owners_touch_owners(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        await enthrone(c, WEI)
        admin, wei = await c.signed_in("admin"), await c.signed_in("wei")
        for refused in (
            await admin.patch(f"{PEOPLE}/{WEI}", json={"name": "x"}),
            await admin.post(f"{PEOPLE}/{WEI}/password", json={}),
            await admin.patch(f"{PEOPLE}/{ADMIN}", json={"roles": ["owner"]}),
        ):
            assert refused.json()["error"]["cause"] == "not-allowed"
        answer = await wei.patch(f"{PEOPLE}/{WEI}", json={"roles": ["admin"]})
        assert (answer.status_code, answer.json()["error"]["cause"]) == (409, "last-owner")
        await wei.patch(f"{PEOPLE}/{ADMIN}", json={"roles": ["owner"]})
        assert (await wei.patch(f"{PEOPLE}/{WEI}", json={"roles": ["employee"]})).status_code == 200
        assert (await wei.get(PEOPLE)).status_code == 403

    run_in_company(tmp_path, scenario, database_url=database_url)


def test_only_who_may_manages_people_and_everybody_else_is_told(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        for login in ("mei", "wei", "anna"):
            client = await c.signed_in(login)
            for answer in (
                await client.get(PEOPLE),
                await client.get(f"{PEOPLE}/{MEI}"),
                await client.post(PEOPLE, json={"login": "x", "name": "x"}),
                await client.patch(f"{PEOPLE}/{MEI}", json={"roles": ["owner"]}),
                await client.post(f"{PEOPLE}/{MEI}/password", json={}),
                await client.get("/api/v1/roles"),
            ):
                assert answer.status_code == 403, answer.text
        admin = await c.signed_in("admin")
        roles = {role["role"]: role for role in (await admin.get("/api/v1/roles")).json()["roles"]}
        assert not roles["owner"]["may_give"] and roles["agent"]["may_give"]
        assert "agent.supervise" in roles["supervisor"]["rights"]
        assert (await admin.get(f"{PEOPLE}/usr_nobody")).status_code == 404

    run_in_company(tmp_path, scenario)
