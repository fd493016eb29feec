# SPDX-License-Identifier: Apache-2.0
"""Whether a password is an initial one, which its owner changes at the next log-in"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("password_is_initial", sa.Boolean(), server_default=sa.false(), nullable=False))
