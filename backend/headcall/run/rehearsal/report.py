# SPDX-License-Identifier: Apache-2.0
"""What a person reads: a line each half hour of the day, and a page at its end."""

from typing import Any, Final

from headcall.run.rehearsal.check import MUST_BE_ZERO
from headcall.wire.settings import Rehearsal

MEANS: Final = {
    "double_offers": "nobody was rung for two callers, no caller rang at two agents",
    "late_offers": "no agent idled beside a caller they could have been rung for",
    "order_violations": "callers, and agents, came in the order of the rules",
    "cdr_missing": "each answered call has a record",
    "cdr_extra": "each record has a call",
    "cdr_wrong": "records say what callers and agents lived through",
    "mended": "the backend found nothing of its own that had to be put right",
    "calendar_forced": "the calendar never went on while somebody worked",
}


def progress_line(progress: dict[str, Any], hours: float) -> str:
    """`  3:30 of 8:00    1,204 calls   1,180 answered    3 waiting    ready 4  talking 22  …`."""
    states = "  ".join(f"{name.replace('_', '-')} {count}" for name, count in progress["states"].items())
    return (
        f"  {_clock(progress['at_s'])} of {_clock(hours * 3600)}"
        f"  {progress['calls']:>6,} calls  {progress['answered']:>6,} answered  {progress['waiting']:>3} waiting"
        f"    agents: {states}"
    )


def report(found: dict[str, Any], wanted: Rehearsal) -> str:
    """For a person."""
    if "failed" in found:
        return f"\n  The day could not be lived to its end: {found['failed']}\n"
    bad = [name for name in MUST_BE_ZERO if found[name]]
    lines = [
        "",
        f"  {found['calls']:,} calls on {wanted.agents} agents in {_clock(wanted.hours * 3600)} hours,"
        f" lived in {found['wall_s']:.0f} s ({found['speed_effective']:.0f} times as fast).",
        f"  {found['answered']:,} answered, {found['abandoned']:,} gave up;"
        f" {found['service_level']:.1%} answered within 20 s.",
        "",
        *(f"  {'FAIL' if found[name] else ' ok '}  {found[name]:>5}  {MEANS[name]}" for name in MUST_BE_ZERO),
        "",
        "  Virtual milliseconds from what makes an offer possible until it is written down:"
        f" median {found['offer_ms']['median']:.0f}, worst {found['offer_ms']['worst']:.0f}.",
        "",
        *(f"  {text}" for text in found["faults"]),
        "  A good day." if not bad else f"  Not a good day: {', '.join(name.replace('_', ' ') for name in bad)}.",
        "",
    ]
    return "\n".join(lines)


def _clock(seconds: float) -> str:
    return f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02d}"
