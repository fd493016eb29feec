# SPDX-License-Identifier: Apache-2.0
"""
What can go wrong with what is asked of a call, in terms of `headcall.wire.causes`.

CallFailed
├── NoSuchCall       there is no such call, or it is not the asker's
├── NotNow           the call is in no state for it, or another was faster
├── NowhereToGo      what was dialled cannot be reached; the cause says why
└── Overloaded       more at once than we take
"""

from headcall.backend.errors import CallFailed


class NoSuchCall(CallFailed):
    def __init__(self, call_id: str = "") -> None:
        super().__init__("call-gone", call_id=call_id)


class NotNow(CallFailed):
    def __init__(self, detail: str, *, cause: str = "conflict", call_id: str = "") -> None:
        super().__init__(cause, detail, call_id=call_id)


class NowhereToGo(CallFailed):
    def __init__(self, cause: str, detail: str = "") -> None:
        super().__init__(cause, detail)


class Overloaded(CallFailed):
    def __init__(self, detail: str) -> None:
        super().__init__("overload", detail)
