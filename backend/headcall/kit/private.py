# SPDX-License-Identifier: Apache-2.0
"""A telephone number is personal data and a password is nobody's business: how both are shown, namely not.

`Private` hides a value where it is known to be one. `mask_text` is the net under it: every line of every log goes
through, so that a number inside an exception's text or a library's message does not show either.
"""

import re

__all__ = [
    "SECRET_NAMES",
    "Private",
    "mask_number",
    "mask_text",
]

_DOTS = "•••"

# A run of 7 or more digits, as telephone numbers are written (`+86 138-0013-8000`), that is not the middle of a word,
# of a dotted figure or of an id. Ports, status codes, sizes below ten million and addresses stay readable.
_NUMBER = re.compile(
    r"(?<![\w.])(?:\+\d(?:[ \-()]{0,2}\d){6,}|\d(?:[\-()]{0,2}\d){6,})(?![\w.]*[A-Za-z_]|\.\d)", re.ASCII
)

SECRET_NAMES = frozenset(
    {"authorization", "cookie", "ha1", "ha1_md5", "ha1_sha256", "ice_pwd", "key", "nonce", "password", "passwd", "pin"}
    | {"proxy-authorization", "pwd", "secret", "session", "set-cookie", "sip_password", "token"}
)
"""Names of fields whose values are never shown, compared in lower case."""

_SECRET = re.compile(
    r"(?i)\b(?P<name>(?:proxy-)?authorization|set-cookie|cookie|(?:sip_|ice[_-])?(?:password|passwd|pwd)"
    r"|secret|token|pin|ha1\w*|response|cnonce)"
    r"(?P<sep>[\"']?\s*[:=]\s*)"
    r"(?P<value>\"[^\"]*\"|'[^']*'|(?:bearer|digest|basic)\s+[^\r\n]+|[^\s,;&\"']+)"
)


def mask_number(number: str) -> str:
    """The last two digits of a number, as in `•••56`. Short ones show nothing."""
    digits = [c for c in number if c.isdigit()]
    return _DOTS + "".join(digits[-2:]) if len(digits) > 4 else _DOTS


def mask_text(text: str) -> str:
    """Text in which numbers and secrets are masked."""
    text = _SECRET.sub(lambda found: f"{found['name']}{found['sep']}{_DOTS}", text)
    return _NUMBER.sub(lambda found: mask_number(found[0]), text)


class Private(str):
    """A number or secret that shows itself masked wherever it is printed, and is an ordinary string otherwise.

    `log.info("call to %s", Private(number))` logs `call to •••56`.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return mask_number(self)

    def __repr__(self) -> str:
        return f"Private({mask_number(self)!r})"

    def __format__(self, spec: str) -> str:
        return format(mask_number(self), spec)

    @property
    def plain(self) -> str:
        """The value itself, for whoever must dial it or compare it."""
        return str.__str__(self)
