# SPDX-License-Identifier: Apache-2.0
import asyncio

from argon2 import PasswordHasher

from headcall.backend.users.passwords import Passwords

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def test_the_right_password_is_right_and_no_other() -> None:
    async def scenario() -> None:
        passwords = Passwords(CHEAP)
        kept = await passwords.hash("密码 pässwörd 😀")
        assert kept.startswith("$argon2id$")
        assert await passwords.is_right(kept, "密码 pässwörd 😀")
        assert not await passwords.is_right(kept, "密码")
        assert not await passwords.is_right(None, "nobody has this password")
        assert not await passwords.is_right("!", "!"), "an account without a password lets nobody in"
        assert not await passwords.is_right(kept, "x" * 5000)

    asyncio.run(scenario())


def test_the_default_is_argon2id_with_64_mib_and_older_hashes_are_made_anew() -> None:
    async def scenario() -> None:
        strong = Passwords()
        kept = await strong.hash("x")
        assert "m=65536,t=3,p=4" in kept
        assert not strong.is_outdated(kept)
        assert strong.is_outdated(await Passwords(CHEAP).hash("x"))

    asyncio.run(scenario())
