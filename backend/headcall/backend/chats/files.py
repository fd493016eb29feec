# SPDX-License-Identifier: Apache-2.0
"""Files that are sent in chats: few kinds, small, and what they say they are. They are only ever handed out as
attachments, so nothing in them runs in our pages."""

from collections.abc import Callable
from pathlib import Path

from headcall.backend.edge.limits import MAX_UPLOAD
from headcall.backend.errors import ApiError
from headcall.kit.ids import is_id

LONGEST_NAME = 120
MOST_IN_A_CHAT = 50


def _starts(*heads: bytes) -> Callable[[bytes], bool]:
    return lambda octets: octets.startswith(heads)


def _is_webp(octets: bytes) -> bool:
    return octets[:4] == b"RIFF" and octets[8:12] == b"WEBP"


def _is_text(octets: bytes) -> bool:
    try:
        return "\0" not in octets.decode("utf-8")
    except UnicodeDecodeError:
        return False


_OFFICE = "application/vnd.openxmlformats-officedocument"

# fmt: off
KINDS: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "png":  ("image/png",                           _starts(b"\x89PNG\r\n\x1a\n")),
    "jpg":  ("image/jpeg",                          _starts(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg",                          _starts(b"\xff\xd8\xff")),
    "gif":  ("image/gif",                           _starts(b"GIF87a", b"GIF89a")),
    "webp": ("image/webp",                          _is_webp),
    "pdf":  ("application/pdf",                     _starts(b"%PDF-")),
    "txt":  ("text/plain",                          _is_text),
    "csv":  ("text/csv",                            _is_text),
    "docx": (f"{_OFFICE}.wordprocessingml.document", _starts(b"PK\x03\x04")),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet",       _starts(b"PK\x03\x04")),
}
"""Ending of the name → type, and whether the octets are of it. No SVG and no HTML: they can hold scripts."""
# fmt: on


def kind_of(name: str, octets: bytes) -> str:
    """The type of a file. Raises `ApiError` when it is none we take, or not what its name says."""
    ending = name.rpartition(".")[2].lower()
    if not octets:
        raise ApiError("bad-request", "the file is empty")
    if len(octets) > MAX_UPLOAD:
        raise ApiError("too-large", f"a file has at most {MAX_UPLOAD >> 20} MiB")
    kind = KINDS.get(ending)
    if kind is None:
        raise ApiError("bad-request", f"files of this kind are not taken; these are: {', '.join(KINDS)}")
    if not kind[1](octets):
        raise ApiError("bad-request", f"the file is called .{ending}, but its content is something else")
    return kind[0]


def plain_name(name: str) -> str:
    """A stranger's file name without folders and control characters, not too long, its ending kept."""
    last = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable()).strip()
    stem, dot, ending = last.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}" if dot else last[:LONGEST_NAME]


class Shelf:
    """Where the octets lie."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, file_id: str, octets: bytes) -> None:
        path = self._path(file_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(octets)
        part.replace(path)

    def read(self, file_id: str) -> bytes:
        try:
            return self._path(file_id).read_bytes()
        except FileNotFoundError:
            raise ApiError("not-found", "the file is no longer kept") from None

    def _path(self, file_id: str) -> Path:
        if not is_id(file_id, "file"):
            raise ApiError("not-found", "no such file")
        return self._folder / file_id[5:10] / file_id  # a new folder every 12 days
