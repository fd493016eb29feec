# SPDX-License-Identifier: Apache-2.0
"""Bodies of several parts (RFC 2046 section 5.1), as gateways send them: SDP beside an ISUP message or a location."""

import re
from collections.abc import Iterator

MAX_PARTS = 16

# boundary := 0*69<bchars> bcharsnospace
_BOUNDARY = re.compile(r';\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_END_OF_HEAD = b"\r\n\r\n"
_TYPE = re.compile(rb"(?:^|\r\n)Content-Type[ \t]*:[ \t]*([^\s;]+)", re.IGNORECASE)


def parts(content_type: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    """Each part as (its type in lower case, its content). What is no such body has no parts."""
    match = _BOUNDARY.search(content_type)
    if match is None:
        return
    delimiter = b"\r\n--" + (match[1] or match[2]).encode()
    sections = (b"\r\n" + body).split(delimiter, MAX_PARTS + 1)
    for section in sections[1 : MAX_PARTS + 1]:
        if section.startswith(b"--"):
            return
        line, _, part = section.partition(b"\r\n")
        if line.strip(b" \t"):
            continue  # a longer boundary that begins like ours
        head, found, content = (b"\r\n" + part).partition(_END_OF_HEAD)
        kind = _TYPE.search(head)
        if found:
            yield (kind[1].decode("latin-1").lower() if kind else "text/plain"), content


def part_of(content_type: str, body: bytes, wanted: str) -> bytes:
    """The first part of that type, or nothing."""
    return next((content for kind, content in parts(content_type, body) if kind == wanted), b"")
