"""Write sums of money as people read them."""

from __future__ import annotations

import math

CENT = 0.01
LEAST = 1e-6


def usd(amount: float) -> str:
    """Return US dollars: whole cents, and of less than a cent the first two figures that are not 0."""
    if not amount:
        return "$0"
    if amount >= CENT:
        return f"${amount:,.2f}"
    if amount < LEAST:
        return "under $0.000001"
    places = 1 - math.floor(math.log10(amount))
    return "$" + f"{amount:.{places}f}".rstrip("0")
