# SPDX-License-Identifier: Apache-2.0
"""Tells pages of their calls: the whole view after each change, `call_gone` when there is nothing more to see."""

from collections.abc import Callable, Sequence
from typing import Any

from headcall.backend.calls.log import Entry
from headcall.backend.calls.model import Call
from headcall.backend.calls.service import CallControl
from headcall.backend.calls.view import call_view, cause_for, users_of
from headcall.backend.users.model import Actor

Publish = Callable[[str, str, dict[str, Any]], None]


class CallViews:
    def __init__(self, calls: CallControl, publish: Publish) -> None:
        self._calls, self._publish = calls, publish

    def changed(self, before: Call, after: Call, entries: Sequence[Entry]) -> None:
        """Observer of all calls."""
        for user_id in sorted(users_of(after)):
            was, now = call_view(before, user_id) if before.seq else None, call_view(after, user_id)
            if now is not None and now != was:
                self._publish(user_id, "call", now)
            elif now is None and was is not None:
                gone = {"call_id": after.call_id, "cause": cause_for(after, user_id)}
                self._publish(user_id, "call_gone", gone)

    async def snapshot(self, who: Actor) -> list[dict[str, Any]]:
        """The user's calls now."""
        views = (call_view(box.call, who.user_id) for box in self._calls.boxes_of_user(who.user_id))
        return [view for view in views if view is not None]
