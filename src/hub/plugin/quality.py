"""Say how good a plugin is, as far as a machine can see: bronze to platinum, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hub.plugin import inspection, manifest, source

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.metadata import EntryPoint, PackageMetadata
    from pathlib import Path

    from hub.plugin.inspection import Look
    from hub.plugin.manifest import Manifest
    from hub.plugin.source import Source

Tier = Literal["", "bronze", "silver", "gold", "platinum"]
TIERS: tuple[Tier, ...] = ("bronze", "silver", "gold", "platinum")
QUICK_S, INSTANT_S = 1.0, 0.1
_TOLD = 0.9
_README = 200
_KEEPS = frozenset({"hub_event", "hub_before_tool", "hub_after_tool", "hub_before_llm", "hub_after_llm"})


@dataclass(frozen=True, slots=True)
class Subject:
    """All that is known of one plugin: its manifest, its folder, what its import and its source showed."""

    name: str
    manifest: Manifest
    folder: Path
    look: Look
    source: Source
    about: PackageMetadata | None = None

    def has(self, hook: str) -> bool:
        """Say whether it implements ``hook``."""
        return hook in self.look.hooks


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a plugin of ``tier`` does; ``fix`` says how to come to it."""

    name: str
    tier: Tier
    fix: str
    holds: Callable[[Subject], bool]


@dataclass(frozen=True, slots=True)
class Grade:
    """The tier that was reached, "" for none, and the rules that do not hold, the lowest tier first."""

    tier: Tier
    missing: tuple[Rule, ...]

    @property
    def next(self) -> tuple[Rule, ...]:
        """What stands between it and the next tier."""
        return tuple(rule for rule in self.missing if rule.tier == self.missing[0].tier)


def _keeps(subject: Subject) -> bool:
    return bool(subject.manifest.data) or any(map(subject.has, _KEEPS))


def _header(subject: Subject, name: str) -> str:
    return str(subject.about[name]) if subject.about is not None and name in subject.about else ""


RULES: tuple[Rule, ...] = (
    Rule("loads", "bronze", "Mend what its import ends with.", lambda it: not it.look.trouble),
    Rule(
        "hooks-fit", "bronze", "Let every hook take only arguments that docs/reference/hooks.md lists.",
        lambda it: not (it.look.unknown or it.look.unmarked or it.look.unfit),
    ),
    Rule("summary", "bronze", "Say in the manifest's summary what it is for.",
         lambda it: bool(it.manifest.summary)),
    Rule("readable", "bronze", "Ship its source as it is written.", lambda it: not it.source.unreadable),
    Rule("light", "silver", "Import heavy packages inside the function that uses them.",
         lambda it: not it.look.heavy and not it.source.heavy),
    Rule("quick", "silver", f"Bring its import below {QUICK_S:g} s.", lambda it: it.look.seconds < QUICK_S),
    Rule("free-loop", "silver", "Move what waits to a thread: await asyncio.to_thread(...).",
         lambda it: not it.source.blocking),
    Rule("settings-told", "silver", "Give every setting a title and a description.",
         lambda it: all({"title", "description"} <= set(one) for one in it.manifest.settings.values())),
    Rule("permissions-told", "silver", "Say in a sentence what each permission is for.",
         lambda it: all(" " in one.why.strip() for one in it.manifest.permissions.values())),
    Rule("stops", "silver", "Undo in hub_stop what hub_start began, or begin it with hub.spawn.",
         lambda it: it.has("hub_stop") or not it.has("hub_start") or not it.manifest.data),
    Rule("health", "gold", "Say in hub_health how it does, with reason and fix.",
         lambda it: it.has("hub_health") or not it.has("hub_start")),
    Rule("forgets", "gold", "Implement hub_forget and hub_export for what it keeps.",
         lambda it: (it.has("hub_forget") and it.has("hub_export")) or not _keeps(it)),
    Rule("told", "gold", f"Give {_TOLD:.0%} of its public functions a docstring.",
         lambda it: it.source.told >= _TOLD * it.source.public),
    Rule("readme", "gold", f"Write a README of {_README} characters or more.",
         lambda it: len(_readme(it)) >= _README),
    Rule("licence", "gold", "Name its licence in pyproject.toml.",
         lambda it: bool(_header(it, "License-Expression") or _header(it, "License"))),
    Rule("typed", "platinum", "Type every public function, and ship a py.typed.",
         lambda it: it.source.typed == it.source.public and (it.folder / "py.typed").is_file()),
    Rule("instant", "platinum", f"Bring its import below {INSTANT_S:g} s.",
         lambda it: it.look.seconds < INSTANT_S),
    Rule("home", "platinum", "Name where its source and its issues are, in [project.urls].",
         lambda it: bool(_header(it, "Project-URL"))),
)  # fmt: skip
"""All rules, the lowest tier first. A tier is reached when its rules and those below it hold."""


def examine(entry: EntryPoint, look_at: Callable[[str], Look] = inspection.look) -> Subject:
    """Look at an installed plugin, which ``look_at`` imports in a process of its own. Raises `HubError`."""
    about, folder = manifest.read(entry), manifest.package_folder(entry)
    dist = entry.dist.metadata if entry.dist else None
    return Subject(entry.name, about, folder, look_at(entry.module), source.read(folder), dist)


def grade(subject: Subject) -> Grade:
    """Return the tier that ``subject`` reaches."""
    missing = tuple(rule for rule in RULES if not rule.holds(subject))
    failed = {rule.tier for rule in missing}
    reached: Tier = ""
    for tier in TIERS:
        if tier in failed:
            break
        reached = tier
    return Grade(reached, missing)


def _readme(subject: Subject) -> str:
    if subject.about is None:
        return ""
    body = getattr(subject.about, "get_payload", str)()  # a README is the body of METADATA, or a header
    return str(body or "") or _header(subject, "Description")
