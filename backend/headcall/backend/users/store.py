# SPDX-License-Identifier: Apache-2.0
"""Rows of people and of their sessions."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import ForeignKey, String, delete, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.store.base import DEFAULT_TENANT, Base, Id
from headcall.backend.users.model import AnswerOn, Language, Person


class UserRow(Base):
    __tablename__ = "users"

    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, ForeignKey("tenants.tenant_id"), default=DEFAULT_TENANT)
    login: Mapped[str] = mapped_column(String(100), unique=True)
    """In lower case; what people type is compared without case."""
    name: Mapped[str]
    password_hash: Mapped[str]
    roles: Mapped[list[str]]
    number: Mapped[str | None] = mapped_column(String(32), unique=True)
    language: Mapped[str] = mapped_column(String(8), default="zh")
    answer_on: Mapped[str] = mapped_column(String(16), default="browser")
    branch: Mapped[str] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    password_is_initial: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Somebody else knows it: its owner changes it at the next log-in."""
    created_at_ms: Mapped[int]

    def person(self) -> Person:
        return Person(
            user_id=self.user_id,
            login=self.login,
            name=self.name,
            roles=tuple(self.roles),
            number=self.number,
            language=cast(Language, self.language),
            answer_on=cast(AnswerOn, self.answer_on),
            branch=self.branch,
            tenant_id=self.tenant_id,
        )


class SessionRow(Base):
    __tablename__ = "sessions"

    session_id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.user_id", ondelete="CASCADE"), index=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """The token itself is known to the browser alone."""
    created_at_ms: Mapped[int]
    seen_at_ms: Mapped[int]
    expires_at_ms: Mapped[int] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Where the log-in came from, so that the person knows it again in the list of their sessions."""
    device: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """What the browser said of itself then."""
    way: Mapped[str] = mapped_column(String(16), default="password", server_default="password")
    """`password`, `code` (with a second factor), `recovery` (with one of the codes on paper), `oidc`."""


async def user_by_login(session: AsyncSession, login: str) -> UserRow | None:
    return await session.scalar(select(UserRow).where(UserRow.login == login.lower(), UserRow.is_active))


async def any_user_by_login(session: AsyncSession, login: str) -> UserRow | None:
    """Also somebody who is switched off."""
    return await session.scalar(select(UserRow).where(UserRow.login == login.lower()))


async def user_by_number(session: AsyncSession, number: str) -> UserRow | None:
    return await session.scalar(select(UserRow).where(UserRow.number == number, UserRow.is_active))


async def find_users(session: AsyncSession, q: str = "", limit: int = 500) -> Sequence[UserRow]:
    """Active people whose name, login or number contains `q`, in the order of their numbers."""
    wanted = select(UserRow).where(UserRow.is_active)
    if q:
        part = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        columns = (UserRow.name, UserRow.login, UserRow.number)
        wanted = wanted.where(or_(*(column.ilike(f"%{part}%", escape="\\") for column in columns)))
    return (await session.scalars(wanted.order_by(UserRow.number.is_(None), UserRow.number).limit(limit))).all()


async def session_by_token(session: AsyncSession, token_sha256: str, now_ms: int) -> tuple[SessionRow, UserRow] | None:
    """A session that has not ended, with its person."""
    found = await session.execute(
        select(SessionRow, UserRow)
        .join(UserRow, UserRow.user_id == SessionRow.user_id)
        .where(SessionRow.token_sha256 == token_sha256, SessionRow.expires_at_ms > now_ms, UserRow.is_active)
    )
    row = found.first()
    return None if row is None else (row[0], row[1])


async def sessions_of(session: AsyncSession, user_id: str, now_ms: int) -> Sequence[SessionRow]:
    mine = select(SessionRow).where(SessionRow.user_id == user_id, SessionRow.expires_at_ms > now_ms)
    return (await session.scalars(mine.order_by(SessionRow.seen_at_ms.desc(), SessionRow.session_id).limit(100))).all()


async def delete_ended_sessions(session: AsyncSession, now_ms: int) -> None:
    await session.execute(delete(SessionRow).where(SessionRow.expires_at_ms <= now_ms))


async def delete_other_sessions(session: AsyncSession, user_id: str, *, but: str) -> list[str]:
    """Ends all sessions of a person except one, and gives their ids."""
    others = (SessionRow.user_id == user_id, SessionRow.session_id != but)
    ended = list((await session.scalars(select(SessionRow.session_id).where(*others))).all())
    await session.execute(delete(SessionRow).where(*others))
    return ended
