# SPDX-License-Identifier: Apache-2.0
"""Offers a waiting caller to be called back, by a key, and says goodbye to who was promised it."""

from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from headcall.backend.apps.line import Line
from headcall.backend.calls.inputs import PromiseCallback
from headcall.backend.calls.model import Call
from headcall.backend.queues.model import Queue

CONFIRM, OTHER = "1", "2"
KEY_WITHIN_S: Final = 8.0
MOST_DIGITS: Final = 20
MOST_TURNS: Final = 3
"""How often a number is asked for; then the caller waits on, and may press the key again."""


SPOKEN: Final[dict[str, dict[str, str]]] = {
    "*": {"zh": "星号键", "en": "star"},
    "#": {"zh": "井号键", "en": "hash"},
}


class Desk(Protocol):
    """Who promises call-backs (`callbacks.service`)."""

    async def number_for(self, queue: Queue, number: str) -> str | None: ...

    def promise(self, call: Call, queue: Queue, number: str) -> PromiseCallback | None: ...

    async def keep(self, call: Call) -> None: ...


class Offer:
    """The music of a queue, in which the caller may press a key once they have been told of it."""

    def __init__(self, line: Line, queue: Queue, desk: Desk | None) -> None:
        self._line, self._queue, self._desk = line, queue, desk
        self._own: str | None = None
        self._is_told = False

    async def begin(self) -> None:
        """Whether this caller can be called back at all: not who hides their number, and not one of ours."""
        call = self._line.call
        if self._desk and self._queue.callback_after_s > 0 and call.direction == "in" and call.callback is None:
            self._own = await self._desk.number_for(self._queue, call.from_number)

    async def music(self, for_s: float) -> None:
        """Music for a while, and the offer when its time has come."""
        line, until = self._line, self._line.now() + for_s
        await line.begin_music()
        while (left := until - line.now()) > 0:
            if self._is_due():
                await self.tell()
            elif await line.key(min(left, self._due_in_s(left))) == self._queue.callback_key and self._is_told:
                await self._arrange()
            else:
                continue
            await line.begin_music()

    async def tell(self) -> None:
        """Says by which key; one that is pressed meanwhile counts. Nothing before the time for it has come."""
        if self._own is None or not (self._is_told or self._is_due()):
            return
        if not self._is_told:
            self._line.forget_keys()
        self._is_told = True
        key = self._queue.callback_key
        spoken = SPOKEN.get(key, {}).get(self._line.call.language, key)
        if await self._line.say_until_key("callback-offer", press=spoken) == key:
            await self._arrange()

    def _is_due(self) -> bool:
        return self._own is not None and not self._is_told and self._line.waited_s() >= self._queue.callback_after_s

    def _due_in_s(self, otherwise: float) -> float:
        if self._own is None or self._is_told:
            return otherwise
        return max(0.0, self._queue.callback_after_s - self._line.waited_s())

    async def _arrange(self) -> None:
        """To which number; then the promise, with which this application ends."""
        assert self._own is not None and self._desk is not None
        number, line = self._own, self._line
        for _ in range(MOST_TURNS):
            key = await line.say_until_key("callback-confirm", digits=number) or await line.key(KEY_WITHIN_S)
            if key == CONFIRM:
                await self._promise(number)
                return
            if key != OTHER:
                return
            number = await self._other_number() or self._own

    async def _other_number(self) -> str | None:
        await self._line.say("callback-enter")
        typed = await self._line.collect(MOST_DIGITS, within_s=KEY_WITHIN_S)
        assert self._desk is not None
        number = await self._desk.number_for(self._queue, typed)
        if number is None:
            await self._line.say("callback-wrong")
        return number

    async def _promise(self, number: str) -> None:
        assert self._desk is not None
        if wish := self._desk.promise(self._line.call, self._queue, number):
            await self._line.ask(wish)


def promised_app(desk: Desk) -> Callable[[Line], Coroutine[Any, Any, None]]:
    async def promised(line: Line) -> None:
        await desk.keep(line.call)
        await line.say("callback-promised")
        await line.end("normal")

    return promised
