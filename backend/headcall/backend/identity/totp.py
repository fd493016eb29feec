# SPDX-License-Identifier: Apache-2.0
"""One-time passwords by time (RFC 6238) and the codes on paper for the day the telephone is lost. Pure."""

import hmac
import io
import re
import secrets
import unicodedata

import pyotp
import segno

STEP_MS = 30_000
"""RFC 6238 5.2 recommends 30 s, and every app on every telephone has it."""

DRIFT = 1
"""Steps that a telephone's clock may be wrong by, either way (RFC 6238 5.2: "at most one time step")."""

RECOVERY_CODES = 10
RECOVERY_LENGTH = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""What nobody misreads on paper: no i, l, o, 0, 1. Ten of them are 49 bits."""

_RECOVERY = re.compile(f"[{ALPHABET}]{{{RECOVERY_LENGTH}}}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{6}", re.ASCII)


def new_secret() -> str:
    """160 bits, as RFC 4226 recommends, in the letters that apps take."""
    return pyotp.random_base32()


def plain(code: str) -> str:
    """What was typed, without what people type around it: spaces, hyphens, the full-width digits of an input method."""
    return re.sub(r"[\s\-–—·]", "", unicodedata.normalize("NFKC", code)).lower()


def is_digits(code: str) -> bool:
    """Whether this can be a telephone's code."""
    return _DIGITS.fullmatch(code) is not None


def is_recovery_code(code: str) -> bool:
    """Whether this can be one of those on paper."""
    return _RECOVERY.fullmatch(code) is not None


def step_of(wall_ms: int) -> int:
    """The time step of a moment (T of RFC 6238 4.2)."""
    return wall_ms // STEP_MS


def matching_step(secret: str, code: str, now_ms: int, last_step: int) -> int | None:
    """The time step to which `code` belongs, if it is near enough and newer than `last_step`.

    All candidates are always computed and compared in constant time.
    """
    totp, now, found = pyotp.TOTP(secret), step_of(now_ms), None
    for step in range(max(0, now - DRIFT), now + DRIFT + 1):
        is_right = hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
        if is_right and step > last_step:
            found = step
    return found


def uri(secret: str, login: str, company: str) -> str:
    """What the picture says (Key Uri Format, as all apps read it)."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=company.replace(":", " ").strip() or "HeadCall")


def picture(text: str) -> str:
    """A QR code as SVG, to be set into a page: dark on white in either theme, for cameras."""
    out = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=3, dark="#000", light="#fff")
    return out.getvalue().decode()


def new_recovery_codes() -> list[str]:
    """Ten codes as they are shown: `abcde-fghjk`."""
    codes = ("".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES))
    half = RECOVERY_LENGTH // 2
    return [f"{code[:half]}-{code[half:]}" for code in codes]
