"""Say in 64 hexadecimal digits what exactly will run: sha256 over canonical JSON (RFC 8785, JCS).

Two values that mean the same have one text, so a grant fits what was shown and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import math
from decimal import Decimal
from typing import Any

from hub.errors import HubError

MOST_INT = 2**53 - 1
"""Beyond this a reader in another language may see another number (RFC 8785, 3.2.2.3; RFC 7493, 2.2)."""

MOST_DEEP = 32
_FIX = "Give plain JSON: text, numbers, true, false, null, lists and objects."


def digest(document: Any) -> str:
    """Return the sha256, in hex, of the canonical JSON of ``document``. Raises as `canonical`."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def canonical(value: Any) -> str:
    """Return ``value`` as canonical JSON. Raises `HubError` for what is not plain JSON.

    Only the built-in types themselves: a subclass could show one thing here and another when it runs.
    """
    return _text(value, 0)


def _text(value: Any, deep: int) -> str:
    if deep > MOST_DEEP:
        raise HubError(f"That is nested deeper than {MOST_DEEP} levels.", fix="Make it flatter.")
    kind = type(value)
    if value is None or kind is bool:
        return {None: "null", True: "true", False: "false"}[value]
    if kind is str:
        return _string(value)
    if kind is int:
        if abs(value) > MOST_INT:
            raise HubError(f"The number {str(value)[:24]} is too large.", fix="Give it as text.")
        return str(value)
    if kind is float:
        return _number(value)
    if kind is list or kind is tuple:
        return "[" + ",".join(_text(item, deep + 1) for item in value) + "]"
    if kind is dict:
        return _object(value, deep)
    raise HubError(f"A {kind.__name__} is not plain JSON.", fix=_FIX)


def _object(value: dict[Any, Any], deep: int) -> str:
    if any(type(key) is not str for key in value):
        raise HubError("A name in an object is not text.", fix=_FIX)
    items = [(_string(key), key) for key in value]  # refuses lone surrogates before they are sorted by
    items.sort(key=lambda item: item[1].encode("utf-16-be"))
    return "{" + ",".join(f"{said}:{_text(value[key], deep + 1)}" for said, key in items) + "}"


def _string(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise HubError("That text holds half a character.", fix="Send it as UTF-8.") from None
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """Write a float as ECMAScript does (ECMA-262, Number::toString): the fewest digits that read back."""
    if not math.isfinite(value):
        raise HubError("That is not a finite number.", fix=_FIX)
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    said = "".join(map(str, digits)).rstrip("0")
    point = len(digits) + int(exponent)  # where the point stands, counted from the first digit
    minus = "-" if sign else ""
    if len(said) <= point <= 21:  # noqa: PLR2004  the bounds of the standard
        return f"{minus}{said}{'0' * (point - len(said))}"
    if 0 < point <= 21:  # noqa: PLR2004
        return f"{minus}{said[:point]}.{said[point:]}"
    if -6 < point <= 0:  # noqa: PLR2004
        return f"{minus}0.{'0' * -point}{said}"
    mantissa = said[0] + (f".{said[1:]}" if said[1:] else "")
    return f"{minus}{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"
