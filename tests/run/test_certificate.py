# SPDX-License-Identifier: Apache-2.0
"""The certificate for other machines on the LAN."""

import ssl
from pathlib import Path

from cryptography import x509

from headcall.run.certificate import ensure_certificate


def names(folder: Path) -> set[str]:
    certificate = x509.load_pem_x509_certificate((folder / "certificate.pem").read_bytes())
    alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in alternatives}


def test_it_names_this_machine_and_loads(tmp_path: Path) -> None:
    ensure_certificate(tmp_path / "tls", ["192.0.2.7"])
    assert {"localhost", "127.0.0.1", "192.0.2.7"} <= names(tmp_path / "tls")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
        tmp_path / "tls" / "certificate.pem", tmp_path / "tls" / "key.pem"
    )


def test_the_key_is_ours_alone(tmp_path: Path) -> None:
    ensure_certificate(tmp_path, [])
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0


def test_it_stays_while_it_serves_and_is_renewed_when_an_address_is_new(tmp_path: Path) -> None:
    ensure_certificate(tmp_path, ["192.0.2.7"])
    first = (tmp_path / "certificate.pem").read_bytes()
    ensure_certificate(tmp_path, ["192.0.2.7"])
    assert (tmp_path / "certificate.pem").read_bytes() == first
    ensure_certificate(tmp_path, ["192.0.2.8"])
    assert "192.0.2.8" in names(tmp_path)


def test_a_broken_file_is_replaced(tmp_path: Path) -> None:
    ensure_certificate(tmp_path, [])
    (tmp_path / "certificate.pem").write_text("nonsense")
    ensure_certificate(tmp_path, [])
    assert "localhost" in names(tmp_path)
