# SPDX-License-Identifier: Apache-2.0
"""Hours whose sums are made, their sums, and who was refused at the door"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _calls()
    _codes()
    _agents()
    _doors_and_slots()


def _calls() -> None:
    op.create_table(
        "stat_call_sums",
        sa.Column("slot_ms", sa.BigInteger(), nullable=False),
        sa.Column("queue_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=False),
        sa.Column("in_time", sa.BigInteger(), nullable=False),
        sa.Column("abandoned", sa.BigInteger(), nullable=False),
        sa.Column("short_abandoned", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.BigInteger(), nullable=False),
        sa.Column("overflowed", sa.BigInteger(), nullable=False),
        sa.Column("callbacks", sa.BigInteger(), nullable=False),
        sa.Column("turned_away", sa.BigInteger(), nullable=False),
        sa.Column("answer_wait_ms", sa.BigInteger(), nullable=False),
        sa.Column("longest_wait_ms", sa.BigInteger(), nullable=False),
        sa.Column("refused_full", sa.BigInteger(), nullable=False),
        sa.Column("refused_unstaffed", sa.BigInteger(), nullable=False),
        sa.Column("refused_closed", sa.BigInteger(), nullable=False),
        sa.Column("refused_unknown", sa.BigInteger(), nullable=False),
        sa.Column("handled", sa.BigInteger(), nullable=False),
        sa.Column("talk_ms", sa.BigInteger(), nullable=False),
        sa.Column("hold_ms", sa.BigInteger(), nullable=False),
        sa.Column("wrap_up_ms", sa.BigInteger(), nullable=False),
        sa.Column("transfers", sa.BigInteger(), nullable=False),
        sa.Column("other_calls", sa.BigInteger(), nullable=False),
        sa.Column("other_ms", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("mark_1", sa.BigInteger(), nullable=False),
        sa.Column("mark_2", sa.BigInteger(), nullable=False),
        sa.Column("mark_3", sa.BigInteger(), nullable=False),
        sa.Column("mark_4", sa.BigInteger(), nullable=False),
        sa.Column("mark_5", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slot_ms", "queue_id", "user_id", "number", name=op.f("pk_stat_call_sums")),
        sqlite_with_rowid=False,
    )


def _codes() -> None:
    op.create_table(
        "stat_code_sums",
        sa.Column("slot_ms", sa.BigInteger(), nullable=False),
        sa.Column("queue_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("talk_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slot_ms", "queue_id", "user_id", "number", "code", name=op.f("pk_stat_code_sums")),
        sqlite_with_rowid=False,
    )


def _agents() -> None:
    op.create_table(
        "stat_agent_sums",
        sa.Column("slot_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("queue_id", sa.String(length=40), nullable=False),
        sa.Column("rung", sa.BigInteger(), nullable=False),
        sa.Column("missed", sa.BigInteger(), nullable=False),
        sa.Column("ready_ms", sa.BigInteger(), nullable=False),
        sa.Column("ringing_ms", sa.BigInteger(), nullable=False),
        sa.Column("talking_ms", sa.BigInteger(), nullable=False),
        sa.Column("wrap_up_ms", sa.BigInteger(), nullable=False),
        sa.Column("break_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slot_ms", "user_id", "queue_id", name=op.f("pk_stat_agent_sums")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stat_break_sums",
        sa.Column("slot_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slot_ms", "user_id", "reason", name=op.f("pk_stat_break_sums")),
        sqlite_with_rowid=False,
    )


def _doors_and_slots() -> None:
    op.create_table(
        "stat_refusals",
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("queue_id", sa.String(length=40), nullable=True),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_stat_refusals")),
    )
    with op.batch_alter_table("stat_refusals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stat_refusals_at_ms"), ["at_ms"], unique=False)
    op.create_table(
        "stat_slots",
        sa.Column("slot_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("slot_ms", name=op.f("pk_stat_slots")),
    )
