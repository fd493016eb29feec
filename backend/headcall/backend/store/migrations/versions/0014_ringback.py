# SPDX-License-Identifier: Apache-2.0
"""A seat's own ring-back tone"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ringback", sa.String(length=40), server_default="", nullable=False))
