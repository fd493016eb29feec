# SPDX-License-Identifier: Apache-2.0
"""All tables: importing this module fills `Base.metadata`. A feature defines its rows in its own `store.py`."""

from importlib import import_module
from importlib.util import find_spec

from headcall.backend.store.base import Base

FEATURES = (
    "tenants",
    "users",
    "devices",
    "numbers",
    "trunks",
    "recordings",
    "cdr",
    "calls",
    "queues",
    "callbacks",
    "agents",
    "bridges",
    "media",
    "audit",
    "outcomes",
    "surveys",
    "chats",
    "notices",
    "stats",
    "identity",
    "push",
    "hours",
    "prompts",
)

import_module("headcall.backend.store.facts")
for _feature in FEATURES:
    if find_spec(f"headcall.backend.{_feature}") and find_spec(f"headcall.backend.{_feature}.store"):
        import_module(f"headcall.backend.{_feature}.store")

metadata = Base.metadata
