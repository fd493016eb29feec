# SPDX-License-Identifier: Apache-2.0
"""Settings: frozen dataclasses, filled from a TOML file and the environment, with errors a person can act upon.

A section of the file is a dataclass whose fields are made with `setting`:

    @dataclass(frozen=True)
    class Web:
        SECTION: ClassVar = "web"
        http_port: int = setting(8400, "TCP port on this machine only", low=0, high=65535)

The environment wins over the file: `HEADCALL_WEB_HTTP_PORT=9000`. Lists are written with commas there.
`config.example.toml` is generated from the dataclasses; a test compares.
"""

import dataclasses
import difflib
import json
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar, cast, get_type_hints

__all__ = [
    "OWN_WORDS",
    "PREFIX",
    "Found",
    "Section",
    "Settings",
    "SettingsError",
    "Value",
    "example",
    "in_order",
    "load",
    "read_environment",
    "read_toml",
    "setting",
]

PREFIX = "HEADCALL_"
OWN_WORDS = frozenset({"FDS", "CONFIG", "SETTINGS", "DATA", "READY_FD", "GO_FD", "PARENT", "BUS", "BUILD"})
"""Second words of environment variables that are no settings."""


class SettingsError(Exception):
    """A setting is wrong. The text names where it stands, what is wrong and what would be right."""


class Section(Protocol):
    """A dataclass of settings."""

    SECTION: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, "dataclasses.Field[Any]"]]


T = TypeVar("T", bound=Section)


def setting(
    default: Any, text: str, *, low: float | None = None, high: float | None = None, one_of: tuple[str, ...] = ()
) -> Any:
    """A field with its explanation and its bounds."""
    meta = {"text": text, "low": low, "high": high, "one_of": one_of}
    if isinstance(default, dict):
        return dataclasses.field(default_factory=lambda: dict(default), metadata=meta)
    return dataclasses.field(default=default, metadata=meta)


def in_order(section: "Section", first: str, last: str) -> None:
    """For `__post_init__` of a section with two ends. Raises `SettingsError` when the first lies behind the last."""
    low, high = getattr(section, first), getattr(section, last)
    if low > high:
        raise SettingsError(f"[{section.SECTION}] {last}: must be at least `{first}`, which is {low}, but is {high}.")


@dataclasses.dataclass(frozen=True)
class Value:
    """A value as found, and where."""

    raw: Any
    place: str


Found = dict[str, dict[str, Value]]


def read_toml(path: Path) -> Found:
    """The values of a file."""
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}. Check the path given to --config.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}. Compare with config.example.toml.") from error
    found: Found = {}
    for section, values in tree.items():
        if not isinstance(values, dict):
            raise SettingsError(f"{path}: `{section}` stands outside a section. Put it under a heading such as [web].")
        found[section] = {key: Value(raw, f"{path}: [{section}] {key}") for key, raw in values.items()}
    return found


def read_environment(environ: Mapping[str, str], sections: Iterable[type[Section]]) -> Found:
    """The values of the environment, for the sections that exist."""
    by_name = {section.SECTION: section for section in sections}
    found: Found = {}
    for variable, text in environ.items():
        word = variable.removeprefix(PREFIX)
        if not variable.startswith(PREFIX) or word in OWN_WORDS:
            continue
        section, _, key = word.lower().partition("_")
        if section not in by_name or key not in by_name[section].__dataclass_fields__:
            names = [f"{PREFIX}{s}_{k}".upper() for s, cls in by_name.items() for k in cls.__dataclass_fields__]
            raise SettingsError(f"environment: {variable} is no setting.{_meant(variable, names)}")
        found.setdefault(section, {})[key] = Value(text, f"environment: {variable}")
    return found


