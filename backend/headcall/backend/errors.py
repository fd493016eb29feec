# SPDX-License-Identifier: Apache-2.0
"""
What the backend raises towards a user. The cause is an id of `headcall.wire.causes`; the edge turns it into an HTTP
status or a refused `do`, with the text in both languages. Nobody below the edge knows HTTP.

ApiError            the request cannot be carried out, and `cause` says why
└── CallFailed      ... and it was about one call
"""


class ApiError(Exception):
    """A request that is refused. `detail` is for the developer at the other end, in English, without secrets.

    `fields`: where in the request it is wrong, as in `needs.1.level`; the page shows the refusal there.
    """

    def __init__(self, cause: str, detail: str = "", *, fields: tuple[str, ...] = ()) -> None:
        super().__init__(f"{cause}: {detail}" if detail else cause)
        self.cause = cause
        self.detail = detail
        self.fields = fields


class CallFailed(ApiError):
    """A wish about a call that could not be fulfilled."""

    def __init__(self, cause: str, detail: str = "", *, call_id: str = "") -> None:
        super().__init__(cause, detail)
        self.call_id = call_id
