"""Show how far words may go, and the other rules of the language models that an owner sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.config import LIVE, Settings
from hub.errors import HubError
from hub.llm.routing.candidates import is_model
from hub.web.fields import Field, fields

if TYPE_CHECKING:
    from hub.hub import Hub

RULES = (
    "budget.daily_usd",
    "budget.monthly_usd",
    "budget.person_daily_usd",
    "budget.person_daily_minutes",
    "breaker",
)
"""Settings of this page besides the tier, in their order."""

ABOUT = {
    "local": ("Only here", "Your words stay in this house, whatever fails."),
    "redacted": ("Redacted", "Names I know, addresses and numbers leave as placeholders, and are put back."),
    "full": ("Full", "Your words leave as you said them. Keys and passwords never do."),
}


@dataclass(frozen=True, slots=True)
class TierView:
    """One tier to choose: what it means, and who would be asked."""

    name: str
    title: str
    about: str
    asked: str
    chosen: bool


def tiers(hub: Hub, settings: Settings) -> list[TierView]:
    """Return the tiers, the strictest first."""
    chosen = settings.privacy
    return [
        TierView(name, title, about, _asked(hub, name), name == chosen)
        for name, (title, about) in ABOUT.items()
    ]


def _asked(hub: Hub, tier: str) -> str:
    """Return who would be asked, in their order."""
    models = [one for one in hub.router.providers if is_model(one.caps)]
    near = [one.caps.title or one.name for one in models if tier != "local" or one.caps.distance != "world"]
    titles = ", then ".join(near)
    return f"Asked then: {titles}." if titles else "Nobody would be asked."


async def rules(
    hub: Hub, which: str, *, wrong: dict[str, str] | None = None, written: dict[str, Any] | None = None
) -> list[Field]:
    """Return the fields of the form ``which``: privacy, or rules. Those that this hub knows."""
    told = _told()
    try:
        values = (await hub.configuration.read()).model_dump(mode="json")
    except HubError:
        values = hub.settings.model_dump(mode="json")
    flat = {name: _value(values, name) for name in told} | (written or {})
    names = ("privacy",) if which == "privacy" else RULES
    return fields(
        {name: told[name] for name in names if name in told}, flat, wrong=wrong,
        fixed=hub.configuration.overridden, live=lambda name: name.partition(".")[0] in LIVE,
    )  # fmt: skip


def _told() -> dict[str, Any]:
    """Return the schema of all settings by dotted name, those of a table each for itself."""
    whole = Settings.model_json_schema()
    told: dict[str, Any] = {}
    for name, about in whole["properties"].items():
        told[name] = about
        table = whole.get("$defs", {}).get(str(about.get("$ref", "")).rpartition("/")[2], {})
        for key, inner in table.get("properties", {}).items():
            told[f"{name}.{key}"] = inner
    return told


def _value(values: dict[str, Any], name: str) -> Any:
    found: Any = values
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
