# SPDX-License-Identifier: Apache-2.0
"""What every table shares. Times are milliseconds since 1970 (`BIGINT`), the same in SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """The declarative base. `Mapped[int]` is BIGINT, `Mapped[str]` is TEXT, dicts and lists are JSON."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way to be configured
        int: BigInteger,
        str: Text,
        dict[str, Any]: JSON,
        list[str]: JSON,
    }


Id = String(40)
"""Column type of our ids: prefix and ULID (`headcall.kit.ids`)."""

DEFAULT_TENANT = "tnt_default"
"""The one company of the first cut."""


def iso(ms: int) -> str:
    """A stored time as the API shows it: ISO 8601, UTC, milliseconds."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def iso_or_none(ms: int | None) -> str | None:
    """`iso`, where there may be no time."""
    return None if ms is None else iso(ms)
