# SPDX-License-Identifier: Apache-2.0
"""What a dialled number means: the mapping of row N1, reachability of row N2, separators of row N4."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcall.backend.errors import CallFailed
from headcall.backend.numbers.model import Network, Number, ToOutside, ToQueue, ToUser, normal
from headcall.backend.numbers.plan import DialPlan
from headcall.backend.numbers.store import put
from headcall.backend.sample import QUEUE_ID
from tests.backend.company import Company, run_in_company

QUEUE = ToQueue(QUEUE_ID, "40081234560")
MEI = ToUser("usr_demo_mei", "83012341001")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("4008-123456", "4008123456"),
        ("4008 123 456", "4008123456"),
        ("(4008) 123.456", "4008123456"),
        ("4008/123456", "4008123456"),
        ("４００８－１２３４５６", "4008123456"),
        ("4008–123456", "4008123456"),
        ("8301234-1001", "83012341001"),
        ("+86 4008 123456", "+864008123456"),
        ("+49 (69) 1234-5678", "+496912345678"),
        ("*21#", "*21#"),
        ("1001", "1001"),
        ("", None),
        ("-", None),
        ("abc", None),
        ("12a4", None),
        ("sip:1001@evil", None),
        ("1001;tag=x", None),
        ("+", None),
        ("1+2", None),
        ("<script>", None),
        ("😀", None),
        ("1" * 33, None),
        ("1" * 4000, None),
        ("١٠٠١", None),
    ],
)
def test_separators_mean_nothing_and_what_is_no_number_is_none(written: str, meant: str | None) -> None:
    assert normal(written) == meant


@given(st.text(max_size=80))
def test_any_text_is_a_number_or_none(text: str) -> None:
    number = normal(text)
    assert number is None or (len(number) <= 33 and set(number) <= set("+0123456789*#"))


@given(st.text(alphabet="0123456789+*#", max_size=33))
def test_the_plan_fails_on_no_number(text: str) -> None:
    plan = DialPlan()
    plan.outside(text), plan.e164(text), plan.country_of(text), list(plan.forms(text))
    assert plan.caller(plan.caller(text)) == plan.caller(text)


@pytest.mark.parametrize(
    ("brought", "kept"),
    [
        ("13800138000", "13800138000"),
        ("+8613800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("013800138000", "13800138000"),
        ("02161234567", "02161234567"),
        ("+862161234567", "02161234567"),
        ("4008123456", "4008123456"),
        ("+442071234567", "+442071234567"),
        ("00442071234567", "+442071234567"),
        # no number of anybody's: as it came
        ("anonymous", "anonymous"),
        ("", ""),
        ("10086", "10086"),
        ("1001", "1001"),
        ("83012341001", "83012341001"),
        ("+000000", "+000000"),
        ("<script>13800138000</script>", "<script>13800138000</script>"),
    ],
)
def test_a_caller_is_one_however_the_carrier_writes_the_number(brought: str, kept: str) -> None:
    assert DialPlan().caller(brought) == kept


@pytest.mark.parametrize(
    ("dialled", "network", "expected"),
    [
        # N1: one published number for everybody, whatever form the carrier gives it
        ("4008123456", "pstn", QUEUE),
        ("4008-123456", "pstn", QUEUE),
        ("+864008123456", "pstn", QUEUE),
        ("864008123456", "pstn", QUEUE),
        ("00864008123456", "pstn", QUEUE),
        ("04008123456", "pstn", QUEUE),
        ("4008-123456", "phone", QUEUE),
        ("4008 123456", "browser", QUEUE),
        # N2: the internal number and people are not reachable from outside
        ("4008-123456-0", "phone", QUEUE),
        ("4008-123456-0", "pstn", "unknown-number"),
        ("8301234-1001", "pstn", "unknown-number"),
        ("1001", "pstn", "unknown-number"),
        # N4: long and short numbers
        ("8301234-1001", "phone", MEI),
        ("83012341001", "browser", MEI),
        ("1001", "phone", MEI),
        ("10-01", "browser", MEI),
        ("9999", "phone", "unknown-number"),
        ("8301234-9999", "browser", "unknown-number"),
        # to the outside
        ("13800138000", "browser", ToOutside("carrier", "13800138000")),
        ("0755 2345 6789", "phone", ToOutside("carrier", "075523456789")),
        ("+49 69 12345678", "browser", ToOutside("carrier", "00496912345678")),
        ("110", "phone", ToOutside("carrier", "110")),
        ("13800138000", "pstn", "unknown-number"),
        ("1", "phone", "unknown-number"),
        ("*99", "phone", "unknown-number"),
        ("hello", "phone", "unknown-number"),
        ("", "browser", "unknown-number"),
    ],
)
def test_a_number_leads_where_it_should(
    tmp_path: Path, dialled: str, network: Network, expected: ToQueue | ToUser | ToOutside | str
) -> None:
    async def scenario(c: Company) -> None:
        if isinstance(expected, str):
            with pytest.raises(CallFailed) as caught:
                await c.parts.numbers.resolve(dialled, network)
            assert caught.value.cause == expected
        else:
            assert await c.parts.numbers.resolve(dialled, network) == expected

    run_in_company(tmp_path, scenario)


def test_numbers_that_lead_in_a_circle_lead_nowhere(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        async with c.parts.store.begin() as session:
            for here, there in (("5550001", "5550002"), ("5550002", "5550001"), ("5550003", "5559999")):
                await put(session, Number(here, here, "did", "number", there, ("pstn",)))
        for dialled in ("5550001", "5550003"):
            with pytest.raises(CallFailed):
                await c.parts.numbers.resolve(dialled, "pstn")

    run_in_company(tmp_path, scenario)


def test_the_inventory_is_shown_to_those_who_are_signed_in(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        assert (await c.client().get("/api/v1/numbers")).status_code == 401
        shown = (await (await c.signed_in("wei")).get("/api/v1/numbers")).json()["numbers"]
        did = next(entry for entry in shown if entry["kind"] == "did")
        assert did["display"] == "4008-123456" and "pstn" in did["networks"]

    run_in_company(tmp_path, scenario)


def test_short_numbers_come_from_long_ones() -> None:
    plan = DialPlan()
    assert plan.short_form("83012341001") == "1001"
    assert plan.short_form("4008123456") is None
    assert plan.short_form(None) is None
    assert plan.e164("13800138000") == "+8613800138000"
