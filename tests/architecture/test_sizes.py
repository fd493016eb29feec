# SPDX-License-Identifier: Apache-2.0
"""The house numbers: how long a file and a function may be, and that unit tests do not sleep."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("backend/headcall", "sfu/headcall", "sip-bridge/headcall")
NATIVE = "sfu/engine/src"
PAGES = ("frontend/src", "playwright")
GENERATED = {
    "backend/headcall/backend/store/migrations/versions/0001_first_call.py",
    "frontend/src/api/schema.d.ts",
}
LONGEST_FILE = 500
LONGEST_FUNCTION = 60
REAL_TIME: tuple[str, ...] = (
    "scenarios",
    "cluster",
    "interop",
    "bench",
    "world",
    "sip_bridge/bridge",
    "sfu/media",
    "sfu/test_media",
)
REAL_TIME += ("sfu/test_chromium", "engine", "contract/test_bus_away")
"""Beginnings of paths of tests that work with real time: the whole system, a bridge on real sockets, and the media
node, whose threads know no other."""


def files(*patterns: tuple[str, str]) -> Iterator[Path]:
    for folder, pattern in patterns:
        for path in sorted((ROOT / folder).rglob(pattern)):
            if "node_modules" not in path.parts and str(path.relative_to(ROOT)) not in GENERATED:
                yield path


PYTHON = list(files(*((folder, "*.py") for folder in SOURCES)))
TESTS = list(files(("tests", "*.py")))
RUST = list(files((NATIVE, "*.rs")))
TYPESCRIPT = list(files(*((folder, pattern) for folder in PAGES for pattern in ("*.ts", "*.tsx"))))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Functions and their lines, without those of functions within."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            inner = sum(
                child.end_lineno - child.lineno + 1
                for child in ast.walk(node)
                if child is not node and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and child.end_lineno
            )
            yield node.name, max(1, node.end_lineno - node.lineno + 1 - inner)


@pytest.mark.parametrize("path", [*PYTHON, *TESTS, *RUST, *TYPESCRIPT], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_one_thing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    assert "SPDX-License-Identifier: Apache-2.0" in text[:200]


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_function_does_one_thing(path: Path) -> None:
    assert [f"{name}: {lines}" for name, lines in functions(path) if lines > LONGEST_FUNCTION] == []


def test_most_functions_are_short() -> None:
    lengths = [lines for path in PYTHON for _, lines in functions(path)]
    assert median(lengths) <= 8
    assert quantiles(lengths, n=10)[-1] <= 30


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_unit_test_does_not_sleep(path: Path) -> None:
    if str(path.relative_to(ROOT / "tests")).startswith(REAL_TIME):
        return
    asleep = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "sleep"
        and not (node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0)
    ]
    assert asleep == [], "lines"
