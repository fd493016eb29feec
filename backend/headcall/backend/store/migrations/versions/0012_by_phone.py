# SPDX-License-Identifier: Apache-2.0
"""Agents who have logged in by a code at the telephone"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_phone", sa.Boolean(), server_default=sa.false(), nullable=False))
