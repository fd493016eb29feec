# SPDX-License-Identifier: Apache-2.0
"""Joins the agents with what can ring for them, and with the codes that they dial at a telephone."""

from collections.abc import Callable

from headcall.backend.agents.codes import Codes, PersonOf
from headcall.backend.agents.reach import Reach
from headcall.backend.agents.service import Agents
from headcall.backend.devices.fitness import Fitness
from headcall.backend.store.engine import Store
from headcall.kit.clock import Clock


def at_work(
    store: Store,
    clock: Clock,
    *,
    has_page: Callable[[str], bool],
    is_registered: Callable[[str], bool],
    fitness: Fitness,
    person: PersonOf,
) -> tuple[Reach, Agents, Codes]:
    """No I/O."""
    reach = Reach(store, has_page=has_page, is_registered=is_registered, page_faults=fitness.faults)
    agents = Agents(store, clock, reach.can_answer, reach.refresh)
    codes = Codes(agents, person)
    agents.has_phone, agents.hindrances = reach.has_phone, reach.hindrances
    agents.is_fit = lambda user_id: reach.is_fit(user_id) and not codes.is_at_telephone(user_id)
    reach.is_by_phone = agents.is_by_phone
    return reach, agents, codes