class Settings:
    """All values, read section by section with the dataclass that knows it."""

    def __init__(self, *sources: Found) -> None:
        """Later sources win."""
        self._found: Found = {}
        for source in sources:
            for section, values in source.items():
                self._found.setdefault(section, {}).update(values)

    def section(self, cls: type[T]) -> T:
        """The values of one section. Raises `SettingsError`."""
        fields = {field.name: field for field in dataclasses.fields(cast(Any, cls))}
        types = get_type_hints(cls)
        values: dict[str, Any] = {}
        for key, value in self._found.get(cls.SECTION, {}).items():
            if key not in fields:
                raise SettingsError(f"{value.place}: no such setting.{_meant(key, list(fields))}")
            values[key] = _convert(value, types[key], fields[key].metadata)
        return cls(**values)

    def check(self, sections: Iterable[type[Section]]) -> None:
        """Reads everything once, so that an error shows at the start and not in the middle of a call."""
        by_name = {section.SECTION: section for section in sections}
        for name, values in self._found.items():
            if name not in by_name:
                place = next((value.place for value in values.values()), f"[{name}]")
                raise SettingsError(f"{place}: no such section.{_meant(name, list(by_name))}")
            self.section(by_name[name])

    def with_values(self, section: str, **values: Any) -> "Settings":
        """The same settings with some replaced by the program."""
        return Settings(self._found, {section: {key: Value(raw, f"[{section}] {key}") for key, raw in values.items()}})

    def to_json(self) -> str:
        """Everything, for a child process. Holds secrets: the file it goes to is for the owner only."""
        tree = {s: {k: [v.raw, v.place] for k, v in values.items()} for s, values in self._found.items()}
        return json.dumps(tree, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Settings":
        """What `to_json` wrote."""
        return cls({s: {k: Value(*v) for k, v in values.items()} for s, values in json.loads(text).items()})


def load(path: Path | None, sections: Iterable[type[Section]], environ: Mapping[str, str] = os.environ) -> Settings:
    """File and environment, checked."""
    known = list(sections)
    settings = Settings(read_toml(path) if path else {}, read_environment(environ, known))
    settings.check(known)
    return settings


def _meant(word: str, names: list[str]) -> str:
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    return f" Did you mean `{close[0]}`?" if close else f" Known are: {', '.join(sorted(names))}."


def _convert(value: Value, kind: Any, meta: Mapping[str, Any]) -> Any:
    result = _READERS[kind](value)
    low, high, one_of = meta.get("low"), meta.get("high"), meta.get("one_of")
    if (low is not None and result < low) or (high is not None and result > high):
        bounds = " and ".join(f"{w} {b}" for w, b in (("at least", low), ("at most", high)) if b is not None)
        raise _wrong(value, f"must be {bounds}")
    if one_of and result not in one_of:
        raise _wrong(value, f"must be one of {', '.join(one_of)}")
    return result


def _wrong(value: Value, rule: str) -> SettingsError:
    return SettingsError(f"{value.place}: {rule}, but is {value.raw!r}.")


def _text(value: Value) -> str:
    if isinstance(value.raw, str):
        return value.raw
    raise _wrong(value, 'must be text in "quotes"')


def _whole(value: Value) -> int:
    try:
        if not isinstance(value.raw, bool | float):
            return int(value.raw)
    except (TypeError, ValueError):
        pass
    raise _wrong(value, "must be a whole number")


def _number(value: Value) -> float:
    try:
        if not isinstance(value.raw, bool):
            return float(value.raw)
    except (TypeError, ValueError):
        pass
    raise _wrong(value, "must be a number")


def _flag(value: Value) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
    word = str(value.raw).lower()
    if word in words:
        return words[word]
    raise _wrong(value, "must be true or false")


def _list(value: Value) -> tuple[str, ...]:
    if isinstance(value.raw, str):
        return tuple(word.strip() for word in value.raw.split(",") if word.strip())
    if isinstance(value.raw, list | tuple) and all(isinstance(item, str) for item in value.raw):
        return tuple(value.raw)
    raise _wrong(value, 'must be a list such as ["a", "b"]')


def _pairs(value: Value) -> dict[str, str]:
    raw = value.raw
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            raise _wrong(value, 'must be a table such as {"a": "b"}') from None
    if isinstance(raw, dict) and all(isinstance(item, str) for item in raw.values()):
        return dict(raw)
    raise _wrong(value, 'must be a table such as {"a" = "b"}')


_READERS: dict[Any, Any] = {
    str: _text,
    int: _whole,
    float: _number,
    bool: _flag,
    tuple[str, ...]: _list,
    dict[str, str]: _pairs,
}


def example(sections: Iterable[type[Section]]) -> str:
    """The text of `config.example.toml`: every setting, explained, at its default."""
    lines = ["# Settings of HeadCall, all at their defaults. Copy to config.toml and change what you need.", ""]
    for section in sections:
        doc = (section.__doc__ or "").strip().splitlines()[0]
        lines += [f"# {doc}", f"[{section.SECTION}]"]
        for field in dataclasses.fields(cast(Any, section)):
            default = getattr(section(), field.name)
            lines += [f"# {field.metadata['text']}{_bounds(field.metadata)}", f"# {field.name} = {_toml(default)}"]
        lines.append("")
    return "\n".join(lines)


def _bounds(meta: Mapping[str, Any]) -> str:
    if meta["one_of"]:
        return f" ({', '.join(meta['one_of'])})"
    if meta["low"] is not None and meta["high"] is not None:
        return f" ({meta['low']} to {meta['high']})"
    return ""


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
