# SPDX-License-Identifier: Apache-2.0
"""The first call: people, numbers, trunks, telephones, queues, calls, records, recordings."""

from alembic import op

from headcall.backend.store.tables import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
