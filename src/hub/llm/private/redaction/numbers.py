"""Find numbers that check themselves: payment cards, bank accounts; and the one of the social security."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hub.llm.private.redaction.found import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

_CARD = re.compile(r"(?<![\w.,-])[1-6](?:[ -]?[0-9]){11,18}(?![\w]|[.,-][0-9])")
_LENGTHS = {"1": (), "2": (16,), "3": (14, 15, 16), "4": (13, 16, 19), "5": (16,), "6": (16, 17, 18, 19)}
_OTHERS = ("50", "56", "57", "58", "63", "67", "1800")
"""Beginnings of cards of other lengths."""
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_COUNTRIES = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24,
    "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21,
    "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15,
    "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19,
    "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29, "XK": 20,
}  # fmt: skip
"""Signs of an account number by country (SWIFT's IBAN registry)."""
_LEAST = 6
_SOCIAL = re.compile(r"(?<![\w.-])(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\w-])")


def numbers(text: str, lower: str, *, digits: int) -> Iterator[Found]:  # noqa: ARG001  as all detectors
    """Yield the numbers in ``text`` that pay or name somebody."""
    if digits < _LEAST:
        return
    for one in _CARD.finditer(text):
        plain = one[0].replace(" ", "").replace("-", "")
        if (len(plain) in _LENGTHS[plain[0]] or plain.startswith(_OTHERS)) and _luhn(plain):
            yield Found(*one.span(), "card")
    for one in _IBAN.finditer(text):
        if end := _account(one[0]):
            yield Found(one.start(), one.start() + end, "iban")
    yield from (Found(*one.span(), "id") for one in _SOCIAL.finditer(text))


def _luhn(digits: str) -> bool:
    """Say whether the last digit is right (ISO/IEC 7812-1)."""
    doubled = (int(sign) * 2 for sign in digits[-2::-2])
    return (sum(int(sign) for sign in digits[::-2]) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0  # noqa: PLR2004


def _account(text: str) -> int:
    """Return where the account number at the beginning of ``text`` ends, or 0 when there is none."""
    wanted, plain = _COUNTRIES.get(text[:2], 0), ""
    for place, sign in enumerate(text):
        plain += sign if sign.isalnum() else ""
        if len(plain) == wanted:
            turned = "".join(str(int(each, 36)) for each in plain[4:] + plain[:4])
            return place + 1 if int(turned) % 97 == 1 else 0  # ISO 7064, modulo 97-10
    return 0
