# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from headcall.backend.edge.openapi import description, main

COMMITTED = Path(__file__).parents[3] / "frontend" / "src" / "api" / "openapi.json"


def test_the_committed_description_is_fresh() -> None:
    assert main(["--check", str(COMMITTED)]) == 0, "run: python -m headcall.backend.edge.openapi <that file>"


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does() -> None:
    operations = [op for path in description()["paths"].values() for op in path.values()]
    names = [op["operationId"] for op in operations]
    assert len(names) == len(set(names))
    assert all(op.get("description") for op in operations)


def test_a_wrong_call_of_the_command_says_how_it_is_used() -> None:
    assert main([]) == 2
