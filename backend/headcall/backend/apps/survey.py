# SPDX-License-Identifier: Apache-2.0
"""How content was the caller? One key, 1 to 5, asked twice at most; no key is an answer too."""

from headcall.backend.apps.line import Line
from headcall.backend.calls.inputs import Mark
from headcall.backend.calls.rules.centre import MARKS

KEY_WITHIN_S = 6.0


async def survey(line: Line) -> None:
    for question in ("survey", "survey-again"):
        if line.call.mark is not None:
            break
        await line.say(question)
        key = await line.collect(1, within_s=KEY_WITHIN_S)
        if key.isdigit() and int(key) in MARKS:
            await line.ask(Mark(int(key)))
    await line.say("goodbye")
    await line.end("normal")
