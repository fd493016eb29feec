# SPDX-License-Identifier: Apache-2.0
import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcall.backend.recordings.ranges import CHUNK, NotSatisfiable, Part, octets, wanted_part


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("bytes=0-99", (0, 100)),
        ("bytes=0-0", (0, 1)),
        ("bytes=900-", (900, 1000)),
        ("bytes=-100", (900, 1000)),
        ("bytes=-5000", (0, 1000)),
        ("bytes=990-5000", (990, 1000)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=99999999999999999999-", None),
        ("bytes=0-٩", None),
    ],
)
def test_a_range_is_what_rfc_9110_says(header: str | None, expected: tuple[int, int] | None) -> None:
    part = wanted_part(header, 1000)
    assert (part and (part.start, part.end)) == expected


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_beyond_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(NotSatisfiable):
        wanted_part(header, 1000)


@given(st.text(max_size=30) | st.from_regex(r"bytes=[0-9]{0,20}-[0-9]{0,20}", fullmatch=True), st.integers(0, 10_000))
def test_any_header_gives_a_part_within_the_file(header: str, total: int) -> None:
    try:
        part = wanted_part(header, total)
    except NotSatisfiable:
        return
    assert part is None or 0 <= part.start < part.end <= total


def test_a_part_is_read_exactly_even_if_the_file_grows_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "x"
    content = bytes(range(256)) * 1024
    path.write_bytes(content)

    async def read(part: Part) -> bytes:
        got = b""
        async for chunk in octets(path, part):
            got += chunk
            with path.open("ab") as file:
                file.write(b"more")
        return got

    assert asyncio.run(read(Part(10, CHUNK * 2 + 7, len(content)))) == content[10 : CHUNK * 2 + 7]
