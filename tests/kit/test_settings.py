# SPDX-License-Identifier: Apache-2.0
"""Settings from a file and the environment; errors that say what to do."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from headcall.kit.settings import Settings, SettingsError, example, in_order, load, setting


@dataclass(frozen=True)
class Door:
    """Where people come in."""

    SECTION: ClassVar[str] = "door"
    port: int = setting(8400, "TCP port", low=1, high=65535)
    width: float = setting(0.9, "Metres", low=0.5)
    is_open: bool = setting(True, "Whether it is open")
    colour: str = setting("red", "Colour", one_of=("red", "blue"))
    keys: tuple[str, ...] = setting((), "Who has a key")
    bells: dict[str, str] = setting({}, "Bell to tone")  # noqa: RUF009


def read(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> Door:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, [Door], environ or {}).section(Door)


def test_nothing_given_means_the_defaults() -> None:
    assert load(None, [Door], {}).section(Door) == Door()


def test_a_file_sets_every_type(tmp_path: Path) -> None:
    text = '[door]\nport = 1\nwidth = 2\nis_open = false\ncolour = "blue"\nkeys = ["a", "b"]\nbells = {x = "y"}'
    assert read(tmp_path, text) == Door(1, 2.0, False, "blue", ("a", "b"), {"x": "y"})


def test_the_environment_wins(tmp_path: Path) -> None:
    environ = {"HEADCALL_DOOR_PORT": "2", "HEADCALL_DOOR_KEYS": "c, d", "HEADCALL_DOOR_IS_OPEN": "no", "PATH": "/bin"}
    door = read(tmp_path, "[door]\nport = 1", environ)
    assert (door.port, door.keys, door.is_open) == (2, ("c", "d"), False)


def test_words_of_our_own_processes_are_no_settings() -> None:
    load(None, [Door], {"HEADCALL_FDS": "{}", "HEADCALL_DATA": "x"})


WRONG = [
    ("[door]\nport = 0", "[door] port: must be at least 1 and at most 65535, but is 0."),
    ('[door]\nport = "x"', "[door] port: must be a whole number, but is 'x'."),
    ("[door]\nport = true", "[door] port: must be a whole number, but is True."),
    ("[door]\nwidth = 0.1", "[door] width: must be at least 0.5, but is 0.1."),
    ("[door]\ncolour = 3", '[door] colour: must be text in "quotes", but is 3.'),
    ('[door]\ncolour = "green"', "[door] colour: must be one of red, blue, but is 'green'."),
    ("[door]\nis_open = 7", "[door] is_open: must be true or false, but is 7."),
    ("[door]\nkeys = [1]", "[door] keys: must be a list"),
    ("[door]\nbells = 1", "[door] bells: must be a table"),
    ("[door]\nprot = 1", "[door] prot: no such setting. Did you mean `port`?"),
    ("[dor]\nport = 1", "[dor] port: no such section. Did you mean `door`?"),
    ("port = 1", "`port` stands outside a section."),
    ("[door\n", "not valid TOML"),
]


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_an_error_names_the_place_and_the_remedy(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)
    assert says in str(caught.value) and "config.toml" in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nothing\.toml: cannot be read"):
        load(tmp_path / "nothing.toml", [Door], {})


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load(tmp_path / "config.toml", [Door], {})


@pytest.mark.parametrize("variable", ["HEADCALL_DOOR_PROT", "HEADCALL_WINDOW_PORT"])
def test_a_variable_that_is_no_setting_is_named(variable: str) -> None:
    with pytest.raises(SettingsError, match=f"{variable} is no setting"):
        load(None, [Door], {variable: "1"})


def test_settings_travel_to_a_child(tmp_path: Path) -> None:
    settings = Settings().with_values("door", keys=("a",), bells={"x": "y"}).with_values("door", port=7)
    assert Settings.from_json(settings.to_json()).section(Door) == Door(port=7, keys=("a",), bells={"x": "y"})


def test_the_example_explains_everything_and_changes_nothing(tmp_path: Path) -> None:
    text = example([Door])
    assert "# Where people come in.\n[door]" in text and "# TCP port (1 to 65535)\n# port = 8400" in text
    assert read(tmp_path, text) == Door()
    uncommented = "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())
    assert read(tmp_path, uncommented) == Door()


def test_two_ends_stand_in_order() -> None:
    @dataclass(frozen=True)
    class Slots:
        SECTION: ClassVar[str] = "slots"
        first: int = setting(701, "The first")
        last: int = setting(799, "The last")

        def __post_init__(self) -> None:
            in_order(self, "first", "last")

    settings = Settings().with_values("slots", first=800)
    with pytest.raises(SettingsError, match=r"\[slots\] last: must be at least `first`, which is 800, but is 799"):
        settings.check([Slots])
    assert Settings().with_values("slots", first=799).section(Slots).first == 799
