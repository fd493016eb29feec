# SPDX-License-Identifier: Apache-2.0
"""Makes a round of ringing for a caller of a queue: the agents' devices, and what the two will hear first."""

from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

from msgspec.structs import replace

from headcall.backend.agents.service import Agents
from headcall.backend.calls.inputs import Device, RingDevices
from headcall.backend.calls.model import Call, Intro
from headcall.backend.errors import CallFailed
from headcall.backend.queues.model import Choice, Queue
from headcall.backend.queues.why import kept

CustomerOf = Callable[[str], Awaitable[Device]]
"""The telephone of a customer who is to be called back. Raises `CallFailed`."""

DevicesOf = Callable[[str], Awaitable[tuple[Device, ...]]]


class NothingToDial(CallFailed):
    """A customer cannot be called back now: no trunk leads there, or the number is none."""


async def nobody(_number: str) -> Device:
    raise CallFailed("unavailable", "nobody is called back here")


class Voice(Protocol):
    async def say(self, key: str, language: Literal["zh", "en"], **fields: object) -> str: ...


class Rounds:
    def __init__(
        self,
        agents: Agents,
        voice: Voice,
        devices_of: DevicesOf,
        new_id: Callable[[str], str],
        customer_of: CustomerOf = nobody,
    ) -> None:
        self._agents, self._voice, self._devices_of, self._new_id = agents, voice, devices_of, new_id
        self._customer_of = customer_of

    async def make(self, call: Call, queue: Queue, choice: Choice, users: list[str]) -> RingDevices:
        """Raises `CallFailed` when none of the users has a device any more; `NothingToDial` of a call-back."""
        then = await self._customer(call)
        devices = [device for user in users for device in await self._devices_of(user)]
        if not devices:
            raise CallFailed("offline", "their devices went away")
        return RingDevices(
            ring_id=self._new_id("ring"),
            kind="queue",
            devices=tuple(devices),
            user_ids=tuple(users),
            ring_for_ms=queue.ring_for_s * 1000,
            choice=kept(choice),
            intro=await self._intro(call, queue, users),
            tone=self._agents.tone_of(users[0], call.language) if len(users) == 1 and then is None else "",
            then=then,
        )

    async def _customer(self, call: Call) -> Device | None:
        """Whom an agent who accepts a call-back will be connected with."""
        if call.callback is None or not call.is_placeholder:
            return None
        try:
            return replace(await self._customer_of(call.callback.number), name=call.from_name)
        except CallFailed as refusal:
            raise NothingToDial(refusal.cause, str(refusal)) from refusal

    async def _intro(self, call: Call, queue: Queue, users: list[str]) -> Intro | None:
        """Made while it rings for nobody yet: a text that is spoken for the first time takes a tenth of a second."""
        if not queue.whispers and not queue.tells_agent_number:
            return None
        to_agent = await self._voice.say("as-is", language_of(queue.name), text=queue.name) if queue.whispers else ""
        to_caller = {}
        for user in users if queue.tells_agent_number else ():
            if (agent := self._agents.get(user)) and agent.agent_number:
                digits = agent.agent_number
                to_caller[user] = await self._voice.say("agent-number", call.language, digits=digits)
        return Intro(to_agent, to_caller)


def language_of(text: str) -> Literal["zh", "en"]:
    """Which voice can read a name: the Chinese one, as soon as one character is Chinese."""
    return "zh" if any("\u4e00" <= character <= "\u9fff" for character in text) else "en"
