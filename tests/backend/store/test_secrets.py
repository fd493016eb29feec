# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from headcall.backend.store.secrets import BadKeyFile, SealBroken, SecretBox


def test_a_sealed_secret_opens_with_its_key_only(tmp_path: Path) -> None:
    key_file = tmp_path / "sub" / "secrets.key"
    sealed = SecretBox.from_file(key_file).seal("geheim 密")
    assert "geheim" not in sealed
    assert SecretBox.from_file(key_file).open(sealed) == "geheim 密"
    with pytest.raises(SealBroken):
        SecretBox(Fernet.generate_key()).open(sealed)
    with pytest.raises(SealBroken):
        SecretBox.from_file(key_file).open("not sealed at all")


def test_the_key_is_for_its_owner_only(tmp_path: Path) -> None:
    SecretBox.from_file(tmp_path / "secrets.key")
    assert (tmp_path / "secrets.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 44])
def test_a_damaged_key_is_told_and_not_overwritten(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secrets.key"
    path.write_bytes(content)
    with pytest.raises(BadKeyFile, match="backup"):
        SecretBox.from_file(path)
    assert path.read_bytes() == content
