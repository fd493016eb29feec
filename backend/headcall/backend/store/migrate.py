# SPDX-License-Identifier: Apache-2.0
"""Brings the database to this version's tables, at every start, before anything else uses it."""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from headcall.backend.store.engine import Store

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x48656164  # any number; who holds it migrates, other backends wait


async def migrate(store: Store) -> None:
    """Runs what is missing, in one transaction. Several backends may start at once."""
    async with store.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        if await connection.run_sync(_version) != newest_version():
            await connection.run_sync(_upgrade)


def newest_version() -> str:
    """The number of the last file in `migrations/versions`."""
    return max((path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")), default="")


def alembic_config(connection: Connection) -> "Config":
    """Alembic, told where its scripts are and which connection to use; no ini file."""
    from alembic.config import Config  # a start that has nothing to migrate does without it

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    from alembic import command

    command.upgrade(alembic_config(connection), "head")


def _version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found
