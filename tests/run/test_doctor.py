# SPDX-License-Identifier: Apache-2.0
"""The doctor names what is wrong and how to mend it."""

import socket
from pathlib import Path

import pytest

from headcall.run import doctor
from headcall.run.doctor import Finding, digest_of, ports, settings


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1
    return findings[0]


def test_a_wrong_setting_is_found(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[web]\nhttp_prot = 1\n")
    finding = only(list(settings(tmp_path / "config.toml")))
    assert "[web] http_prot: no such setting. Did you mean `http_port`?" in finding.wrong and finding.is_grave


def test_good_settings_are_well() -> None:
    assert only(list(settings(None))).wrong == ""


def test_a_taken_port_is_found_with_its_holder() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"tcp {port} by `" in only(list(ports(port))).wrong


def test_an_engine_of_other_sources_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    (tmp_path / "sfu" / "engine" / "src").mkdir(parents=True)
    (tmp_path / "sfu" / "engine" / "src" / "lib.rs").write_text("fn main() {}")
    assert "headcall build" in only(list(doctor.engine())).mend


def test_the_digest_is_of_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a.rs").write_text("x")
    first = digest_of(tmp_path)
    (tmp_path / "a.rs").rename(tmp_path / "b.rs")
    assert digest_of(tmp_path) != first
    (tmp_path / "b.rs").rename(tmp_path / "a.rs")
    assert digest_of(tmp_path) == first


def test_all_is_well_or_the_exit_code_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    code = doctor.examine(None, 8400)
    said = capsys.readouterr().out
    assert (code == 0) == ("All is well." in said) == ("WRONG" not in said)
