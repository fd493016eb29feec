# SPDX-License-Identifier: Apache-2.0
"""The database's versions, one after the other (Alembic)."""
