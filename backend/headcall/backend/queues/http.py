# SPDX-License-Identifier: Apache-2.0
"""/queues: how the waiting lines stand, and by which rules."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.queues.administration import QueueAdministration
from headcall.backend.queues.live import BUSY, READY, QueueViews
from headcall.backend.queues.model import Join, Leave, Queue, StrategyName
from headcall.backend.queues.service import Queues, longest_since_ms
from headcall.backend.queues.store import Member
from headcall.kit.clock import Clock


class QueueOut(BaseModel):
    """A queue now."""

    id: str
    name: str
    number: str
    waiting: int
    callbacks: int
    longest_wait_s: float
    agents_ready: int
    agents_busy: int
    agents_total: int


class QueuesOut(BaseModel):
    queues: list[QueueOut]


Seconds = Annotated[int, Field(ge=0, le=86_400)]
Short = Annotated[str, Field(min_length=1, max_length=40)]
Spoken = Annotated[str, Field(max_length=500)]
Priority = Annotated[int, Field(ge=-100, le=100)]
PromptId = Annotated[str, Field(max_length=40)]


class NeedRule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    skill: Short
    level: Annotated[int, Field(ge=0, le=100)] = 1
    relax_every_s: Seconds = 0


class TextRule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    zh: Spoken = ""
    en: Spoken = ""
    prompt_id: PromptId = ""


class DispositionRule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    code: Short
    zh: Annotated[str, Field(max_length=100)] = ""
    en: Annotated[str, Field(max_length=100)] = ""


class MemberRule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    user_id: Short
    weight: Annotated[int, Field(ge=1, le=100)] = 1


class QueueRules(BaseModel):
    """All rules of a queue; what each means is in docs/queues.md. What is left out becomes the default."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=100)]
    strategy: StrategyName = "longest-idle"
    ring_for_s: Annotated[int, Field(ge=3, le=300)] = 15
    max_wait_s: Annotated[int, Field(ge=1, le=86_400)] = 1800
    announce_every_s: Seconds = 30
    wrap_up_s: Seconds = 10
    miss_limit: Annotated[int, Field(ge=0, le=100)] = 3
    records: bool = True
    priority: Priority = 0
    vip: Annotated[dict[Annotated[str, Field(max_length=32)], Priority], Field(max_length=10_000)] = {}
    needs: Annotated[list[NeedRule], Field(max_length=20)] = []
    sticky_days: Annotated[int, Field(ge=0, le=3650)] = 0
    sticky_wait_s: Seconds = 0
    size_limit: Annotated[int, Field(ge=0, le=5000)] = 0
    join: Join = "always"
    leave: Leave = "never"
    overflow: Annotated[str, Field(max_length=64)] = ""
    tells_position: bool = True
    tells_wait: bool = False
    announcements: Annotated[list[TextRule], Field(max_length=20)] = []
    whispers: bool = False
    tells_agent_number: bool = False
    dispositions: Annotated[list[DispositionRule], Field(max_length=200)] = []
    survey: bool = False
    callback_after_s: Seconds = 0
    callback_key: Annotated[str, Field(pattern=r"^[0-9*#]$")] = "1"
    callback_tries: Annotated[int, Field(ge=1, le=5)] = 2
    callback_retry_s: Annotated[int, Field(ge=30, le=86_400)] = 300
    callback_keep_s: Annotated[int, Field(ge=60, le=604_800)] = 14_400
    callback_never: Annotated[list[Annotated[str, Field(min_length=1, max_length=20)]], Field(max_length=1000)] = []
    callback_lost_s: Seconds = 0
    redial_keep_s: Seconds = 0
    hours_id: PromptId = ""
    music: PromptId = ""
    welcome: PromptId = ""
    by_hand: bool = False
    chats_at_once: Annotated[int, Field(ge=0, le=20)] = 0


class QueueChange(QueueRules):
    members: Annotated[list[MemberRule] | None, Field(max_length=1000)] = None
    """Who serves the queue, in this order. Left out: as before."""
    version: Annotated[str, Field(max_length=64)] = ""
    """As read. With it, a change upon another's change is refused with `changed-meanwhile`."""


