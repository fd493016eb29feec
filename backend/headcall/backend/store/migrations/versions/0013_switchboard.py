# SPDX-License-Identifier: Apache-2.0
"""The announcement of a switchboard number"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("numbers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("prompt_id", sa.String(length=40), server_default="", nullable=False))
