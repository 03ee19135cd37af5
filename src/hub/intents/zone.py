"""Find the time zone of this machine, with its rules for daylight saving."""

from __future__ import annotations

import os
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LOCALTIME = Path("/etc/localtime")


def local_zone() -> tzinfo:
    """Return the zone that TZ or /etc/localtime names; else today's fixed offset."""
    name = os.environ.get("TZ", "").lstrip(":")
    if not name:
        _, _, name = str(_LOCALTIME.resolve()).partition("zoneinfo/")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return datetime.now().astimezone().tzinfo or ZoneInfo("UTC")
