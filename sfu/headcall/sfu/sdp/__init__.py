# SPDX-License-Identifier: Apache-2.0
"""A browser's offer and our answer to it (RFC 9429). Pure: text and values in, text and values out.

SdpError
├── Malformed      the text breaks RFC 8866, or the bounds of `offer`
└── Unacceptable   well formed, but no call can come of it: no audio we speak, no fingerprint, no bundling of RTCP
"""


class SdpError(ValueError):
    """The offer cannot be answered; the text says why."""


class Malformed(SdpError):
    """Not a session description, or larger than any honest one."""


class Unacceptable(SdpError):
    """A session description with nothing in it that we can serve."""
