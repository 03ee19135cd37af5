"""Check the clock: a sane year, kept right by the network, and a time zone."""

from __future__ import annotations

import ctypes
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hub.doctor.finding import Case, Finding, check

if TYPE_CHECKING:
    from collections.abc import Iterator

BUILT = 2026
"""No clock that is right can show an earlier year."""

_FAR = 2100
_UNSYNC = 0x0040
_DRIFT_S = 2.0


class _Timex(ctypes.Structure):
    """``struct timex`` of adjtimex(2), with room for what newer kernels add."""

    _fields_ = (
        ("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long), ("esterror", ctypes.c_long), ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 512),
    )  # fmt: skip


@check("Clock")
def year(_: Case) -> Iterator[Finding]:
    """Check that the year is one in which this hub exists: certificates and talks depend on it."""
    now = datetime.now(UTC)
    if BUILT <= now.year < _FAR:
        yield Finding("Date", "well", f"{now:%d %B %Y}.")
    else:
        yield Finding(
            "Date", "stop", f"The clock shows {now:%d %B %Y}.", "Set it, or give this machine a network.",
            "sudo timedatectl set-ntp true",
        )  # fmt: skip


@check("Clock")
def synchronised(_: Case) -> Iterator[Finding]:
    """Ask the kernel whether the clock is kept right, and how far it may be off (adjtimex(2))."""
    state = _adjtimex()
    if state is None:
        yield Finding("Clock", "well", "The system does not say who keeps the clock right.")
    elif state.status & _UNSYNC:
        yield Finding(
            "Clock", "care", "Nobody keeps the clock right: timers will drift.", "Switch on network time.",
            "sudo timedatectl set-ntp true",
        )  # fmt: skip
    elif state.maxerror > _DRIFT_S * 1e6:
        yield Finding(
            "Clock",
            "care",
            f"The clock may be {state.maxerror / 1e6:.0f} s off.",
            "See whether the network is there.",
        )
    else:
        yield Finding(
            "Clock", "well", f"Kept right by the network, within {max(1, state.maxerror // 1000):,} ms."
        )


def _adjtimex() -> _Timex | None:
    try:
        state = _Timex()
        return state if ctypes.CDLL(None).adjtimex(ctypes.byref(state)) >= 0 else None
    except (OSError, AttributeError):
        return None


@check("Clock")
def zone(_: Case) -> Iterator[Finding]:
    """Look for a time zone: alarms ring by the clock on the wall."""
    name = os.environ.get("TZ") or _zone_of_system()
    if name:
        yield Finding("Time zone", "well", f"{name}, {time.strftime('%H:%M')} now.")
    else:
        yield Finding(
            "Time zone", "care", f"None is set: I take UTC, {time.strftime('%H:%M')} now.", "Set yours.",
            "sudo timedatectl set-timezone Europe/Zurich",
        )  # fmt: skip


def _zone_of_system() -> str:
    local, written = Path("/etc/localtime"), Path("/etc/timezone")
    try:
        if local.is_symlink():
            return str(local.readlink()).partition("zoneinfo/")[2] or "as in /etc/localtime"
        if written.is_file():
            return written.read_text("utf-8").strip()
        return "as in /etc/localtime" if local.is_file() else ""
    except OSError:
        return ""
