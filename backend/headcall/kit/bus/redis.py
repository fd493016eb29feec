# SPDX-License-Identifier: Apache-2.0
"""The bus of cluster mode, over a Redis server (6.2 or newer).

Publishing is Redis' own. A request goes into the inbox (a list) of one end that serves the topic. Which one, a script
decides inside Redis, so that two senders never disagree:

    hc:serve:<topic>    sorted set: end → until when it serves (milliseconds of Redis' clock); renewed every second
    hc:turn:<topic>     counter: whose turn it is
    hc:inbox:<end>      list of packed frames, requests and replies alike, read by that end only

An end that dies is out of the set within `LEASE_MS`; until then its requests wait in its inbox and time out.
"""

import asyncio
import contextlib
import logging
import os
from typing import Any, Final

import msgspec
import redis.asyncio
from redis.exceptions import RedisError

from headcall.kit.bus.frames import Word
from headcall.kit.bus.port import Handler, NoResponder
from headcall.kit.bus.serving import Desk, QueueInbox, Replies, ServedTopic, Status, check_size, closed
from headcall.kit.tasks import Tasks

__all__ = [
    "BATCH",
    "BYE",
    "GIVE",
    "INBOX_LONGEST",
    "INBOX_TTL_MS",
    "LEASE_MS",
    "RENEW",
    "RENEW_S",
    "RETRY_S",
    "RedisBus",
]

log = logging.getLogger(__name__)

LEASE_MS: Final = 3000
RENEW_S: Final = 1.0
INBOX_TTL_MS: Final = 60_000
INBOX_LONGEST: Final = 20_000
BATCH: Final = 64
RETRY_S: Final = 0.2
BYE: Final = b"\x90"

