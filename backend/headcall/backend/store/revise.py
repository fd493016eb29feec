# SPDX-License-Identifier: Apache-2.0
"""Writes the next migration: what the rows want and the newest version does not have yet.

python -m headcall.backend.store.revise "A sentence that says why"
"""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from headcall.backend.store.engine import Store, sqlite_url
from headcall.backend.store.migrate import alembic_config, migrate


def main(arguments: list[str]) -> int:
    """Writes a file into `migrations/versions`. Read it before you commit it."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    asyncio.run(_revise(arguments[0]))
    return 0


async def _revise(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(sqlite_url(Path(folder) / "empty.db"))
        await migrate(store)
        async with store.engine.begin() as connection:
            await connection.run_sync(_write, message)
        await store.close()


def _write(connection: Connection, message: str) -> None:
    config = alembic_config(connection)
    scripts = ScriptDirectory.from_config(config)
    number = len(list(scripts.walk_revisions())) + 1
    slug = re.sub(r"[^a-z0-9]+", "_", message.lower()).strip("_")[:40]
    config.set_main_option("file_template", f"{number:04}_{slug}")
    command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
