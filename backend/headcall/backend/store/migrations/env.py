# SPDX-License-Identifier: Apache-2.0
"""Alembic's entry: it migrates over the connection that `store.migrate` gives it."""

from alembic import context

from headcall.backend.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