# KEYS: serve, turn. ARGV: the end to prefer or "", frame, longest inbox, its life in ms.
# Returns the end that has the request now, or "" if nobody serves.
GIVE: Final = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local ends = redis.call('ZRANGE', KEYS[1], 0, -1)
if #ends == 0 then return '' end
local chosen = ''
if ARGV[1] ~= '' and redis.call('ZSCORE', KEYS[1], ARGV[1]) then chosen = ARGV[1] end
if chosen == '' then
  table.sort(ends)
  chosen = ends[redis.call('INCR', KEYS[2]) % #ends + 1]
end
local inbox = 'hc:inbox:' .. chosen
if redis.call('LLEN', inbox) >= tonumber(ARGV[3]) then return '' end
redis.call('RPUSH', inbox, ARGV[2])
redis.call('PEXPIRE', inbox, ARGV[4])
return chosen
"""
# KEYS: serve. ARGV: end, lease in ms.
RENEW: Final = """
local t = redis.call('TIME')
redis.call('ZADD', KEYS[1], t[1] * 1000 + math.floor(t[2] / 1000) + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 10)
"""

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[Any]).decode


class RedisBus:
    """One role's end. See `headcall.kit.bus.port.Bus`."""

    def __init__(self, url: str) -> None:
        # redis-py's own methods are typed as "a value or an awaitable of it"; Any keeps that out of our way.
        self._redis: Any = redis.asyncio.Redis.from_url(url)
        self._name = f"end-{os.getpid()}-{os.urandom(6).hex()}"
        self._desk = Desk(self._name)
        self._replies = Replies()
        self._busy: dict[str, tuple[str, int]] = {}
        self._inboxes: list[tuple[str, QueueInbox]] = []
        self._tasks = Tasks("bus")
        self._pubsub: Any = self._redis.pubsub()
        self._script_give: Any = self._redis.register_script(GIVE)
        self._script_renew: Any = self._redis.register_script(RENEW)
        self._confirmed: dict[str, asyncio.Event] = {}
        self._sending = asyncio.Lock()
        """One at a time, so that requests keep their order and one connection is enough."""
        self._closed = False
        self._reading = False
        self._listening = False

    @property
    def _inbox_key(self) -> str:
        return f"hc:inbox:{self._name}"

    async def connect(self, timeout: float = 5.0) -> "RedisBus":
        """Waits for the server. Raises `NoResponder` if it is not there in time."""
        try:
            async with asyncio.timeout(timeout):
                while not await self._answers():
                    await asyncio.sleep(RETRY_S)
        except TimeoutError:
            raise NoResponder("no Redis server at the address of store.redis_url") from None
        return self

    async def _answers(self) -> bool:
        try:
            return bool(await self._redis.ping())
        except (RedisError, OSError):
            return False

    async def publish(self, topic: str, message: bytes) -> None:
        """Gives the message to whoever has subscribed; it is lost while the server is away."""
        self._check()
        check_size(topic, message)
        with contextlib.suppress(RedisError, OSError):
            await self._redis.publish(topic, message)

    async def subscribe(self, topic: str) -> QueueInbox:
        """Messages of `topic`, or of every topic that begins as it does before `.*`."""
        self._check()
        inbox = QueueInbox(self._forget)
        self._inboxes.append((topic, inbox))
        confirmed = self._confirmed.setdefault(topic, asyncio.Event())
        with contextlib.suppress(RedisError, OSError):
            await (self._pubsub.psubscribe(topic) if topic.endswith(".*") else self._pubsub.subscribe(topic))
        if not self._listening:
            self._listening = True
            self._tasks.start(self._listen(), "subscriptions")
        # What is published after we return must not be missed. Without a server there is nothing to wait for.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await confirmed.wait()
        return inbox

    async def request(self, topic: str, message: bytes, *, timeout: float = 5.0) -> bytes:
        """Asks whoever serves `topic`."""
        self._check()
        check_size(topic, message)
        self._read()
        number, future = self._replies.expect(topic)
        frame = _pack([Word.REQUEST, number, self._name, topic, message])
        server = ""
        try:
            async with self._sending:
                server = await self._give(topic, self._busy.get(topic, ("", 0))[0], frame)
                if not server:
                    raise NoResponder(f"nobody serves {topic}")
                self._busy[topic] = (server, self._busy.get(topic, ("", 0))[1] + 1)
            return await self._replies.wait(number, future, timeout)
        finally:
            self._replies.forget(number)
            if server:
                self._busy[topic] = (server, self._busy[topic][1] - 1)
                if self._busy[topic][1] == 0:
                    del self._busy[topic]

    async def _give(self, topic: str, prefer: str, frame: bytes) -> str:
        keys = (f"hc:serve:{topic}", f"hc:turn:{topic}")
        try:
            return str(await self._script_give(keys, (prefer, frame, INBOX_LONGEST, INBOX_TTL_MS)), "ascii")
        except (RedisError, OSError) as error:
            raise NoResponder(f"the Redis server is away: {error}") from error

    async def serve(self, topic: str, handler: Handler) -> ServedTopic:
        """Answers the requests of `topic`."""
        self._check()
        self._desk.open(topic, handler)
        self._read()
        await self._renew(topic)

        async def shut() -> None:
            self._desk.shut(topic)
            with contextlib.suppress(RedisError, OSError):
                await self._redis.zrem(f"hc:serve:{topic}", self._name)

        return ServedTopic(shut)

    async def close(self) -> None:
        """Ends everything of this end."""
        if self._closed:
            return
        self._closed = True
        for _, inbox in self._inboxes:
            inbox.end()
        self._replies.fail_all(closed)
        with contextlib.suppress(RedisError, OSError):
            # redis-py does not let a blocking read be cancelled; a word to ourselves ends it.
            await self._redis.rpush(self._inbox_key, BYE)
        await self._tasks.close()
        with contextlib.suppress(RedisError, OSError):
            for topic in self._desk.topics:
                await self._redis.zrem(f"hc:serve:{topic}", self._name)
            await self._redis.delete(self._inbox_key)
        await self._desk.close()
        with contextlib.suppress(RedisError, OSError):
            await self._pubsub.aclose()
            await self._redis.aclose()

    def _read(self) -> None:
        if not self._reading:
            self._reading = True
            self._tasks.start(self._read_inbox(), "inbox")
            self._tasks.start(self._renew_all(), "leases")

    async def _renew(self, topic: str) -> None:
        with contextlib.suppress(RedisError, OSError):
            await self._script_renew((f"hc:serve:{topic}",), (self._name, LEASE_MS))

    async def _renew_all(self) -> None:
        while not self._closed:
            await asyncio.sleep(RENEW_S)
            for topic in self._desk.topics:
                await self._renew(topic)

    async def _read_inbox(self) -> None:
        while not self._closed:
            try:
                popped = await self._redis.blpop([self._inbox_key], timeout=1)
                more = await self._redis.lpop(self._inbox_key, BATCH) if popped else None
            except (RedisError, OSError):
                await asyncio.sleep(RETRY_S)
                continue
            for frame in [popped[1], *(more or [])] if popped else []:
                await self._take(frame)

    async def _take(self, data: bytes) -> None:
        try:
            frame = _unpack(data)
        except msgspec.MsgspecError:
            log.warning("bus: a frame in our inbox cannot be read")
            return
        match frame:
            case []:
                return
            case [Word.REPLY, int(number), int(status), bytes(message)]:
                self._replies.settle(number, status, message)
            case [Word.REQUEST, int(number), str(sender), str(topic), bytes(message)]:

                async def answer(status: Status, data: bytes) -> None:
                    await self._answer(sender, _pack([Word.REPLY, number, status, data]))

                await self._desk.submit(topic, sender, message, answer)

    async def _answer(self, sender: str, frame: bytes) -> None:
        key = f"hc:inbox:{sender}"
        with contextlib.suppress(RedisError, OSError):
            async with self._sending, self._redis.pipeline(transaction=False) as pipeline:
                await pipeline.rpush(key, frame).pexpire(key, INBOX_TTL_MS).execute()

    async def _listen(self) -> None:
        while not self._closed:
            try:
                message = await self._pubsub.get_message(timeout=None)
            except (RedisError, OSError, RuntimeError):  # RuntimeError: nothing is subscribed just now
                await asyncio.sleep(RETRY_S)
                continue
            if message is None:
                continue
            channel = message["channel"].decode()
            match message["type"]:
                case "subscribe" | "psubscribe":
                    self._confirmed.setdefault(channel, asyncio.Event()).set()
                case "message" | "pmessage":
                    pattern = (message["pattern"] or message["channel"]).decode()
                    for name, inbox in self._inboxes:
                        if name == pattern:
                            inbox.put(channel, message["data"])

    async def _forget(self, inbox: QueueInbox) -> None:
        topic = next(topic for topic, other in self._inboxes if other is inbox)
        self._inboxes = [(name, other) for name, other in self._inboxes if other is not inbox]
        if not self._closed and all(name != topic for name, _ in self._inboxes):
            self._confirmed.pop(topic, None)
            with contextlib.suppress(RedisError, OSError):
                await (self._pubsub.punsubscribe(topic) if topic.endswith(".*") else self._pubsub.unsubscribe(topic))

    def _check(self) -> None:
        if self._closed:
            raise closed()
