# SPDX-License-Identifier: Apache-2.0
"""The parts of RFC 3261 section 25.1 that the other modules share.

All patterns are linear: no stranger's bytes make one of them backtrack.
"""

import re
from collections.abc import Iterator

from headcall.sip_bridge.errors import Malformed

Params = tuple[tuple[str, str | None], ...]
"""Parameters in their order: name in lower case, value as on the wire (quotes kept) or None for a flag."""

# RFC 3261 25.1:   token  =  1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~" )
TOKEN_CHARS = r"A-Za-z0-9\-.!%*_+`'~"
TOKEN = re.compile(rf"[{TOKEN_CHARS}]+")

# RFC 3261 25.1:   callid  =  word [ "@" word ]
#                  word    =  1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" /
#                             "'" / "~" / "(" / ")" / "<" / ">" / ":" / "\" / DQUOTE / "/" /
#                             "[" / "]" / "?" / "{" / "}" )
#
# The grammar sets no bound. We do, at 256 octets: a Call-ID is a dictionary key
# here, and a stranger chooses it.
WORD = r"[\w\-.!%*+`'~()<>:\\\"/\[\]?{}]+"
CALL_ID = re.compile(rf"(?=.{{1,256}}\Z){WORD}(?:@{WORD})?", re.ASCII)

# RFC 3261 25.1:   host  =  hostname / IPv4address / IPv6reference
#
# Underscores are not in the grammar but in the names of real hosts; a trailing dot is.
HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9.])?|\[[0-9A-Fa-f:.]{2,45}\]")

# quoted-string = SWS DQUOTE *(qdtext / quoted-pair ) DQUOTE
QUOTED = r'"(?:[^"\\]|\\.)*"'

_PARAM = re.compile(
    rf"\s*;\s*(?P<name>[{TOKEN_CHARS}\[\]/:&+$]+)(?:\s*=\s*(?P<value>{QUOTED}|[^\s;,\"<>]*))?\s*",
    re.DOTALL,
)
_PIECE = re.compile(rf"{QUOTED}|<[^<>]*>|[^,\"<>]+|,", re.DOTALL)

MAX_SECONDS = 2**32 - 1
MAX_CSEQ = 2**31 - 1


def read_params(text: str) -> Params:
    """The `;name=value` pairs that `text` consists of."""
    found: list[tuple[str, str | None]] = []
    at = 0
    while at < len(text):
        match = _PARAM.match(text, at)
        if match is None:
            raise Malformed("bad parameter")
        value = match["value"]
        if value == "":
            raise Malformed("empty parameter value")
        found.append((match["name"].lower(), value))
        at = match.end()
    return tuple(found)


def write_params(params: Params) -> str:
    return "".join(f";{name}" if value is None else f";{name}={value}" for name, value in params)


def split_commas(text: str) -> Iterator[str]:
    """The elements of a comma-separated list; commas inside quotes and angle brackets do not count."""
    piece: list[str] = []
    at = 0
    while at < len(text):
        match = _PIECE.match(text, at)
        if match is None:
            raise Malformed("unbalanced quotes or brackets")
        if match[0] == ",":
            yield "".join(piece).strip()
            piece = []
        else:
            piece.append(match[0])
        at = match.end()
    yield "".join(piece).strip()


def quote(text: str) -> str:
    """As a quoted-string; line breaks, which none may contain, become spaces."""
    clean = text.replace("\r", " ").replace("\n", " ").replace("\0", "")
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquote(text: str) -> str:
    """The text of a quoted-string, or `text` itself when it is not one."""
    if len(text) >= 2 and text[0] == '"' == text[-1]:
        return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
    return text


def read_number(text: str, *, most: int, what: str) -> int:
    """A decimal number from 0 to `most`. `int()` alone would take `+1`, `1_0` and Arabic digits."""
    if not (text.isascii() and text.isdigit()) or len(text) > 20 or int(text) > most:
        raise Malformed(f"bad {what}")
    return int(text)
