# SPDX-License-Identifier: Apache-2.0
"""SIP accounts: what a bridge learns of them, and what the database does not hold."""

from pathlib import Path

import sqlalchemy as sa

from headcall.backend.devices.service import ha1
from headcall.backend.devices.store import SipAccountRow
from headcall.wire.codec import decode, encode
from headcall.wire.legs import AskCredential, Credential, CredentialReply
from headcall.wire.nodes import Refused
from tests.backend.company import Company, run_in_company


async def asked(c: Company, sip_user: str, realm: str = "headcall.local") -> object:
    data = await c.parts.devices.answer(encode(AskCredential(realm, sip_user)))
    return decode(data, CredentialReply)  # type: ignore[arg-type]


def test_the_hashes_are_those_of_rfc_7616() -> None:
    # RFC 7616 3.9.1: user "Mufasa", realm "http-auth@example.org", password "Circle of Life"
    md5, sha256 = ha1("Mufasa", "http-auth@example.org", "Circle of Life")
    assert md5 == "3d78807defe7de2157e2b0b6573a855f"
    assert sha256 == "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232"


def test_a_bridge_gets_the_hashes_of_an_account(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        found = await asked(c, "83012341001")
        md5, sha256 = ha1("83012341001", "headcall.local", "sip-mei")
        assert found == Credential("83012341001", md5, sha256)

    run_in_company(tmp_path, scenario)


def test_unknown_accounts_other_realms_and_rubbish_are_refused(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        for sip_user, realm in (("nobody", "headcall.local"), ("83012341001", "evil"), ("x" * 5000, ""), ("\0", "")):
            assert isinstance(await asked(c, sip_user, realm), Refused)
        data = await c.parts.devices.answer(b"\xc1 rubbish")
        assert decode(data, CredentialReply).cause == "bad-request"  # type: ignore[arg-type]

    run_in_company(tmp_path, scenario)


def test_the_database_holds_no_hash_in_the_open(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        md5, sha256 = ha1("83012341001", "headcall.local", "sip-mei")
        async with c.parts.store.read() as session:
            row = (await session.scalars(sa.select(SipAccountRow).where(SipAccountRow.sip_user == "83012341001"))).one()
        assert md5 not in row.ha1_md5 and sha256 not in row.ha1_sha256

    run_in_company(tmp_path, scenario)


def test_accounts_belong_to_people(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        assert await c.parts.devices.sip_users("usr_demo_mei") == ("83012341001",)
        assert await c.parts.devices.sip_users("usr_demo_admin") == ()
        assert await c.parts.devices.owner("83012342001") == "usr_demo_wei"
        assert await c.parts.devices.owner("nobody") is None

    run_in_company(tmp_path, scenario)


def test_a_new_password_replaces_the_old_one(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        async with c.parts.store.begin() as session:
            await c.parts.devices.put(
                session, "83012341001", user_id="usr_demo_mei", realm="headcall.local", password="new"
            )
        found = await asked(c, "83012341001")
        assert isinstance(found, Credential) and found.ha1_md5 == ha1("83012341001", "headcall.local", "new")[0]

    run_in_company(tmp_path, scenario)
