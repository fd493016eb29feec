# SPDX-License-Identifier: Apache-2.0
"""One-time passwords: the RFC's own figures, the neighbours in time, and what people type."""

import base64
from xml.etree import ElementTree

import pytest

from headcall.backend.identity import totp

# RFC 6238 appendix B, SHA-1: its codes have eight digits, of which an app with six shows the last.
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_6238 = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}


@pytest.mark.parametrize(("seconds", "code"), RFC_6238.items())
def test_the_codes_of_the_rfc_are_right(seconds: int, code: str) -> None:
    now = seconds * 1000
    assert totp.matching_step(RFC_SECRET, code[-6:], now, 0) == totp.step_of(now)


@pytest.mark.parametrize(("late_s", "is_right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_wrong_by_one_step(late_s: int, is_right: bool) -> None:
    now = (1111111110 // 30 * 30 + late_s) * 1000
    assert (totp.matching_step(RFC_SECRET, "050471", now, 0) is not None) == is_right


def test_a_step_that_was_taken_and_those_before_are_not_taken_again() -> None:
    now = 1111111111 * 1000
    step = totp.step_of(now)
    assert totp.matching_step(RFC_SECRET, "050471", now, step - 1) == step
    assert totp.matching_step(RFC_SECRET, "050471", now, step) is None
    assert totp.matching_step(RFC_SECRET, "050471", now, step + 1) is None


@pytest.mark.parametrize(
    ("typed", "plain"),
    [(" 123 456 ", "123456"), ("123-456", "123456"), ("１２３４５６", "123456"), ("ABCDE-FGHJK", "abcdefghjk")],
)
def test_what_people_type_around_a_code_does_not_matter(typed: str, plain: str) -> None:
    assert totp.plain(typed) == plain
    assert totp.is_digits(plain) or totp.is_recovery_code(plain)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "١٢٣٤٥٦", "<script>", "abcde-fghj0", "😀" * 10, "1" * 4000])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    plain = totp.plain(typed)
    assert not totp.is_digits(plain) and not totp.is_recovery_code(plain)


def test_recovery_codes_are_ten_different_ones() -> None:
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == totp.RECOVERY_CODES
    assert all(totp.is_recovery_code(totp.plain(code)) for code in codes)


def test_the_picture_is_a_drawing_without_any_script_whatever_the_names_are() -> None:
    hostile = '<script>alert(1)</script>":&'
    uri = totp.uri(totp.new_secret(), hostile * 3, hostile)
    assert uri.startswith("otpauth://totp/") and "<" not in uri
    tree = ElementTree.fromstring(totp.picture(uri))
    assert {each.tag.rpartition("}")[2] for each in tree.iter()} <= {"svg", "g", "path"}
