"""Without a memory the port says so; the plugin's own tests hold its adapters to the same suite."""

from __future__ import annotations

import time
from dataclasses import asdict, replace

import pytest

from hub import HubError, MemoryEntry, MemoryHealth, MemoryHit, Merged, Recalled, Swept
from hub.ports import NullMemory
from hub.ports.memory import MemoryChange, MemorySelection
from hub.testing import check_memory, contracts

KINDS = ("working", "episodic", "fact", "procedure", "summary")


class Lists:
    """Remembers in lists, as the contract says; ``bad`` is the one thing that it gets wrong."""

    def __init__(self, bad: str = "") -> None:
        self.bad, self.rows, self.log = bad, {}, []
        self.count, self.node, self.clocks, self.known = 0, hex(id(self)), {}, {}

    # -- writing

    async def remember(self, entries):
        if self.bad == "half":
            return [self.put(self.checked(one)) for one in entries]
        return [self.put(one) for one in [self.checked(one) for one in entries]]

    def checked(self, new):
        try:
            new.text.encode()
            [self.number(one) for one in new.sources]
        except (UnicodeEncodeError, ValueError) as error:
            raise HubError("broken", fix="mend") from error
        if not new.text.strip() or len(new.text) > 1_000_000 or not new.namespace or new.kind not in KINDS:
            raise HubError("bad", fix="mend")
        if (
            not 0 <= new.trust <= 3
            or not 0 <= new.importance <= 1
            or (new.kind == "procedure" and new.trust < 2)
        ):
            raise HubError("bad", fix="mend")
        held = new.quarantined or (new.origin in {"web", "tool"} and self.bad != "trusts pages")
        return replace(new, quarantined=held, text=new.text.strip() if self.bad == "trims" else new.text)

    def number(self, name):
        if len(bytes.fromhex(name)) != 16:
            raise ValueError(name)

    def put(self, new):
        key = (new.text, new.namespace, new.session, new.sequence, new.quarantined)
        one = self.rows.get(self.known.get(key, ""))
        if one and not one.superseded_by and self.bad != "twice":
            return one.id
        self.count += 1
        created = new.created or time.time()
        name = f"{int(created * 1000):012x}{0xFFFFF - self.count:010x}{id(self) & 0xFFFFFFFFFF:010x}"
        given = asdict(new) | {"created": created, "valid_from": new.valid_from or created}
        self.rows[name] = MemoryEntry(id=name, superseded_by="", recalled=0, last_recalled=0.0, **given)
        self.known[key] = name
        self.note(name, "content")
        self.note(name, "flags")
        return name

    def note(self, name, group):
        self.clocks[name, group] = (f"{time.time_ns():016x}", self.node)
        self.log.append((name, group))

    async def supersede(self, namespaces, old, new):
        one, new = self.own(namespaces, old), self.checked(new)
        if one.superseded_by or new.namespace != one.namespace or new.quarantined:
            raise HubError("no", fix="do not")
        name = self.put(new)
        until = 0.0 if self.bad == "both hold" else self.rows[name].valid_from
        newer = "" if self.bad == "both hold" else name
        self.rows[old] = replace(one, superseded_by=newer, valid_until=until)
        self.note(old, "flags")
        return name

    async def change(self, namespaces, entry, **flags):
        one = self.own(namespaces, entry)
        given = {name: value for name, value in flags.items() if value is not None}
        if given.get("importance", 0) > 1:
            raise HubError("too much", fix="less")
        self.rows[entry] = replace(one, **({"importance": 0.5} if self.bad == "resets" else {}) | given)
        self.note(entry, "flags")
        return self.rows[entry]

    def own(self, namespaces, name):
        one = self.rows.get(name)
        if one is None or (one.namespace not in namespaces and self.bad != "public"):
            raise HubError("not there", fix="look again")
        return one

    # -- reading

    def readable(self, namespaces):
        if not namespaces:
            raise HubError("nobody", fix="somebody")
        rows = [one for one in self.rows.values() if one.namespace in namespaces or self.bad == "public"]
        return [one for one in rows if one.pinned or not 0 < one.expires <= time.time()]

    async def get(self, namespaces, ids):
        found = {one.id: one for one in self.readable(namespaces)}
        names = sorted(ids, reverse=True) if self.bad == "sorts" else ids
        return [found[name] for name in names if name in found]

    def holds(self, one, at):
        if at is None:
            return not one.superseded_by
        return one.valid_from <= at and (not one.valid_until or at < one.valid_until)

    async def recall(self, query):
        words = {word.rstrip("s") for word in query.text.casefold().rstrip("?!.").split()}
        words -= {"the", "a", "do", "doe", "i", "where", "what"}
        found = [(self.score(one, words), one) for one in self.readable(query.namespaces)]
        best = sorted(((score, one) for score, one in found if score), key=lambda pair: -pair[0])
        if self.bad == "late mask":
            best = best[: query.limit]
        hits = [MemoryHit(one, score, self.parts(score)) for score, one in best if self.passes(query, one)]
        return Recalled(
            tuple(hits[: query.limit]), ("words",), {"meaning": "" if self.bad == "silent" else "none"}
        )

    def parts(self, score):
        return {"words": score / 2 if self.bad == "sums" else score}

    def score(self, one, words):
        said = [word.rstrip("s.!") for word in one.text.casefold().split()]
        return sum(said.count(word) > 0 for word in words) + said.count("heron") / 10

    def passes(self, query, one):
        return (
            one.quarantined == query.quarantined and one.trust >= query.minimum_trust
            and (not query.kinds or one.kind in query.kinds) and set(query.tags) <= set(one.tags)
            and (query.since is None or one.created >= query.since)
            and (query.until is None or one.created <= query.until) and self.holds(one, query.as_of)
        )  # fmt: skip

    def selected(self, what):
        if what == MemorySelection():
            return []
        return [
            one for one in self.rows.values()
            if (not what.namespace or one.namespace == what.namespace)
            and (not what.ids or one.id in what.ids)
            and (not what.session or one.session == what.session)
            and (not what.topic or what.topic.rstrip("s") in one.text.split())
            and (what.since is None or one.created >= what.since)
            and (what.before is None or one.created < what.before)
            and (what.quarantined is None or one.quarantined == what.quarantined)
            and (what.pinned is None or one.pinned == what.pinned or self.bad == "pins")
            and (what.documents is None or (one.origin == "document") == what.documents)
            and (not what.superseded_by or one.superseded_by == what.superseded_by)
        ]  # fmt: skip

    async def browse(self, selection, *, limit=50, after=""):
        if selection == MemorySelection():
            raise HubError("nobody", fix="somebody")
        rows = [
            one for one in self.selected(selection) if self.holds(one, None) != bool(selection.superseded_by)
        ]
        rows = [one for one in rows if selection.quarantined or not one.quarantined]
        rows.sort(key=lambda one: one.id, reverse=True)
        return [one for one in rows if not after or one.id < after][:limit]

    # -- keeping house

    async def forget(self, selection):
        chosen = [one.id for one in self.selected(selection)]
        for name in () if self.bad == "keeps" and not selection.everything else chosen:
            self.rows.pop(name, None)
            self.note(name, "gone")
        for one in list(self.rows.values()) if self.bad != "leaves traces" else ():
            if {*one.sources, one.superseded_by} & set(chosen):
                del self.rows[one.id]
        return len(chosen)

    async def sweep(self, now):
        due = [one for one in self.rows.values() if 0 < one.expires <= now and not one.pinned]
        seen, twice = set(), []
        for one in self.rows.values():
            (twice.append(one) if (one.namespace, one.text) in seen else seen.add((one.namespace, one.text)))
        for one in (*due, *twice) if self.bad != "hoards" else ():
            self.rows.pop(one.id, None)
        return Swept(expired=len(due), duplicates=len(twice))

    async def health(self, namespaces=()):
        counts = {}
        for one in self.rows.values():
            if not namespaces or one.namespace in namespaces or self.bad == "counts all":
                counts[one.kind] = counts.get(one.kind, 0) + 1
        held = sum(one.quarantined for one in self.rows.values())
        return MemoryHealth(len(self.rows), held, counts, ("words",), {"meaning": "none"})

    # -- other devices

    async def changes(self, since="", *, limit=1000):
        start = int(since or 0)
        told = []
        for name, group in self.log[start : start + limit]:
            clock, node = self.clocks[name, group]
            fields = {"row": self.rows[name]} if name in self.rows else {}
            told.append(MemoryChange(name, clock, node, group, fields))
        return told, str(start + len(told))

    async def apply(self, changes):
        applied, ahead, conflicts = 0, 0, []
        for one in changes:
            try:
                clock = int(one.clock, 16)
            except ValueError as error:
                raise HubError("no clock", fix="another") from error
            if clock > time.time_ns() + 300e9 and self.bad != "believes":
                ahead += 1
                continue
            known = self.clocks.get((one.id, one.group))
            if known and one.group == "flags" and known[1] != one.node and known != (one.clock, one.node):
                conflicts.append(one.id)
            if ((one.id, "gone") in self.clocks and self.bad != "unburies") or (
                known and known >= (one.clock, one.node) and self.bad != "last"
            ):
                continue
            applied += 1
            self.clocks[one.id, one.group] = (one.clock, one.node)
            self.log.append((one.id, one.group))
            self.take(one)
        return Merged(applied, 0, ahead, tuple(conflicts))

    def take(self, one):
        if one.group == "gone":
            self.rows.pop(one.id, None)
        elif one.fields and (one.group == "flags" or one.id not in self.rows):
            self.rows[one.id] = one.fields["row"]


