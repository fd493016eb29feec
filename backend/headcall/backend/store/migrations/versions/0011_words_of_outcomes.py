# SPDX-License-Identifier: Apache-2.0
"""A wrap-up code keeps the words it had when it was given"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("call_outcomes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words_zh", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("words_en", sa.Text(), server_default="", nullable=False))
