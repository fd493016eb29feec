# SPDX-License-Identifier: Apache-2.0
"""One catalogue that every language reads."""

import pytest

from headcall.wire.causes import _ROWS, CATALOGUE, Cause, by_id, from_q850, from_sip

ALL = list(CATALOGUE.values())


@pytest.mark.parametrize("cause", ALL, ids=lambda cause: cause.id)
def test_a_cause_is_complete(cause: Cause) -> None:
    assert cause.id == cause.id.lower() and len(cause.id) <= 24 and cause.id.isascii()
    assert cause.sip == 200 or 400 <= cause.sip <= 699
    assert 1 <= cause.q850 <= 127
    assert cause.http == 200 or 400 <= cause.http <= 599
    assert cause.en.isascii() and cause.en[0].isupper()
    assert cause.zh and not cause.zh.isascii()


def test_no_two_causes_have_one_name() -> None:
    assert len(_ROWS) == len(CATALOGUE)


# RFC 3398 8.2.6.1: the status codes that a gateway to ISDN meets, and the cause it sends.
RFC_3398_SIP_TO_ISDN = {404: 1, 408: 102, 410: 22, 480: 19, 483: 25, 484: 28, 486: 17, 500: 41, 501: 79, 502: 38}
RFC_3398_SIP_TO_ISDN |= {504: 102, 600: 17, 603: 21, 604: 1, 487: 31}


@pytest.mark.parametrize(("status", "value"), RFC_3398_SIP_TO_ISDN.items())
def test_a_sip_status_becomes_the_isdn_cause_of_rfc_3398(status: int, value: int) -> None:
    assert from_sip(status).q850 == value


# RFC 3398 7.2.4.1. Its 21 is 403, or 603 where the user declined: the only case we meet.
RFC_3398_ISDN_TO_SIP = {1: 404, 2: 404, 3: 404, 17: 486, 18: 408, 19: 480, 20: 480, 22: 410, 23: 410, 27: 502, 28: 484}
RFC_3398_ISDN_TO_SIP |= {29: 501, 31: 480, 34: 503, 38: 502, 41: 503, 42: 503, 47: 503, 55: 403, 57: 403, 58: 503}
RFC_3398_ISDN_TO_SIP |= {65: 488, 70: 488, 79: 501, 87: 403, 102: 504, 127: 500, 111: 500}


@pytest.mark.parametrize(("value", "status"), RFC_3398_ISDN_TO_SIP.items())
def test_an_isdn_cause_becomes_the_sip_status_of_rfc_3398(value: int, status: int) -> None:
    assert from_q850(value).sip == status


@pytest.mark.parametrize("status", range(200, 700))
def test_every_final_status_means_something(status: int) -> None:
    assert from_sip(status) in ALL


@pytest.mark.parametrize("value", range(-1, 300))
def test_every_number_that_claims_to_be_a_cause_means_something(value: int) -> None:
    assert from_q850(value) in ALL


def test_a_name_of_a_newer_version_is_an_internal_failure() -> None:
    assert by_id("struck-by-lightning").id == "internal"
