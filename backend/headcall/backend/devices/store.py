# SPDX-License-Identifier: Apache-2.0
"""Rows of SIP accounts: the IP telephones of a person."""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.store.base import Base, Id


class SipAccountRow(Base):
    __tablename__ = "sip_accounts"

    sip_user: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.user_id", ondelete="CASCADE"), index=True)
    realm: Mapped[str]
    ha1_md5: Mapped[str]
    """Sealed (`store.secrets`): a digest hash is as good as the password."""
    ha1_sha256: Mapped[str]
    algorithm: Mapped[str] = mapped_column(String(16), default="MD5")


async def accounts_of(session: AsyncSession, user_id: str) -> Sequence[SipAccountRow]:
    wanted = select(SipAccountRow).where(SipAccountRow.user_id == user_id).order_by(SipAccountRow.sip_user)
    return (await session.scalars(wanted)).all()
