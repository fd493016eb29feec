# SPDX-License-Identifier: Apache-2.0
"""Call-backs, places kept for who redials, and what of them a call's record says"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "callbacks",
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("origin_call_id", sa.String(length=40), nullable=False),
        sa.Column("queue_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("asked_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_callbacks")),
        sa.UniqueConstraint("origin_call_id", name=op.f("uq_callbacks_origin_call_id")),
    )
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_callbacks_number"), ["number"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_callbacks_queue_id_asked_at_ms"), ["queue_id", "asked_at_ms"], unique=False
        )
    op.create_table(
        "kept_places",
        sa.Column("queue_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("entered_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("queue_id", "number", name=op.f("pk_kept_places")),
    )
    with op.batch_alter_table("kept_places", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_places_until_ms"), ["until_ms"], unique=False)
    with op.batch_alter_table("cdr", schema=None) as batch_op:
        batch_op.add_column(sa.Column("callback", sa.String(length=16), nullable=True))
