"""Decide what a merge comes to, from what other devices say and what is here: rules only, no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub_memory.store.change import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Groups = dict[str, Part]
"""What is known of one entry, by group."""

Age = tuple[int, str]
"""A clock and its node."""


@dataclass(slots=True)
class Plan:
    """What is to be written, and what came of what."""

    put: list[Groups] = field(default_factory=list)
    drop: list[tuple[int, bytes]] = field(default_factory=list)
    flag: list[Part] = field(default_factory=list)
    bury: list[tuple[int, Part]] = field(default_factory=list)
    wait: list[Part] = field(default_factory=list)
    applied: int = 0
    older: int = 0
    conflicts: dict[bytes, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """An entry that is here."""

    rid: int
    groups: Mapping[str, Part]

    def changed(self, group: str, part: Part) -> bool:
        """Return whether a group was changed here and there since the entry began."""
        began = self.groups["content"].clock
        return group == "content" or (self.groups[group].clock > began and part.clock > began)


def gathered(timely: Iterable[Part]) -> tuple[dict[bytes, Groups], int]:
    """Return the latest of each group of each entry, and how many were older than another of them."""
    incoming, older = dict[bytes, Groups](), 0
    for part in timely:
        groups = incoming.setdefault(part.id, {})
        known = groups.get(part.group)
        if known is None or part.age > known.age:
            groups[part.group] = part
        if known is not None and known.age != part.age:
            older += 1
    return incoming, older


def planned(
    incoming: Mapping[bytes, Groups], older: int, there: Mapping[bytes, Row], gone: Mapping[bytes, Age]
) -> Plan:
    """Return what is to be done. ``there``: what is here of it; ``gone``: the graves of what was."""
    plan = Plan(older=older)
    for name, groups in incoming.items():
        _decide(plan, groups, there.get(name), gone.get(name))
    return plan


def _decide(plan: Plan, groups: Groups, row: Row | None, gone: Age | None) -> None:
    if buried := groups.get("gone"):
        if gone is None or buried.age > gone:
            plan.bury.append((row.rid if row else 0, buried))
            plan.applied += 1
        plan.older += len(groups) - 1
    elif gone:
        plan.older += len(groups)
    elif row is None:
        _begin(plan, groups)
    else:
        _go_on(plan, groups, row)


def _begin(plan: Plan, groups: Groups) -> None:
    """Take an entry that was not here, if all of it has come."""
    if len(groups) == len(("content", "flags")):
        plan.put.append(groups)
        plan.applied += len(groups)
    else:
        plan.wait += groups.values()


def _go_on(plan: Plan, groups: Groups, row: Row) -> None:
    """Take what is newer of an entry that is here."""
    newer = {group: part for group, part in groups.items() if part.age > row.groups[group].age}
    plan.applied += len(newer)
    for group, part in groups.items():
        mine = row.groups[group]
        plan.older += part.age < mine.age
        if part.node != mine.node and row.changed(group, part) and dict(mine.fields) != dict(part.fields):
            plan.conflicts[part.id] = None
    if "content" in newer:
        plan.drop.append((row.rid, newer["content"].id))
        plan.put.append({**row.groups, **newer})
    elif "flags" in newer:
        plan.flag.append(newer["flags"])
