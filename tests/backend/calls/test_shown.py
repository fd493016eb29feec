# SPDX-License-Identifier: Apache-2.0

from headcall.backend.calls.shown import without_folders


def test_the_log_of_a_call_tells_names_of_files_and_no_folder() -> None:
    started = {"recording_id": "rec_1", "path": "/var/lib/headcall/recordings/01/rec_1.ogg"}
    plays = {"leg_id": "leg_1", "source": {"type": "Playlist", "files": ["/var/lib/headcall/prompts/a.wav"]}}
    assert without_folders(started) == {"recording_id": "rec_1", "path": "rec_1.ogg"}
    ring = {"tone": "/var/lib/headcall/prompts/t.wav", "intro": {"to_agent": "/var/lib/headcall/prompts/q.wav"}}
    assert without_folders({"ring": ring}) == {"ring": {"tone": "t.wav", "intro": {"to_agent": "q.wav"}}}
    assert without_folders([plays, {"path": None}]) == [
        {"leg_id": "leg_1", "source": {"type": "Playlist", "files": ["a.wav"]}},
        {"path": None},
    ]


def test_how_much_colleagues_have_worked_is_not_in_the_log_of_a_call() -> None:
    considered = [{"name": "Mei", "place": 1, "ranks": {"talk_ms": 5}}]
    told = without_folders({"choice": {"considered": considered, "candidates": [{"name": "Mei", "calls": 7}]}})
    assert told == {"choice": {"considered": [{"name": "Mei", "place": 1}]}}
