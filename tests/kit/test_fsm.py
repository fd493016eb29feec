# SPDX-License-Identifier: Apache-2.0
"""A machine holds itself to its table."""

import pytest

from headcall.kit.fsm import Machine, Table, endings, reachable

# fmt: off
DOOR: Table[str, str] = {
    ("closed", "open"):  ("opened", ["ring", "light"]),
    ("opened", "close"): ("closed", []),
    ("closed", "lock"):  ("locked", ["ring"]),
}
# fmt: on


class House:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def ring(self) -> None:
        self.heard.append("ring")

    def light(self) -> None:
        self.heard.append("light")


def test_an_event_moves_the_state_and_acts_in_order() -> None:
    house = House()
    door = Machine("door", DOOR, "closed", house)
    assert door.dispatch("open")
    assert door.state == "opened" and house.heard == ["ring", "light"]


def test_an_event_out_of_turn_changes_nothing_and_is_counted() -> None:
    house = House()
    door = Machine("door", DOOR, "closed", house)
    assert not door.permits("close") and not door.dispatch("close")
    assert door.state == "closed" and house.heard == [] and door.refused == 1


def test_a_wrong_name_in_the_table_fails_at_the_start() -> None:
    with pytest.raises(AttributeError):
        Machine("door", {("a", "b"): ("c", ["no_such_method"])}, "a", House())


def test_the_table_tells_what_can_be_reached_and_where_it_ends() -> None:
    assert reachable(DOOR, "closed") == {"closed", "opened", "locked"}
    assert reachable(DOOR, "locked") == {"locked"}
    assert endings(DOOR) == {"locked"}
