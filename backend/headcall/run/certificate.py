# SPDX-License-Identifier: Apache-2.0
"""A certificate of our own, for other machines on the LAN: browsers give no microphone without TLS."""

import datetime
import ipaddress
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID: Final = datetime.timedelta(days=397)
"""Browsers refuse a longer life."""
RENEW_BEFORE: Final = datetime.timedelta(days=30)


def ensure_certificate(folder: Path, addresses: Sequence[str]) -> None:
    """Makes `certificate.pem` and `key.pem` in `folder`, unless those there still serve for these addresses."""
    path = folder / "certificate.pem"
    names = _names(addresses)
    if path.exists() and (folder / "key.pem").exists() and _still_good(path.read_bytes(), names):
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(folder / "key.pem", private)
    _write(path, _certificate(key, names).public_bytes(serialization.Encoding.PEM))


def _names(addresses: Sequence[str]) -> list[x509.GeneralName]:
    hosts = sorted({"localhost", socket.gethostname()})
    ips = sorted({"127.0.0.1", "::1", *addresses})
    return [*map(x509.DNSName, hosts), *(x509.IPAddress(ipaddress.ip_address(ip)) for ip in ips)]


def _certificate(key: ec.EllipticCurvePrivateKey, names: list[x509.GeneralName]) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"HeadCall on {socket.gethostname()}"[:64])])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _still_good(pem: bytes, names: list[x509.GeneralName]) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    left = certificate.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    return left > RENEW_BEFORE and set(names) <= set(held)


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, and readable by us only."""
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    new.replace(path)
