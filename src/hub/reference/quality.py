"""The page of the quality scale: what `hub plugins doctor` looks for, tier by tier."""

from __future__ import annotations

from hub.plugin.quality import RULES
from hub.reference import table


def page() -> str:
    """Return docs/reference/quality.md."""
    return table.page(
        "Quality of plugins",
        "`hub plugins doctor <name>` computes how good a plugin is, as far as a machine can see. A tier is "
        "reached when all its rules and those below it hold.",
        table.table(("tier", "rule", "how to come to it"), ((one.tier, one.name, one.fix) for one in RULES)),
    )
