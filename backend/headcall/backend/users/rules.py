# SPDX-License-Identifier: Apache-2.0
"""What a new password must be. Length counts, not kinds of characters (NIST SP 800-63B 5.1.1.2)."""

MIN_PASSWORD = 10

# The worst of the published lists that are long enough to pass; shorter ones fail by their length.
WORST = frozenset(
    {
        "1234567890",
        "12345678910",
        "0123456789",
        "9876543210",
        "1q2w3e4r5t",
        "qwertyuiop",
        "password123",
        "password1234",
        "administrator",
        "iloveyou123",
        "woaini1314",
        "woaini5201314",
        "a123456789",
        "q1w2e3r4t5",
        "headcall123",
    }
)


def complaint(password: str, login: str) -> str | None:
    """Why this password is not taken, for the developer at the other end; None when it is. Pure."""
    folded = password.strip().casefold()
    if len(folded) < MIN_PASSWORD:
        return f"`password` has at least {MIN_PASSWORD} characters"
    if folded == login.casefold():
        return "`password` is not the login"
    if folded in WORST or len(set(folded)) == 1:
        return "`password` is one of the first that anybody tries"
    return None
