# SPDX-License-Identifier: Apache-2.0
"""What is counted of chats"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stat_chat_talks",
        sa.Column("chat_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("queue_id", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "seq", name=op.f("pk_stat_chat_talks")),
    )
    with op.batch_alter_table("stat_chat_talks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stat_chat_talks_at_ms"), ["at_ms"], unique=False)

    op.create_table(
        "stat_chats",
        sa.Column("chat_id", sa.String(length=40), nullable=False),
        sa.Column("queue_id", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("wait_ms", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=True),
        sa.Column("reply_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_stat_chats")),
    )
    with op.batch_alter_table("stat_chats", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stat_chats_at_ms"), ["at_ms"], unique=False)
