# SPDX-License-Identifier: Apache-2.0
"""The example file is generated, and nobody forgot to generate it."""

from pathlib import Path

from headcall.kit.settings import example
from headcall.run.assemble import sections


def test_the_example_file_is_up_to_date() -> None:
    path = Path(__file__).parents[2] / "config.example.toml"
    assert path.read_text(encoding="utf-8") == example(sections()), "./headcall example > config.example.toml"
