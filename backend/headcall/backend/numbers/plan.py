# SPDX-License-Identifier: Apache-2.0
"""How the company dials: the forms in which the same number arrives, and what goes out over a trunk.

The carrier gives the called number in national form (`4008123456`), with the country code (`864008123456`,
`+864008123456`), or with a trunk zero. People dial the 11 digits, or the last four within the company.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

# What no metadata calls a valid number, and yet must always go out (China: police, fire, ambulance, traffic).
EMERGENCY = frozenset({"110", "119", "120", "122"})


@dataclass(frozen=True, slots=True)
class DialPlan:
    """The rules of one company."""

    region: str = "CN"
    country_code: str = "86"
    internal_prefix: str = "8301234"
    """What stands before the short number in a person's long number."""
    short_digits: int = 4

    def forms(self, number: str) -> Iterator[str]:
        """The inventory keys that a dialled number may mean, the likeliest first."""
        yield number
        digits = number.removeprefix("+")
        if digits != number:
            yield digits
        if digits.startswith(self.country_code):
            yield digits.removeprefix(self.country_code)
        if digits.startswith("00" + self.country_code):
            yield digits.removeprefix("00" + self.country_code)
        if digits.startswith("0") and not digits.startswith("00"):
            yield digits.removeprefix("0")

    def long_form(self, number: str) -> str | None:
        """The long number of a short one, or None when it is not short."""
        if len(number) == self.short_digits and number.isdigit():
            return self.internal_prefix + number
        return None

    def short_form(self, number: str | None) -> str | None:
        """The short number of a person's long one."""
        if number and number.startswith(self.internal_prefix):
            short = number.removeprefix(self.internal_prefix)
            return short if len(short) == self.short_digits else None
        return None

    def is_whole(self, keyed: str) -> bool:
        """Whether these digits can be somebody's number, short or long. The beginning of a long one is no short one."""
        if len(keyed) == self.short_digits:
            return not self.internal_prefix.startswith(keyed)
        return len(keyed) == len(self.internal_prefix) + self.short_digits

    def outside(self, number: str) -> str | None:
        """What to dial on a trunk for `number`: national digits at home, `00…` abroad; None if it is no number."""
        if number in EMERGENCY:
            return number
        if not number.removeprefix("+").isdecimal():
            return None  # a code mistyped: the library below would read past its star, and call whoever that is
        parsed = self._parsed(number)
        if parsed is None or not phonenumbers.is_possible_number(parsed):
            return None
        if str(parsed.country_code) != self.country_code:
            return f"00{parsed.country_code}{phonenumbers.national_significant_number(parsed)}"
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL).translate(_ONLY_DIGITS)

    def caller(self, number: str) -> str:
        """A caller's number in its one form, however the carrier writes it: as one dials it at home, `+…` abroad.

        What is no valid number (`anonymous`, a short code of the carrier's) stays as it is.
        """
        parsed = self._parsed(number)
        if parsed is None or not phonenumbers.is_valid_number(parsed):
            return number
        if str(parsed.country_code) != self.country_code:
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL).translate(_ONLY_DIGITS)

    def e164(self, number: str) -> str | None:
        """The number in E.164 form with its plus, or None when it has none."""
        parsed = self._parsed(number)
        if parsed is None or not phonenumbers.is_valid_number(parsed):
            return None
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)

    def country_of(self, number: str) -> str | None:
        """The region code of a number (`CN`, `DE`), or None when it cannot be told."""
        parsed = self._parsed(number)
        return phonenumbers.region_code_for_number(parsed) if parsed else None

    def _parsed(self, number: str) -> phonenumbers.PhoneNumber | None:
        try:
            return phonenumbers.parse(number, self.region)
        except phonenumbers.NumberParseException:
            return None


_ONLY_DIGITS = {ord(c): None for c in " -()./"}
