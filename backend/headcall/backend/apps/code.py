# SPDX-License-Identifier: Apache-2.0
"""Somebody has dialled a code: do it, say what came of it, end the call. A refusal is said before the answer.

Begun again after a death of ours it does nothing twice, and says how the agent is now: that is true in any case.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from headcall.backend.agents.codes import TELL, Codes
from headcall.backend.apps.line import Line


def code_app(codes: Codes) -> Callable[[Line], Coroutine[Any, Any, None]]:
    async def code(line: Line) -> None:
        dialled, user_id = line.call.code, line.call.code_by
        with codes.at_telephone(user_id):
            told = await codes.carry_out(TELL if line.resumed else dialled, user_id)
            if told.refusal:
                await line.ring(early_media=True)
            else:
                await line.answer()
            await line.say(told.key)
            await line.end(told.refusal or "normal")

    return code
