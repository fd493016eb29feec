# SPDX-License-Identifier: Apache-2.0
"""A report as the lines of a CSV file. Pure."""

from collections.abc import Iterator
from typing import Any

from headcall.backend.edge.sheet import MARK, line
from headcall.backend.stats.definitions import BY_ID, DEFINITIONS, Definition
from headcall.backend.users.model import Language

FIRST = {
    "queue": ("队列", "Queue"),
    "agent": ("坐席", "Agent"),
    "number": ("被叫号码", "Number dialled"),
    "interval": ("时段", "Interval"),
}
AGENT_NUMBER = ("工号", "Agent number")
TOTAL = ("合计", "Total")
SECONDS = (" (秒)", " (s)")
CODE = ("小结代码", "Code")
NO_CODE = ("（无小结）", "(none)")
CODE_FIGURES = ("code_calls", "code_share", "code_talk_s")
NO_REASON = ("无原因", "no reason")
PARTS = {
    "breaks": {"": NO_REASON},
    "refused_by": {
        "full": ("队列已满", "queue full"),
        "unstaffed": ("无人当班", "nobody on duty"),
        "closed": ("非营业时间", "closed"),
        "unknown": ("号码不存在", "no such number"),
    },
}
"""Parts of figures that have names of their own."""


def csv_of(report: dict[str, Any], language: Language) -> Iterator[str]:
    """Line by line; columns that are empty throughout are left out."""
    known = [each for each in DEFINITIONS if each.of != "codes"]
    shown = [each for each in known if report["total"][each.id] is not None or _is_used(report, each)]
    of_agents = report["by"] == "agent"
    head = [_word(FIRST[report["by"]], language), *([_word(AGENT_NUMBER, language)] if of_agents else [])]
    yield MARK + line([*head, *(_title(each, language) for each in shown)])
    last = {"name": _word(TOTAL, language), "agent_number": "", "figures": report["total"]}
    for row in (*report["rows"], last):
        first = [row["name"], *([row["agent_number"]] if of_agents else [])]
        yield line([*first, *(_value(row["figures"][each.id], PARTS.get(each.id, {}), language) for each in shown)])


def codes_csv_of(report: dict[str, Any], language: Language) -> Iterator[str]:
    """Wrap-up codes: a line for each code of each row, and of the whole."""
    code = _word(CODE, language)
    heads = [_title(BY_ID[name], language) for name in CODE_FIGURES]
    yield MARK + line([_word(FIRST[report["by"]], language), _word(AGENT_NUMBER, language), code, *heads])
    last = {"name": _word(TOTAL, language), "agent_number": "", "codes": report["all_codes"]}
    for row in (*report["rows"], last):
        for each in row["codes"]:
            words = report["code_words"].get(each["code"], {}).get(language) or each["code"]
            named = words or _word(NO_CODE, language)
            yield line([row["name"], row["agent_number"], named, each["calls"], each["share"], each["talk_s"]])


def _is_used(report: dict[str, Any], definition: Definition) -> bool:
    return any(row["figures"][definition.id] is not None for row in report["rows"])


def _word(words: tuple[str, str], language: Language) -> str:
    return words[0] if language == "zh" else words[1]


def _title(definition: Definition, language: Language) -> str:
    name = definition.zh if language == "zh" else definition.en
    return name + (_word(SECONDS, language) if definition.unit in ("seconds", "seconds_by") else "")


def _value(value: Any, names: dict[str, tuple[str, str]], language: Language) -> object:
    if isinstance(value, dict):
        return "; ".join(f"{_word(names.get(key, (key, key)), language)}: {n}" for key, n in value.items())
    return value
