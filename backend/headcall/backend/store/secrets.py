# SPDX-License-Identifier: Apache-2.0
"""Secrets at rest: sealed with a key that lies beside the database and not in it, so a stolen dump opens nothing."""

import hashlib
import hmac
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken


class SealBroken(Exception):
    """A sealed value was sealed with another key, or damaged."""


class BadKeyFile(Exception):
    """The key file is damaged or cannot be read; the text says which and what to do."""


class SecretBox:
    """Seals and opens text."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)
        self._mark_key = hmac.digest(key, b"headcall marks", hashlib.sha256)

    @classmethod
    def from_file(cls, path: Path) -> "SecretBox":
        """The key in `path`, which only its owner may read; made if it is not there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls._read(path)
        with os.fdopen(fd, "wb") as file:
            key = Fernet.generate_key()
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        return cls(key)

    @classmethod
    def _read(cls, path: Path) -> "SecretBox":
        try:
            return cls(path.read_bytes().strip())
        except (OSError, ValueError) as error:
            raise BadKeyFile(f"{path}: not a usable key ({error}). Put back the file from a backup.") from error

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def mark(self, secret: str) -> str:
        """What is kept of a secret that is only ever compared: without our key, trying all of them tells nothing."""
        return hmac.new(self._mark_key, secret.encode(), hashlib.sha256).hexdigest()

    def open(self, sealed: str) -> str:
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SealBroken("sealed with another key") from None
