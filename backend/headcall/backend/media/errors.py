# SPDX-License-Identifier: Apache-2.0
"""
What can go wrong with a node. Told in terms of `headcall.wire.causes`.

NodeFailed
├── NodeAway         nobody answers under that name now: it is being started again
└── NodeRefused      it answered that it will not, and why
"""

from headcall.backend.errors import ApiError


class NodeFailed(ApiError):
    pass


class NodeAway(NodeFailed):
    def __init__(self, node: str, detail: str = "") -> None:
        super().__init__("unavailable", f"{node} does not answer{f': {detail}' if detail else ''}")


class NodeRefused(NodeFailed):
    def __init__(self, node: str, cause: str, text: str) -> None:
        super().__init__(cause, f"{node}: {text}")
