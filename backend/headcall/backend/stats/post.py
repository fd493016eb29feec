# SPDX-License-Identifier: Apache-2.0
"""Hands e-mails to the company's mail server."""

from email.message import EmailMessage
from typing import Final

import aiosmtplib

from headcall.backend.errors import ApiError
from headcall.backend.settings import Mail

PATIENCE_S: Final = 30.0


class Post:
    def __init__(self, settings: Mail) -> None:
        self._settings = settings

    @property
    def is_set(self) -> bool:
        return bool(self._settings.host and self.sender)

    @property
    def sender(self) -> str:
        return self._settings.sender or (self._settings.username if "@" in self._settings.username else "")

    async def send(self, message: EmailMessage) -> None:
        """Returns once the server has taken it. Raises `no-mail-server` or `mail-refused`."""
        if not self.is_set:
            raise ApiError("no-mail-server", "set [mail] host and sender in the settings file")
        settings = self._settings
        try:
            refused, _ = await aiosmtplib.send(
                message,
                hostname=settings.host,
                port=settings.port,
                username=settings.username or None,
                password=settings.password or None,
                use_tls=settings.security == "tls",
                start_tls=settings.security == "starttls",
                timeout=PATIENCE_S,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise ApiError("mail-refused", _why(error)) from error
        if refused:
            raise ApiError("mail-refused", f"{len(refused)} of the recipients were refused")


def _why(error: Exception) -> str:
    """For whoever set the server up; one line, not the whole talk."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:200]
