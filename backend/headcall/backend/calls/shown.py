# SPDX-License-Identifier: Apache-2.0
"""What of a call's log is shown to people."""

from pathlib import PurePosixPath
from typing import Any

UNTOLD = frozenset({"ranks", "candidates"})
"""Of a queue's decision: told to who may manage queues (`queues.offers_http`), and long."""


FILES = frozenset({"path", "files", "tone", "to_agent"})


def without_folders(value: Any) -> Any:
    """The same data with each file by its name alone: whoever reads the log of a call need not know our disk."""
    match value:
        case dict():
            return {
                key: _named(each) if key in FILES else without_folders(each)
                for key, each in value.items()
                if key not in UNTOLD
            }
        case list():
            return [without_folders(each) for each in value]
        case _:
            return value


def _named(files: Any) -> Any:
    if isinstance(files, str):
        return PurePosixPath(files).name
    return [_named(each) for each in files] if isinstance(files, list) else files
