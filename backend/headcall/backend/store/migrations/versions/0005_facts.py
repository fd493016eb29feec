# SPDX-License-Identifier: Apache-2.0
"""Facts of calls, periods of agents, scheduled reports"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _facts()
    _periods_and_reports()


def _periods_and_reports() -> None:
    op.create_table(
        "agent_periods",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("period_id", name=op.f("pk_agent_periods")),
    )
    with op.batch_alter_table("agent_periods", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agent_periods_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agent_periods_since_ms"), ["since_ms"], unique=False)
        batch_op.create_index(batch_op.f("ix_agent_periods_user_id_since_ms"), ["user_id", "since_ms"], unique=False)

    op.create_table(
        "report_schedules",
        sa.Column("schedule_id", sa.String(length=40), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("every", sa.String(length=16), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("schedule_id", name=op.f("pk_report_schedules")),
    )

    op.create_table(
        "report_sendings",
        sa.Column("schedule_id", sa.String(length=40), nullable=False),
        sa.Column("slot_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["report_schedules.schedule_id"],
            name=op.f("fk_report_sendings_schedule_id_report_schedules"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("schedule_id", "slot_ms", name=op.f("pk_report_sendings")),
    )


def _facts() -> None:
    op.create_table(
        "stat_rings",
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("queue_id", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", "user_id", name=op.f("pk_stat_rings")),
    )
    with op.batch_alter_table("stat_rings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stat_rings_at_ms"), ["at_ms"], unique=False)
        batch_op.create_index(batch_op.f("ix_stat_rings_user_id_at_ms"), ["user_id", "at_ms"], unique=False)

    op.create_table(
        "stat_talks",
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("leg_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("queue_id", sa.String(length=40), nullable=True),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("talk_ms", sa.BigInteger(), nullable=False),
        sa.Column("hold_ms", sa.BigInteger(), nullable=False),
        sa.Column("transferred", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "leg_id", name=op.f("pk_stat_talks")),
    )
    with op.batch_alter_table("stat_talks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stat_talks_at_ms"), ["at_ms"], unique=False)
        batch_op.create_index(batch_op.f("ix_stat_talks_user_id_at_ms"), ["user_id", "at_ms"], unique=False)

    op.create_table(
        "stat_visits",
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("queue_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("wait_ms", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("call_id", "seq", name=op.f("pk_stat_visits")),
    )
    with op.batch_alter_table("stat_visits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stat_visits_at_ms"), ["at_ms"], unique=False)
        batch_op.create_index(batch_op.f("ix_stat_visits_queue_id_at_ms"), ["queue_id", "at_ms"], unique=False)
