# SPDX-License-Identifier: Apache-2.0
"""Recordings over HTTP: who may hear them, in parts, while they grow, and their waveform."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from headcall.backend.cdr.store import CallRecord, write
from headcall.wire.media import RecordingEnded
from tests.backend.company import Company, run_in_company
from tests.backend.recordings.sound import write_ogg

REC = "rec_01KBXG9Z1Q7M3V8T5N2R4W6Y0A"
CALL = "call_01KBXG9Z1Q7M3V8T5N2R4W6Y0A"
AUDIO = f"/api/v1/recordings/{REC}/audio"


async def recorded(c: Company, *, is_done: bool = True) -> bytes:
    """A call that mei answered, with its recording."""
    path = Path(c.parts.recordings.path_of(REC))
    size = write_ogg(path)
    started = c.clock.wall_ms()
    async with c.parts.store.begin() as session:
        record = CallRecord(CALL, "in", "13800138000", "4008123456", started, agent_user_id="usr_demo_mei")
        await write(session, record)
    await c.parts.recordings.began(REC, CALL, "usr_demo_mei", started)
    await c.parts.recordings.began(REC, CALL, "usr_demo_mei", started)
    c.clock.advance(2)
    if is_done:
        await c.parts.recordings.ended(RecordingEnded(REC, "leg_x", str(path), 2000, size))
    return path.read_bytes()


def test_the_agent_of_the_call_hears_it_whole_and_in_parts(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        content = await recorded(c)
        mei = await c.signed_in("mei")
        whole = await mei.get(AUDIO)
        assert whole.status_code == 200 and whole.content == content
        assert whole.headers["content-type"] == "audio/ogg" and whole.headers["accept-ranges"] == "bytes"
        part = await mei.get(AUDIO, headers={"Range": "bytes=100-199"})
        assert part.status_code == 206 and part.content == content[100:200]
        assert part.headers["content-range"] == f"bytes 100-199/{len(content)}"
        assert (await mei.get(AUDIO, headers={"Range": "bytes=-50"})).content == content[-50:]
        beyond = await mei.get(AUDIO, headers={"Range": f"bytes={len(content)}-"})
        assert beyond.status_code == 416 and beyond.headers["content-range"] == f"bytes */{len(content)}"
        head = await mei.head(AUDIO)
        assert head.headers["content-length"] == str(len(content)) and head.content == b""

    run_in_company(tmp_path, scenario)


def test_a_part_of_another_version_is_the_whole(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        content = await recorded(c)
        mei = await c.signed_in("mei")
        etag = (await mei.get(AUDIO)).headers["etag"]
        same = await mei.get(AUDIO, headers={"Range": "bytes=0-9", "If-Range": etag})
        other = await mei.get(AUDIO, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
        assert (same.status_code, other.status_code) == (206, 200)
        assert other.content == content

    run_in_company(tmp_path, scenario)


def test_it_plays_while_it_grows(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        content = await recorded(c, is_done=False)
        mei = await c.signed_in("mei")
        playing = await mei.get(AUDIO, headers={"Range": "bytes=0-"})
        assert playing.status_code == 206 and playing.content == content
        assert playing.headers["cache-control"] == "no-store"
        (shown,) = await c.parts.recordings.of_call(CALL)
        assert shown["state"] == "recording" and shown["duration_s"] == 2.0
        with Path(c.parts.recordings.path_of(REC)).open("ab") as file:
            file.write(b"more")
        assert len((await mei.get(AUDIO)).content) == len(content) + 4

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize(
    ("login", "expected"), [("mei", 200), ("anna", 200), ("admin", 200), ("lei", 404), ("wei", 404)]
)
def test_who_may_hear_it(tmp_path: Path, login: str, expected: int) -> None:
    async def scenario(c: Company) -> None:
        await recorded(c)
        assert (await (await c.signed_in(login)).get(AUDIO)).status_code == expected
        assert (await c.client().get(AUDIO)).status_code == 401

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize(
    "strange", ["rec_x", "..%2f..%2fsecrets.key", "rec_01KBXG9Z1Q7M3V8T5N2R4W6Y0B", "x" * 3000, "😀"]
)
def test_a_strange_id_is_not_found(tmp_path: Path, strange: str) -> None:
    async def scenario(c: Company) -> None:
        admin = await c.signed_in("admin")
        for what in ("audio", "peaks"):
            answer: httpx.Response = await admin.get(f"/api/v1/recordings/{strange}/{what}")
            assert answer.status_code == 404 and answer.json()["error"]["cause"] == "not-found"

    run_in_company(tmp_path, scenario)


def test_the_waveform_shows_each_channel(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await recorded(c)
        mei = await c.signed_in("mei")
        for _ in range(2):  # computed, then kept
            peaks = (await mei.get(f"/api/v1/recordings/{REC}/peaks")).json()
            left, right = peaks["channels"]
            assert peaks["per_second"] == 20 and abs(len(left) - 40) <= 1
            assert max(left[2:18]) < 0.05 and min(left[22:38]) > 0.6
            assert all(0.1 < value < 0.35 for value in right[2:38])
        assert Path(c.parts.recordings.path_of(REC)).with_suffix(".peaks.json").exists()

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize("content", [b"", b"OggS", b"not audio at all" * 100, None])
def test_a_broken_or_missing_file_has_no_waveform_and_breaks_nothing(tmp_path: Path, content: bytes | None) -> None:
    async def scenario(c: Company) -> None:
        await recorded(c, is_done=False)
        path = Path(c.parts.recordings.path_of(REC))
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        answer = await (await c.signed_in("mei")).get(f"/api/v1/recordings/{REC}/peaks")
        if content is None:
            assert answer.status_code == 404
        else:
            assert answer.json()["channels"] == [[], []]

    run_in_company(tmp_path, scenario)


def test_a_recording_cut_off_by_a_crash_shows_what_there_is(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        content = await recorded(c, is_done=False)
        Path(c.parts.recordings.path_of(REC)).write_bytes(content[: len(content) // 2])
        peaks = (await (await c.signed_in("mei")).get(f"/api/v1/recordings/{REC}/peaks")).json()
        assert 10 <= len(peaks["channels"][0]) < 40

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_recording_whose_node_died_is_closed_from_its_file(tmp_path: Path, database_url: str, is_there: bool) -> None:
    async def scenario(c: Company) -> None:
        content = await recorded(c, is_done=False)
        if not is_there:
            Path(c.parts.recordings.path_of(REC)).unlink()
        record = CallRecord(CALL, "in", "1", "2", c.clock.wall_ms(), agent_user_id="usr_demo_mei")
        await c.parts.recordings.close_lost()
        assert (await c.parts.recordings.of_call(CALL))[0]["state"] == "recording", "the call goes on"
        async with c.parts.store.begin() as session:
            await write(session, replace(record, ended_at_ms=c.clock.wall_ms()))
        c.clock.advance(59)
        await c.parts.recordings.close_lost()
        assert (await c.parts.recordings.of_call(CALL))[0]["state"] == "recording", "its node may still tell"
        c.clock.advance(2)
        await c.parts.recordings.close_lost()
        (shown,) = await c.parts.recordings.of_call(CALL)
        assert shown["state"] == "done"
        assert (
            (shown["octets"] == len(content) and 1.9 < shown["duration_s"] < 2.1) if is_there else not shown["octets"]
        )

    run_in_company(tmp_path, scenario, database_url=database_url)


def test_an_unknown_recording_that_ends_is_ignored(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await c.parts.recordings.ended(RecordingEnded(REC, "leg_x", "/nowhere", 1, 1))
        assert await c.parts.recordings.of_call(CALL) == []

    run_in_company(tmp_path, scenario)