async def test_the_null_says_why_it_is_absent():
    await check_memory(NullMemory, keeps=False)


async def test_a_null_that_does_not_say_why_is_found():
    with pytest.raises(AssertionError, match="says why"):
        await check_memory(lambda: NullMemory("", ""), keeps=False)
    with pytest.raises(AssertionError, match=r"must raise hub\.Unavailable"):
        await check_memory(Lists, keeps=False)


async def test_a_memory_that_keeps_the_contract_passes():
    await check_memory(Lists)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("half", "all of them or none"), ("trims", "kept exactly"), ("twice", "keeps its id"),
        ("trusts pages", "found by nobody"), ("both hold", "only the one that held"),
        ("resets", "what is not given stays"), ("public", "nobody reads another's"),
        ("pins", "what is pinned"), ("counts all", "only the namespaces"), ("sorts", "the order asked for"), ("late mask", "before the best are chosen"),
        ("silent", "told with its reason"), ("sums", "sum to its score"), ("keeps", "is gone"),
        ("leaves traces", "earlier wordings"), ("hoards", "one of equals stays"),
        ("believes", "far ahead waits"), ("last", "both devices end up with the same"),
        ("unburies", "makes no difference"),
    ],
)  # fmt: skip
async def test_the_suite_finds_what_breaks_the_contract(bad, says, monkeypatch):
    monkeypatch.setattr(contracts, "PATIENCE_S", 20.0)
    with pytest.raises(AssertionError, match="breaks the contract") as caught:
        await check_memory(lambda: Lists(bad))
    assert says in str(caught.value)
