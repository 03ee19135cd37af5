"""Check hub.toml: that it can be read, and that every name in it means something."""

from __future__ import annotations

import difflib
import tomllib
from typing import TYPE_CHECKING

from hub.doctor.finding import Case, Finding, check

if TYPE_CHECKING:
    from collections.abc import Iterator


@check("Programs")
def settings(case: Case) -> Iterator[Finding]:
    """Check that the settings can be read and are understood."""
    if case.trouble:
        yield Finding("Settings", "stop", case.trouble, "Correct it, then check again.")
        return
    path = case.data / "hub.toml"
    if not path.exists():
        yield Finding("Settings", "well", "There is no hub.toml: all is as it comes.")
        return
    strangers = list(_strangers(path.read_text("utf-8")))
    yield from strangers
    if not strangers:
        yield Finding("Settings", "well", "I understand all of hub.toml.")


def _strangers(text: str) -> Iterator[Finding]:
    from hub.config import Settings  # noqa: PLC0415  may be what is broken

    known = list(Settings.model_fields)
    for name in tomllib.loads(text):
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            fix = f"Did you mean {near[0]}?" if near else "Remove it."
            yield Finding("Settings", "care", f"hub.toml sets {name}, which I do not know.", fix)
