# SPDX-License-Identifier: Apache-2.0
"""The demo's passwords, ports, and what it prints."""

import json
from pathlib import Path

from headcall.kit.settings import Settings
from headcall.run.demo import demo_settings, description, passwords_of, sheet
from headcall.run.supervisor import Supervisor
from headcall.wire.settings import Demo, Media, Sip, Web


def test_passwords_are_made_once_and_are_ours_alone(tmp_path: Path) -> None:
    first = passwords_of(tmp_path / "demo")
    assert passwords_of(tmp_path / "demo") == first
    assert (tmp_path / "demo" / "passwords.json").stat().st_mode & 0o077 == 0
    assert passwords_of(tmp_path / "other") != first
    assert {"mei", "lei", "anna", "wei", "admin"} == set(first.logins)
    assert {"83012341001", "83012341002", "83012341003", "83012342001"} == set(first.sip)


def test_a_broken_file_of_passwords_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "passwords.json").write_text("{")
    assert passwords_of(tmp_path).logins


def test_all_ports_come_from_one_base(tmp_path: Path) -> None:
    settings = demo_settings(Settings(), passwords_of(tmp_path), base_port=9000, lan=False)
    web, media, sip = settings.section(Web), settings.section(Media), settings.section(Sip)
    assert (web.http_port, web.https_port, sip.trunk_port, sip.phone_port, media.port) == (9000, 0, 9003, 9004, 9002)
    assert settings.section(Demo).simulator_port == 9005 and media.plain_low % 2 == 0
    assert sip.host == "127.0.0.1"


def test_other_machines_are_let_in_only_if_wanted(tmp_path: Path) -> None:
    settings = demo_settings(Settings(), passwords_of(tmp_path), base_port=9000, lan=True)
    assert settings.section(Web).https_port == 9001 and settings.section(Sip).host == "0.0.0.0"


def test_the_description_keeps_its_contract(tmp_path: Path) -> None:
    passwords = passwords_of(tmp_path)
    supervisor = Supervisor(demo_settings(Settings(), passwords, base_port=9000, lan=False), tmp_path)
    supervisor._make_children({}, tmp_path / "bus.sock")
    said = json.loads(json.dumps(description(supervisor, passwords)))
    assert said["web"] == "http://localhost:9000"
    assert said["sip"] == {"trunk": "127.0.0.1:9003", "registrar": "127.0.0.1:9004", "domain": "headcall.local"}
    assert (said["numbers"]["400"], said["numbers"]["switchboard"]) == ("4008123456", "40081234561")
    assert [agent["login"] for agent in said["agents"]] == ["mei", "lei", "anna"]
    assert {"login", "password", "number", "sip_user", "sip_password"} <= set(said["agents"][0])
    assert set(said["admin"]) == {"login", "password"}
    assert {"supervisor", "backend", "sfu", "sip-bridge"} <= set(said["pids"])
    assert isinstance(said["pids"]["sfu"], list)
    assert all(agent["password"] in sheet(said, {}) for agent in said["agents"])
