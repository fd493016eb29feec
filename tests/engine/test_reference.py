# SPDX-License-Identifier: Apache-2.0
"""The engine's pure functions against their slow twins in Python, and the library against its sources."""

import hashlib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import headcall_engine
from tests.engine.reference import g711
from tests.engine.reference import rtp as reference

SOURCES = Path(__file__).parents[2] / "sfu" / "engine" / "src"


def digest_of(root: Path) -> str:
    total = hashlib.sha256()
    for name, path in sorted((path.relative_to(root).as_posix(), path) for path in root.rglob("*.rs")):
        total.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def test_the_library_was_built_from_these_sources() -> None:
    assert headcall_engine.source_digest() == digest_of(SOURCES)


@given(st.binary(max_size=64) | st.binary(min_size=11).map(lambda rest: b"\x80" + rest))
def test_both_read_every_header_alike(packet: bytes) -> None:
    assert headcall_engine.read_header(packet) == reference.read_header(packet)


@given(st.integers(0, 255), st.binary(min_size=11, max_size=80))
def test_both_read_every_first_octet_alike(first: int, rest: bytes) -> None:
    packet = bytes([0x80 | first & 0x3F]) + rest
    assert headcall_engine.read_header(packet) == reference.read_header(packet)


def test_both_know_the_same_companding_laws() -> None:
    decode, encode = headcall_engine.g711_decode, headcall_engine.g711_encode
    every_octet = bytes(range(256))
    for law, values in (("PCMA", g711.ALAW), ("PCMU", g711.ULAW)):
        assert decode(law, every_octet) == values
        samples = list(range(min(values), max(values), 7))
        for sample, octet in zip(samples, encode(law, samples), strict=True):
            # Both laws are defined over fewer bits than sixteen: the last ones may fall either way.
            assert abs(values[octet] - sample) <= g711.half_interval(law, octet) + 4, (law, sample)
        assert decode(law, encode(law, [-32768, 32767])) == [min(values), max(values)]
