# SPDX-License-Identifier: Apache-2.0
"""Call centre: rules of queues, skills, audit, outcomes"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _new_tables()
    _more_columns()


def _new_tables() -> None:
    op.create_table(
        "audit_log",
        sa.Column("audit_id", sa.String(length=40), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit_log")),
    )
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_log_at_ms_audit_id"), ["at_ms", "audit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_log_object_id_at_ms"), ["object_id", "at_ms"], unique=False)

    op.create_table(
        "call_outcomes",
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("disposition", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=True),
        sa.Column("mark", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_outcomes")),
    )
    with op.batch_alter_table("call_outcomes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_outcomes_disposition"), ["disposition"], unique=False)

    op.create_table(
        "agent_skills",
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("skill", sa.String(length=40), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_agent_skills_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "skill", name=op.f("pk_agent_skills")),
    )


def _more_columns() -> None:
    with op.batch_alter_table("cdr", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cdr_from_number_started_at_ms"), ["from_number", "started_at_ms"], unique=False
        )

    with op.batch_alter_table("queue_members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("position", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("weight", sa.BigInteger(), server_default="1", nullable=False))

    with op.batch_alter_table("queues", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rules", sa.JSON(), server_default="{}", nullable=False))
