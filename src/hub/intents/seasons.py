"""Reckon when the sun turns: the equinoxes and solstices (Meeus, Astronomical Algorithms, ch. 27)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import cos, radians
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

_MEAN = (  # March, June, September, December: powers of millennia from 2000, in days
    (2451623.80984, 365242.37404, 0.05169, -0.00411, -0.00057),
    (2451716.56767, 365241.62603, 0.00325, 0.00888, -0.00030),
    (2451810.21715, 365242.01767, -0.11575, 0.00337, 0.00078),
    (2451900.05952, 365242.74049, -0.06223, -0.00823, 0.00032),
)
_TERMS = (  # amplitude; phase and speed in degrees
    (485, 324.96, 1934.136), (203, 337.23, 32964.467), (199, 342.08, 20.186), (182, 27.85, 445267.112),
    (156, 73.14, 45036.886), (136, 171.52, 22518.443), (77, 222.54, 65928.934), (74, 296.72, 3034.906),
    (70, 243.58, 9037.513), (58, 119.81, 33718.147), (52, 297.17, 150.678), (50, 21.02, 2281.226),
    (45, 247.54, 29929.562), (44, 325.15, 31555.956), (29, 60.93, 4443.417), (18, 155.12, 67555.328),
    (17, 288.79, 4562.452), (16, 198.04, 62894.029), (14, 199.76, 31436.921), (12, 95.39, 14577.848),
    (12, 287.11, 31931.756), (12, 320.81, 34777.259), (9, 227.73, 1222.114), (8, 15.45, 16859.074),
)  # fmt: skip
_J2000, _NOON = 2451545.0, datetime(2000, 1, 1, 12, tzinfo=UTC)
_CLOCKS_BEHIND_S = 69  # universal time runs behind the time of the formulas; of this century, it is enough


def turn(year: int, which: int, zone: tzinfo) -> datetime:
    """Return the equinox (``which`` 0 in March, 2) or solstice (1, 3) of ``year``, within two minutes."""
    millennia = (year - 2000) / 1000
    mean = sum(factor * millennia**power for power, factor in enumerate(_MEAN[which]))
    centuries = (mean - _J2000) / 36525
    angle = radians(35999.373 * centuries - 2.47)
    speed = 1 + 0.0334 * cos(angle) + 0.0007 * cos(2 * angle)
    waves = sum(size * cos(radians(phase + rate * centuries)) for size, phase, rate in _TERMS)
    days = mean + 0.00001 * waves / speed - _J2000
    return (_NOON + timedelta(days=days, seconds=-_CLOCKS_BEHIND_S)).astimezone(zone)
