# SPDX-License-Identifier: Apache-2.0
"""The one command, as far as it can be shown without installing anything."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VERBS = ("demo", "serve", "call", "test", "check", "bench", "fuzz", "doctor", "build", "help")


def headcall(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / "headcall", *words], capture_output=True, text=True, timeout=60, check=False)


def test_it_explains_itself() -> None:
    result = headcall("help")
    assert result.returncode == 0
    assert all(f"./headcall {verb}" in result.stdout for verb in VERBS if verb != "help")


def test_no_word_is_a_question_too() -> None:
    assert headcall().stdout == headcall("help").stdout


def test_an_unknown_word_is_refused() -> None:
    result = headcall("dmeo")
    assert result.returncode == 1 and "unknown word 'dmeo'" in result.stderr


def test_an_unknown_part_of_the_tests_is_refused_before_anything_is_done() -> None:
    result = headcall("test", "everything")
    assert result.returncode == 1 and "unknown part" in result.stderr


@pytest.mark.parametrize("path", ["headcall", ".ci/run"])
def test_scripts_are_sound_and_may_be_run(path: str) -> None:
    assert os.access(ROOT / path, os.X_OK)
    shell = "bash" if "bash" in (ROOT / path).read_text().splitlines()[0] else "sh"
    assert subprocess.run([shell, "-n", ROOT / path], check=False).returncode == 0


def test_ci_calls_the_one_command_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == ['cd "$(dirname "$0")/.." && exec ./headcall test']


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"])
def test_locks_hold_names_versions_and_hashes_and_no_address(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    told = [line.strip(" \\") for line in lines if line.strip() and not line.strip().startswith("#")]
    assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}|[a-z0-9.\-]+==[\w.!+]+(?: ; .+)?", line) for line in told)
    assert told[0][0] != "-"


def test_the_smaller_lock_is_part_of_the_larger() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9.\-]+==[^ ;]+", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_the_readme_speaks_of_commands_that_exist() -> None:
    words = set(re.findall(r"\./headcall (\w+)", (ROOT / "README.md").read_text()))
    assert words <= set(VERBS)
