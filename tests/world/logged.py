# SPDX-License-Identifier: Apache-2.0
"""What must never stand in a log: telephone numbers, passwords, and errors that nobody caught."""

import re
from collections.abc import Iterator
from typing import Any, Final

CRIES: Final = ("Traceback", "never retrieved", "was never awaited", "event loop:", "PanicException", "panicked")
NUMBER: Final = re.compile(r"(?<![0-9A-Za-z_.:=])\+?\d{8,15}(?![0-9A-Za-z.])")
"""What looks like a whole telephone number. Times, ports, process ids are shorter or stand behind `=`, `.` or `:`."""
SHOWN: Final = 4
"""How many digits of a number a log may show."""


def complaints(log: str, line: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a log; `line` is the contract line of the demo that wrote it."""
    secrets = _secrets(line)
    tails = [re.compile(rf"[•\d]{number[-SHOWN - 1 :]}(?!\d)") for number in _numbers(line)]
    lines = log.splitlines()
    for number, text in enumerate(lines):
        if any(cry in text for cry in CRIES):
            yield "\n".join(lines[max(0, number - 1) : number + 40])
        if any(secret in text for secret in secrets):
            yield f"a password: {text}"
        if NUMBER.search(text) or any(tail.search(text) for tail in tails):
            yield f"a telephone number: {text}"


def _secrets(line: dict[str, Any]) -> list[str]:
    people = [*line["agents"], *line["employees"], line["admin"]]
    return [person[key] for person in people for key in ("password", "sip_password") if person.get(key)]


def _numbers(line: dict[str, Any]) -> list[str]:
    people = [*line["agents"], *line["employees"]]
    return [person["number"] for person in people if person.get("number")] + list(line["numbers"].values())
