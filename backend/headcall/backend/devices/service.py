# SPDX-License-Identifier: Apache-2.0
"""SIP accounts: whose they are, and what a bridge needs to check their passwords."""

import hashlib
from typing import Literal, cast

from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.devices import store as rows
from headcall.backend.store.engine import Store
from headcall.backend.store.secrets import SecretBox
from headcall.backend.users.store import UserRow
from headcall.wire.codec import UnknownWord, decode, encode
from headcall.wire.legs import AskCredential, Credential, CredentialReply
from headcall.wire.nodes import Refused


class Devices:
    """The telephones of people."""

    def __init__(self, store: Store, box: SecretBox) -> None:
        self._store, self._box = store, box

    async def sip_users(self, user_id: str) -> tuple[str, ...]:
        """The SIP accounts of a person."""
        async with self._store.read() as session:
            return tuple(row.sip_user for row in await rows.accounts_of(session, user_id))

    async def owner(self, sip_user: str) -> str | None:
        """The user id behind a SIP account."""
        async with self._store.read() as session:
            row = await session.get(rows.SipAccountRow, sip_user)
            return row.user_id if row else None

    async def put(self, session: AsyncSession, sip_user: str, *, user_id: str, realm: str, password: str) -> None:
        """Adds an account, or changes its password."""
        md5, sha256 = ha1(sip_user, realm, password)
        row = await session.get(rows.SipAccountRow, sip_user)
        if row is None:
            row = rows.SipAccountRow(sip_user=sip_user, algorithm="MD5")
            session.add(row)
        elif row.realm == realm and row.user_id == user_id and self._box.open(row.ha1_sha256) == sha256:
            return
        row.user_id, row.realm = user_id, realm
        row.ha1_md5, row.ha1_sha256 = self._box.seal(md5), self._box.seal(sha256)
        await session.flush()

    async def credential(self, asked: AskCredential) -> CredentialReply:
        """The digest hashes of an account, for the bridge."""
        async with self._store.read() as session:
            row = await session.get(rows.SipAccountRow, asked.sip_user[:64])
            user = await session.get(UserRow, row.user_id) if row else None
        if row is None or user is None or not user.is_active or row.realm != asked.realm:
            return Refused("unknown-number", "no such SIP account in this realm")
        return Credential(
            sip_user=row.sip_user,
            ha1_md5=self._box.open(row.ha1_md5),
            ha1_sha256=self._box.open(row.ha1_sha256),
            algorithm=cast(Literal["MD5", "SHA-256"], row.algorithm),
        )

    async def answer(self, message: bytes) -> bytes:
        """Serves `topics.CREDENTIALS`."""
        try:
            asked = decode(message, AskCredential)
        except UnknownWord as error:
            return encode(Refused("bad-request", str(error)))
        return encode(await self.credential(asked))


def ha1(sip_user: str, realm: str, password: str) -> tuple[str, str]:
    """H(username:realm:password) of RFC 7616 3.4.2, by MD5 and by SHA-256."""
    text = f"{sip_user}:{realm}:{password}".encode()
    return hashlib.md5(text, usedforsecurity=False).hexdigest(), hashlib.sha256(text).hexdigest()
