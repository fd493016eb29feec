# SPDX-License-Identifier: Apache-2.0
"""Which application a call is in, by its state alone, and the tasks that run them."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple

from headcall.backend.apps.alarm import Alarm
from headcall.backend.apps.line import App, Line, Voice
from headcall.backend.calls.inputs import Failed
from headcall.backend.calls.log import Entry
from headcall.backend.calls.mailbox import Box
from headcall.backend.calls.model import Call
from headcall.backend.errors import CallFailed
from headcall.kit.tasks import Tasks

log = logging.getLogger(__name__)


class Scene(NamedTuple):
    """An application, and which run of it: another run means it begins anew."""

    name: str
    ref: str


def scene_of(call: Call) -> Scene | None:
    """What the caller is in, or None while people ring and talk."""
    if not call.is_open or call.pair:
        return None
    if call.refusal:
        return Scene("refuse", call.refusal)
    if call.code:
        return Scene("code", call.code)
    if call.is_placeholder:
        return None
    if call.wait:
        return Scene("queue", f"{call.wait.queue_id} {call.wait.joined_at_ms}")
    if call.promised:
        return Scene("promised", call.promised.call_id)
    if call.rating:
        return Scene("survey", "")
    return None if call.ring else _before_a_ring(call)


def _before_a_ring(call: Call) -> Scene | None:
    """What finds out who is to be rung."""
    if call.attendant:
        return Scene("attendant", f"{call.attendant.number} {call.attendant.tries}")
    if call.overflow:
        return Scene("overflow", call.overflow)
    if call.comeback and call.comeback.cause:
        return Scene("comeback", call.comeback.user_id or "")
    return None


AppFor = Callable[[Scene], App]


class Stage:
    """Runs at most one application per call, the one its state asks for."""

    def __init__(self, apps: AppFor, voice: Voice, alarm: Alarm, new_id: Callable[[str], str], tasks: Tasks) -> None:
        self._apps, self._voice, self._alarm, self._new_id, self._tasks = apps, voice, alarm, new_id, tasks
        self._running: dict[str, tuple[Scene, Line, asyncio.Task[None]]] = {}

    def enter(self, box: Box, *, resumed: bool = False) -> None:
        """Follows a call from now on."""

        def changed(before: Call, after: Call, entries: Sequence[Entry]) -> None:
            self._follow(box, resumed=False)

        box.on_change(changed)
        box.on_told(lambda told: self._heard(box.call.call_id, told))
        self._follow(box, resumed=resumed)

    def _heard(self, call_id: str, told: object) -> None:
        if running := self._running.get(call_id):
            running[1].heard(told)

    def _follow(self, box: Box, *, resumed: bool) -> None:
        call_id, scene = box.call.call_id, scene_of(box.call)
        running = self._running.get(call_id)
        if running and running[0] == scene:
            return
        if running:
            del self._running[call_id]
            running[2].cancel()
        if scene:
            line = Line(box, self._voice, self._alarm, self._new_id, resumed=resumed)
            task = self._tasks.start(self._run(box, scene, line), f"{scene.name} of {call_id}")
            self._running[call_id] = (scene, line, task)

    async def _run(self, box: Box, scene: Scene, line: Line) -> None:
        try:
            await self._apps(scene)(line)
        except CallFailed as error:
            log.info("%s left call %s: %s", scene.name, box.call.call_id, error)
        except Exception:
            log.exception("%s failed in call %s", scene.name, box.call.call_id)
            if scene.name != "queue" and box.call.is_open:  # who waits is served all the same, only in silence
                box.tell(Failed())
