# SPDX-License-Identifier: Apache-2.0
"""Brings the database to this version's tables, at every start, before anything else uses it."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

from headcall.backend.store.engine import Store

LOCK = 0x48656164  # any number; who holds it migrates, other backends wait


async def migrate(store: Store) -> None:
    """Runs what is missing, in one transaction. Several backends may start at once."""
    async with store.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        await connection.run_sync(_upgrade)


def alembic_config(connection: Connection) -> Config:
    """Alembic, told where its scripts are and which connection to use; no ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")
