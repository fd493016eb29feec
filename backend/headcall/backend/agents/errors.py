# SPDX-License-Identifier: Apache-2.0
"""
What can go wrong with agents.

ApiError
├── NoSuchAgent      the user is no agent
└── NotPermittedNow  the state does not allow it: an agent who talks cannot be made ready
"""

from headcall.backend.errors import ApiError


class NoSuchAgent(ApiError):
    def __init__(self) -> None:
        super().__init__("not-found", "no such agent")


class NotPermittedNow(ApiError):
    def __init__(self, detail: str) -> None:
        super().__init__("conflict", detail)
