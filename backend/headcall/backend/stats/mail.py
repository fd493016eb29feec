# SPDX-License-Identifier: Apache-2.0
"""A report as an e-mail: the figures one looks for first as text and HTML, everything as a CSV file. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Any, Final

from headcall.backend.stats.definitions import BY_ID, Definition
from headcall.backend.stats.schedules import Schedule
from headcall.backend.stats.sheet import FIRST, TOTAL, csv_of
from headcall.backend.users.model import Language

SHOWN: Final = (
    "offered", "answered", "abandoned", "service_level", "service_level_net", "abandon_rate", "asa_s",
    "handled", "aht_s", "occupancy", "mark_mean",
)  # fmt: skip
NOTHING: Final = ("这段时间没有记录。", "Nothing happened in this span.")
ATTACHED: Final = ("全部指标见附件。", "All figures are attached.")
CELL: Final = "padding:4px 10px;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap"


def message_of(
    schedule: Schedule, report: dict[str, Any], *, sender: str, company: str, at_ms: int, message_id: str
) -> EmailMessage:
    """The same schedule, report and moment give the same message, its id included."""
    language = schedule.language
    days = " – ".join(dict.fromkeys((report["first_day"], report["last_day"])))
    message = EmailMessage()
    message["Subject"] = f"{_line(schedule.name)} · {days}"
    message["From"] = Address(display_name=_line(company), addr_spec=sender)
    message["To"] = [Address(addr_spec=address) for address in schedule.recipients]
    message["Date"] = format_datetime(datetime.fromtimestamp(at_ms / 1000, UTC))
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer from who is on holiday
    shown = [BY_ID[name] for name in SHOWN if report["total"][name] is not None]
    rows = _rows(report, shown, language)
    message.set_content(_text(schedule, days, rows, language))
    message.add_alternative(_html(schedule, days, rows, language), subtype="html")
    name = f"stats-{report['by']}-{report['first_day']}-{report['last_day']}.csv"
    sheet = "".join(csv_of(report, language)).encode()
    message.add_attachment(sheet, maintype="text", subtype="csv", filename=name, params={"charset": "utf-8"})
    return message


def _rows(report: dict[str, Any], shown: Sequence[Definition], language: Language) -> list[list[str]]:
    """The head, the rows and the total, as texts."""
    head = [_word(FIRST[report["by"]], language), *(_word((each.zh, each.en), language) for each in shown)]
    total = {"name": _word(TOTAL, language), "figures": report["total"]}
    return [head] + [
        [_name(report, row["name"]), *(_value(each, row["figures"][each.id]) for each in shown)]
        for row in (*report["rows"], total)
    ]


def _name(report: dict[str, Any], name: str) -> str:
    return name.replace("T", " ")[:16] if report["by"] == "interval" else name


def _value(definition: Definition, value: float | None) -> str:
    if value is None:
        return "–"
    match definition.unit:
        case "share":
            return f"{value:.1%}"
        case "seconds" if value >= 60:
            minutes, seconds = divmod(round(value), 60)
            return f"{minutes}:{seconds:02}"
        case "seconds":
            return f"{value:g} s"
        case "mark":
            return f"{value:.2f}"
        case _:
            return f"{value:,}"


def _text(schedule: Schedule, days: str, rows: list[list[str]], language: Language) -> str:
    lines = [schedule.name, days, ""]
    if len(rows) == 2:  # the head and the total
        lines += [_word(NOTHING, language), ""]
    head, *others = rows
    for row in others:
        lines += [row[0], *(f"  {title}: {value}" for title, value in zip(head[1:], row[1:], strict=True)), ""]
    return "\n".join([*lines, _word(ATTACHED, language), ""])


def _html(schedule: Schedule, days: str, rows: list[list[str]], language: Language) -> str:
    head, *others = rows
    lines = "".join(_html_row(row) for row in others)
    nothing = f"<p>{_word(NOTHING, language)}</p>" if len(rows) == 2 else ""
    return (
        f'<!doctype html><html lang="{language}"><body style="font-family:sans-serif;font-size:14px">'
        f'<h1 style="font-size:18px">{escape(schedule.name)}</h1><p>{escape(days)}</p>{nothing}'
        f'<table style="border-collapse:collapse"><thead>{_html_row(head)}</thead><tbody>{lines}</tbody></table>'
        f"<p>{_word(ATTACHED, language)}</p></body></html>"
    )


def _html_row(row: list[str]) -> str:
    first, *others = (escape(cell) for cell in row)
    cells = "".join(f'<td style="{CELL}">{cell}</td>' for cell in others)
    return f'<tr><th style="{CELL};text-align:left">{first}</th>{cells}</tr>'


def _word(words: tuple[str, str], language: Language) -> str:
    return words[0] if language == "zh" else words[1]


def _line(text: str) -> str:
    """One line, whatever was typed: a header ends at the first break."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