class QueueWhole(QueueRules):
    """A queue with all its rules."""

    id: str
    number: str
    members: list[MemberRule]
    version: str


class SkillsIn(BaseModel):
    skills: Annotated[dict[Short, Annotated[int, Field(ge=1, le=100)]], Field(max_length=100)]


class SkillOut(BaseModel):
    """A skill that somebody has."""

    skill: str
    people: int
    level: int
    """The best."""


class SkillList(BaseModel):
    skills: list[SkillOut]


class PriorityIn(BaseModel):
    priority: Priority


Manager = Annotated[Actor, Depends(requires("queue.manage"))]


def rule_routes(administration: QueueAdministration) -> APIRouter:
    router = APIRouter(tags=["queues"])

    @router.get("/queues/{queue_id}", response_model=QueueWhole)
    async def read_queue(queue_id: str, _who: Annotated[Actor, Depends(requires("queue.read"))]) -> dict[str, Any]:
        """All rules of a queue."""
        return administration.view(queue_id)

    @router.put("/queues/{queue_id}", response_model=QueueWhole)
    async def put_queue(queue_id: str, change: QueueChange, who: Manager) -> dict[str, Any]:
        """Gives a queue other rules. Who waits already keeps overflow and survey of the old ones."""
        members = None if change.members is None else _in_order(change.members)
        rules = change.model_dump(exclude={"members", "version"})
        return await administration.change(who, queue_id, rules, members, change.version)

    @router.post("/queues", response_model=QueueWhole, status_code=201)
    async def post_queue(rules: QueueChange, who: Manager) -> dict[str, Any]:
        """A new queue. It can be reached once a number leads to it."""
        members = _in_order(rules.members or [])
        return await administration.create(who, rules.model_dump(exclude={"members", "version"}), members)

    @router.delete("/queues/{queue_id}", status_code=204)
    async def delete_queue(queue_id: str, who: Manager) -> None:
        """Removes a queue. `in-use` while callers wait in it or a number leads to it."""
        await administration.delete(who, queue_id)

    @router.get("/skills", response_model=SkillList)
    async def read_skills(_who: Manager) -> dict[str, Any]:
        """The skills that people have: a queue that needs another finds nobody."""
        return {"skills": administration.every_skill()}

    @router.put("/agents/{user_id}/skills", response_model=SkillsIn)
    async def put_skills(user_id: str, wish: SkillsIn, who: Manager) -> dict[str, Any]:
        """What an agent can: skills and their levels."""
        return {"skills": await administration.set_skills(who, user_id, wish.skills)}

    @router.put("/calls/{call_id}/priority", status_code=204)
    async def put_priority(call_id: str, wish: PriorityIn, who: Manager) -> None:
        """Moves a waiting caller forward or back."""
        await administration.set_priority(who, call_id, wish.priority)

    return router


def _in_order(members: list[MemberRule]) -> list[Member]:
    return [Member(m.user_id, place, m.weight) for place, m in enumerate(members)]


def routes(queues: Queues, views: QueueViews, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["queues"])

    def view(queue: Queue) -> dict[str, Any]:
        line = queues.line(queue.queue_id)
        since = longest_since_ms(line)
        return {
            "id": queue.queue_id,
            "name": queue.name,
            "number": queue.number,
            "waiting": len(line),
            "callbacks": sum(call.is_placeholder for call in line),
            "longest_wait_s": 0.0 if since is None else (clock.wall_ms() - since) / 1000,
            "agents_ready": views.count(queue, READY),
            "agents_busy": views.count(queue, BUSY),
            "agents_total": len(queues.members(queue.queue_id)),
        }

    @router.get("/queues", response_model=QueuesOut)
    async def read_queues(_who: Annotated[Actor, Depends(requires("queue.read"))]) -> dict[str, Any]:
        """All queues: who waits and who serves."""
        return {"queues": [view(queue) for queue in queues.all()]}

    return router
