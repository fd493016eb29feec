# SPDX-License-Identifier: Apache-2.0
"""Numbers and secrets never show."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcall.kit.private import Private, mask_number, mask_text

HIDDEN = [
    ("call from 13800138000 to 4008123456", "call from •••00 to •••56"),
    ("<sip:+86-138-0013-8000@192.0.2.1:5060>", "<sip:•••00@192.0.2.1:5060>"),
    ("tel:+49 69 1234567;phone-context=x", "tel:•••67;phone-context=x"),
    ("8301234-1001 and 4008-123456-0", "•••01 and •••60"),
    ("password=hunter2 user=mei", "password=••• user=mei"),
    ('{"token": "abc def", "leg": "x"}', '{"token": •••, "leg": "x"}'),
    ("Authorization: Digest username=mei, response=abc", "Authorization: •••"),
    ("Cookie: headcall_session=abc", "Cookie: •••"),
    ("ha1_md5='0123456789abcdef'", "ha1_md5=•••"),
    ("sip_password: s3cret", "sip_password: •••"),
]

SHOWN = [
    "leg_01KBXG9Z1Q7M3V8T5N2R4W6Y0A is up",
    "call_01234567890123456789012345 ended",
    "192.168.100.200:5060",
    "port 8400 in use by nginx (pid 123456)",
    "took 0.12345678 s",
    "SIP 404 after 32.000 s, 123456 octets",
    "a7f3c2d4e5f60718 is a hash",
]


@pytest.mark.parametrize(("text", "masked"), HIDDEN)
def test_what_is_private_is_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize("text", SHOWN)
def test_what_is_not_private_stays(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(("number", "masked"), [("13800138000", "•••00"), ("1001", "•••"), ("", "•••")])
def test_the_last_two_digits_of_a_long_number_are_shown(number: str, masked: str) -> None:
    assert mask_number(number) == masked


def test_a_private_value_shows_masked_however_it_is_printed() -> None:
    number = Private("13800138000")
    shown = [f"{number}", str(number), repr(number), "%s" % number, f"{number:>8}", "{}".format(number)]  # noqa: UP031, UP032
    assert all("138" not in text for text in shown)


def test_a_private_value_is_the_value_for_the_program() -> None:
    number = Private("13800138000")
    assert number == "13800138000" and number.plain == "13800138000" and number.startswith("138")
    assert type(number.plain) is str
    assert json.loads(json.dumps({"to": number})) == {"to": "13800138000"}


@given(st.from_regex(r"\+?[1-9][0-9]{6,14}", fullmatch=True), st.sampled_from(["", "to ", "<sip:", '"', "=", ","]))
def test_no_number_of_international_length_survives(number: str, before: str) -> None:
    assert number.lstrip("+")[:-2] not in mask_text(f"{before}{number} x")


@given(st.text(max_size=300))
def test_any_text_can_be_masked(text: str) -> None:
    mask_text(text)
