# SPDX-License-Identifier: Apache-2.0
"""Passwords, kept as argon2id (RFC 9106)."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MAX_PASSWORD = 1024
"""Characters. A stranger chooses the length, and we hash it."""

NO_PASSWORD = "!"
"""Kept instead of a hash: no argon2 string, so nobody logs in with a password here."""

AT_ONCE = 2
"""Hashes computed side by side; each takes 64 MiB."""


class Passwords:
    """Hashes and checks in a thread, a few at once."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """The argon2id string to keep."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def is_right(self, kept: str | None, password: str) -> bool:
        """Whether `password` is the kept one. Takes as long when there is no such person (`kept` is None)."""
        if len(password) > MAX_PASSWORD:
            return False
        if not self._nobody:
            self._nobody = await self.hash("nobody has this password")
        async with self._turn:
            right = await asyncio.to_thread(self._verify, kept or self._nobody, password)
        return right and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether the parameters have been raised since."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False
