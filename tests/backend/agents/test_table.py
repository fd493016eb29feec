# SPDX-License-Identifier: Apache-2.0
"""The table of agent states, and what calls make of agents."""

from typing import get_args

import pytest

from headcall.backend.agents.model import TABLE, Agent, State, step

STATES: tuple[State, ...] = get_args(State)


def test_every_state_can_be_reached_and_left() -> None:
    found: set[str] = {"offline"}
    while more := {to for (state, _), to in TABLE.items() if state in found} - found:
        found |= more
    assert found - {"back"} == set(STATES)
    assert {state for state, _ in TABLE} == set(STATES)


@pytest.mark.parametrize("before", ["ready", "break", "offline"])
def test_a_colleagues_call_leads_back_to_where_the_agent_was(before: State) -> None:
    agent = Agent("usr", "1001", state="talking", state_before=before)
    assert step(agent, "call-over") == before


def test_a_wish_during_the_call_is_granted_after_it() -> None:
    agent = Agent("usr", "1001", state="talking", wish_after="break")
    assert step(agent, "talk-over") == "break"
    assert step(agent, "call-over") == "break"


def test_who_talks_cannot_be_made_ready() -> None:
    assert step(Agent("usr", "1001", state="talking"), "go-ready") is None
    assert step(Agent("usr", "1001", state="ringing"), "rings") is None
