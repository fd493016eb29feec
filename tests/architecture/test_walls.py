# SPDX-License-Identifier: Apache-2.0
"""The walls of the house: the contracts of pyproject.toml hold, and each of them bites."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOTS = ("backend", "sfu", "sip-bridge", "e1-bridge")
FORBIDDEN_NAMES = {"manager", "helper", "helpers", "util", "utils", "common", "base", "impl", "misc"}
KEPT_NAMES = {"backend/headcall/backend/store/base.py"}
"""The declarative base of SQLAlchemy, by its own word."""


def lint(cwd: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run([program, "--no-cache"], cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def test_no_import_contract_is_broken() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("root", ROOTS)
def test_the_namespace_has_no_init(root: str) -> None:
    """One `__init__.py` in one `headcall` would hide all the other roles (PEP 420)."""
    assert not (ROOT / root / "headcall" / "__init__.py").exists()


def test_no_module_is_a_drawer() -> None:
    found = {
        str(path.relative_to(ROOT))
        for root in ROOTS
        for path in (ROOT / root / "headcall").rglob("*.py")
        if path.stem in FORBIDDEN_NAMES
    }
    assert found - KEPT_NAMES == set()


def test_only_one_file_knows_the_mode() -> None:
    """Nothing but `run/assemble.py` asks whether there is a Redis."""
    asking = {
        str(path.relative_to(ROOT))
        for root in ROOTS
        for path in (ROOT / root / "headcall").rglob("*.py")
        if ".redis_url" in path.read_text(encoding="utf-8")
    }
    assert asking <= {"backend/headcall/run/assemble.py", "backend/headcall/kit/bus/redis.py"}
