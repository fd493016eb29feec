# SPDX-License-Identifier: Apache-2.0
"""A mark of how something looks now. Who changes it sends the mark back, and learns whether another was faster."""

import hashlib
import json
from typing import Any

from headcall.backend.errors import ApiError


def stamp(view: dict[str, Any]) -> str:
    """The same for the same view, another for another. Pure."""
    text = json.dumps(view, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_stamp(version: str, view: dict[str, Any]) -> None:
    """Raises `changed-meanwhile` when `version` is of another view. Without a version nothing is asked."""
    if version and version != stamp(view):
        raise ApiError("changed-meanwhile", "`version` is of an older state; read it again")
