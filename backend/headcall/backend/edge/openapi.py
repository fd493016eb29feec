# SPDX-License-Identifier: Apache-2.0
"""Writes the description of the REST interface, from which the browser's client is generated.

python -m headcall.backend.edge.openapi [--check] frontend/src/api/openapi.json
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

from cryptography.fernet import Fernet

from headcall.backend.calls.assembly import make_control
from headcall.backend.parts import assemble
from headcall.backend.store.secrets import SecretBox
from headcall.kit.bus.port import Bus
from headcall.kit.role import RoleContext
from headcall.kit.settings import Settings


def description() -> dict[str, Any]:
    """The interface in OpenAPI 3.1. Builds the backend's parts, starts none of them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        ctx = RoleContext("backend", cast(Bus, None), Settings(), path)
        return (
            assemble(ctx, folder=path, box=SecretBox(Fernet.generate_key()), make_control=make_control).app().openapi()
        )


def text() -> str:
    """The file's content, the same on every machine."""
    return json.dumps(description(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Writes the file; with --check only tells whether it is fresh."""
    paths = [Path(word) for word in arguments if not word.startswith("-")]
    if len(paths) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    fresh = text()
    if "--check" in arguments:
        is_fresh = paths[0].exists() and paths[0].read_text(encoding="utf-8") == fresh
        print(f"{paths[0]} is {'up to date' if is_fresh else 'out of date: run this again without --check'}")
        return 0 if is_fresh else 1
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    paths[0].write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
