# SPDX-License-Identifier: Apache-2.0
"""What the rules of a queue must keep to, beyond their shape. Pure; each refusal names the field it is about."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import ValidationError, convert

from headcall.backend.errors import ApiError
from headcall.backend.numbers.model import normal
from headcall.backend.queues.model import Queue

Rules = dict[str, Any]


def checked(rules: Rules, caller_of: Callable[[str], str]) -> Queue:
    """The queue of these rules, its callers' numbers in their one form. Raises `ApiError`."""
    try:
        queue = convert({**rules, "vip": _by_number(rules.get("vip", {}), caller_of)}, Queue)
    except ValidationError as error:
        raise ApiError("bad-request", str(error)) from None
    if queue.overflow and normal(queue.overflow) is None:
        raise ApiError("bad-request", "`overflow` is a telephone number, or empty", fields=("overflow",))
    _refuse_twice("needs", "skill", (need.skill for need in queue.needs))
    _refuse_twice("dispositions", "code", (each.code for each in queue.dispositions))
    for n, beginning in enumerate(queue.callback_never):
        if not any(c.isdigit() for c in beginning):
            raise ApiError("bad-request", "`callback_never` holds digits", fields=(f"callback_never.{n}",))
    return queue


def _by_number(vip: dict[str, int], caller_of: Callable[[str], str]) -> dict[str, int]:
    """Numbers as callers bring them, however they were written."""
    found: dict[str, int] = {}
    for written, priority in vip.items():
        number = normal(written)
        if number is None:
            raise ApiError("bad-request", "`vip` holds telephone numbers", fields=(f"vip.{written}",))
        number = caller_of(number)
        if number in found:
            raise ApiError("bad-request", "`vip` holds a number twice", fields=(f"vip.{written}",))
        found[number] = priority
    return found


def _refuse_twice(rule: str, name: str, words: Iterable[str]) -> None:
    seen: set[str] = set()
    for n, word in enumerate(words):
        if word in seen:
            raise ApiError("bad-request", f"`{rule}` holds a {name} twice", fields=(f"{rule}.{n}.{name}",))
        seen.add(word)
