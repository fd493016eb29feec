# SPDX-License-Identifier: Apache-2.0
"""Rows of second factors, keys and links to an identity provider."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, ForeignKey, String, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.store.base import Base, Id
from headcall.backend.users.store import UserRow


class SecondFactorRow(Base):
    __tablename__ = "second_factors"

    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True)
    secret_sealed: Mapped[str]
    confirmed_at_ms: Mapped[int | None]
    """None until the person has shown that their telephone knows the secret: until then nobody is asked for it."""
    last_step: Mapped[int] = mapped_column(default=0)
    """The newest time step whose code was taken; it and older ones are never taken again (RFC 6238 5.2)."""
    created_at_ms: Mapped[int]


class RecoveryCodeRow(Base):
    __tablename__ = "recovery_codes"

    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True)
    code_mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    """HMAC of the code with the key that lies beside the database."""


class ApiKeyRow(Base):
    __tablename__ = "api_keys"

    key_id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.user_id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    """What the key begins with: by it the row is found, and its owner knows it again."""
    key_sha256: Mapped[str] = mapped_column(String(64))
    rights: Mapped[list[str]]
    created_at_ms: Mapped[int]
    expires_at_ms: Mapped[int]
    last_used_at_ms: Mapped[int | None]


class LinkRow(Base):
    __tablename__ = "identity_links"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    """The provider's own name of the person, which never changes (OpenID Connect Core 2)."""
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.user_id", ondelete="CASCADE"), index=True)
    linked_at_ms: Mapped[int]


class PolicyRow(Base):
    __tablename__ = "identity_policy"

    tenant_id: Mapped[str] = mapped_column(Id, ForeignKey("tenants.tenant_id"), primary_key=True)
    second_factor_roles: Mapped[list[str]]
    """Whoever has one of these roles logs in with a second factor."""


async def take_step(session: AsyncSession, user_id: str, step: int) -> bool:
    """Whether this time step was still to be had. Of two who come at once, one gets it."""
    newer = (SecondFactorRow.user_id == user_id, SecondFactorRow.last_step < step)
    return await _changed(session, update(SecondFactorRow).where(*newer).values(last_step=step)) == 1


async def take_recovery_code(session: AsyncSession, user_id: str, mark: str) -> bool:
    """Whether the person had this code; they have it no more."""
    this = (RecoveryCodeRow.user_id == user_id, RecoveryCodeRow.code_mark == mark)
    return await _changed(session, delete(RecoveryCodeRow).where(*this)) == 1


async def put_recovery_codes(session: AsyncSession, user_id: str, marks: Sequence[str]) -> None:
    """These, and none of the earlier ones."""
    await session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))
    session.add_all(RecoveryCodeRow(user_id=user_id, code_mark=mark) for mark in marks)


async def count_recovery_codes(session: AsyncSession, user_id: str) -> int:
    this = RecoveryCodeRow.user_id == user_id
    return await session.scalar(select(func.count()).select_from(RecoveryCodeRow).where(this)) or 0


async def delete_second_factor(session: AsyncSession, user_id: str) -> bool:
    """Secret and recovery codes; whether there was one that counted."""
    await session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))
    row = await session.get(SecondFactorRow, user_id)
    if row is None:
        return False
    await session.delete(row)
    return row.confirmed_at_ms is not None


async def people_with_second_factor(session: AsyncSession) -> Sequence[tuple[UserRow, SecondFactorRow]]:
    found = await session.execute(
        select(UserRow, SecondFactorRow)
        .join(SecondFactorRow, SecondFactorRow.user_id == UserRow.user_id)
        .where(UserRow.is_active, SecondFactorRow.confirmed_at_ms.is_not(None))
        .order_by(UserRow.login)
        .limit(1000)
    )
    return [(row[0], row[1]) for row in found]


async def key_by_prefix(session: AsyncSession, prefix: str) -> tuple[ApiKeyRow, UserRow] | None:
    """A key with its person, who is still with us."""
    found = await session.execute(
        select(ApiKeyRow, UserRow)
        .join(UserRow, UserRow.user_id == ApiKeyRow.user_id)
        .where(ApiKeyRow.prefix == prefix, UserRow.is_active)
    )
    row = found.first()
    return None if row is None else (row[0], row[1])


async def keys_of(session: AsyncSession, user_id: str) -> Sequence[ApiKeyRow]:
    mine = select(ApiKeyRow).where(ApiKeyRow.user_id == user_id)
    return (await session.scalars(mine.order_by(ApiKeyRow.created_at_ms.desc(), ApiKeyRow.key_id))).all()


async def linked_user(session: AsyncSession, issuer: str, subject: str) -> UserRow | None:
    """The person, active or not, whom the provider means."""
    link = await session.get(LinkRow, (issuer, subject))
    return None if link is None else await session.get(UserRow, link.user_id)


async def _changed(session: AsyncSession, statement: Any) -> int:
    result = await session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount
