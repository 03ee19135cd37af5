"""Rows in RAM in the order of their rids: what the mask asks for, and a payload that an index scans."""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hub import HubError
from hub_memory.index.port import Columns

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from hub_memory.index.port import Mask

ROOM = 1024
"""Rows that the first arrays hold; then they double."""

GONE = 7
"""The kind of a row that was removed."""

_KIND, _TRUST, _TRUST_BIT, _FLAGS_BIT = 0x07, 0x18, 3, 5
_LAST_RID, _LAST_SECOND, _LAST_NAMESPACE = 2**32 - 1, 2**32 - 1, 2**16 - 1


@dataclass(frozen=True, slots=True)
class Held:
    """Rows as they were at one time: the first ``count`` of each array. Never more than one writer.

    ``payload``: (k, room), a row's k values being far apart, so that a scan reads one array after the other.
    ``traits``: kind (3 bits), trust (2) and flags (3): one byte, for a million rows are to fit in 60 MB.
    """

    count: int
    rids: NDArray[np.uint32]
    namespace: NDArray[np.uint16]
    created: NDArray[np.uint32]
    traits: NDArray[np.uint8]
    payload: NDArray[Any]

    def places(self, rids: Sequence[int] | NDArray[np.integer]) -> NDArray[np.intp]:
        """Return where those of ``rids`` are that were ever here and not dropped since."""
        wanted = np.asarray(rids, np.int64)
        wanted = wanted[(wanted >= 0) & (wanted <= _LAST_RID)].astype(np.uint32)
        if not self.count:
            return np.empty(0, np.intp)
        at = np.minimum(np.searchsorted(self.rids[: self.count], wanted), self.count - 1)
        places: NDArray[np.intp] = at[self.rids[at] == wanted]
        return places

    def allowed(self, mask: Mask | None) -> NDArray[np.bool_]:
        """Say of each row whether it is there and ``mask`` allows it."""
        traits = self.traits[: self.count]
        ok: NDArray[np.bool_] = (traits & _KIND) != GONE
        if mask is None:
            return ok
        if mask.namespaces is not None:
            ok &= _among(self.namespace[: self.count], mask.namespaces)
        if mask.kinds:
            ok &= _among(traits & _KIND, mask.kinds)
        if mask.minimum_trust:
            ok &= (traits & _TRUST) >= mask.minimum_trust << _TRUST_BIT
        if mask.without:
            ok &= (traits & (mask.without << _FLAGS_BIT)) == 0
        created = self.created[: self.count]
        if mask.since is not None:
            ok &= created >= _second(mask.since)
        if mask.until is not None:
            ok &= created < _second(mask.until)
        if mask.only is not None:
            listed = np.zeros(self.count, np.bool_)
            listed[self.places(mask.only)] = True
            ok &= listed
        return ok


class Rows:
    """Rows that can be added, replaced and removed while others read `held`, which is never half-changed."""

    def __init__(self, width: int, dtype: type[np.generic]) -> None:
        self._lock = threading.Lock()
        self._empty = Held(
            0, np.empty(0, np.uint32), np.empty(0, np.uint16), np.empty(0, np.uint32), np.empty(0, np.uint8),
            np.empty((width, 0), dtype),
        )  # fmt: skip
        self.held, self.gone = self._empty, 0

    def __len__(self) -> int:
        return self.held.count - self.gone

    def contents(self) -> tuple[NDArray[np.uint32], NDArray[Any], Columns]:
        """Return the rids, the (k, n) payload and the columns of all rows."""
        rows = _chosen(self.held, self.held.allowed(None))
        columns = Columns(
            rows.namespace, rows.traits & _KIND, rows.created.astype(np.float64),
            (rows.traits & _TRUST) >> _TRUST_BIT, rows.traits >> _FLAGS_BIT,
        )  # fmt: skip
        return rows.rids, rows.payload, columns

    def put(self, rids: NDArray[np.integer], columns: Columns, payload: NDArray[Any]) -> None:
        """Add rows or replace those with the same rids; ``payload``: (k, n). Of equal rids the last holds."""
        given = _rows(rids, columns, payload)
        with self._lock:
            old = self.held.places(given.rids)
            self.gone -= int(np.count_nonzero(self.held.traits[old] & _KIND == GONE))
            known = np.isin(given.rids, self.held.rids[old])
            _write(self.held, old, _chosen(given, known))
            self._append(_chosen(given, ~known))

    def remove(self, rids: Sequence[int] | NDArray[np.integer]) -> None:
        """Remove rows, and drop what is left of them when they are half of all."""
        with self._lock:
            held = self.held
            places = np.unique(held.places(rids))
            places = places[held.traits[places] & _KIND != GONE]
            held.traits[places] = GONE
            held.payload[:, places] = np.zeros((), held.payload.dtype)
            self.gone += len(places)
            if 2 * self.gone > held.count:
                self._settle(_chosen(held, held.allowed(None)), held.count // 2)

    def _append(self, new: Held) -> None:
        held, total = self.held, self.held.count + new.count
        if not new.count:
            return
        if held.count and new.rids[0] < held.rids[held.count - 1]:
            both = _joined(_chosen(held, held.allowed(None)), new)
            self._settle(_chosen(both, np.argsort(both.rids)), total)
            return
        if total > held.rids.shape[0]:
            self._settle(held, max(total, 2 * held.rids.shape[0], ROOM), self.gone)
        _write(self.held, slice(held.count, total), new)
        self.held = replace(self.held, count=total)

    def reserve(self, total: int) -> None:
        """Make room for ``total`` rows at once."""
        with self._lock:
            if total > self.held.rids.shape[0]:
                self._settle(self.held, total, self.gone)

    def _settle(self, rows: Held, room: int, gone: int = 0) -> None:
        """Publish ``rows`` in arrays with ``room``; who reads the old ones goes on with them."""
        wide = [
            _wider(getattr(rows, one.name), rows.count, max(room, rows.count)) for one in fields(Held)[1:]
        ]
        self.held, self.gone = Held(rows.count, *wide), gone


def _wider(array: NDArray[Any], count: int, room: int) -> NDArray[Any]:
    wide = np.empty((*array.shape[:-1], room), array.dtype)  # its end takes no memory before it is used
    wide[..., :count] = array[..., :count]
    return wide


def _chosen(rows: Held, which: NDArray[np.bool_] | NDArray[np.intp]) -> Held:
    arrays = [getattr(rows, one.name)[..., : rows.count][..., which] for one in fields(Held)[1:]]
    return Held(len(arrays[0]), *arrays)


def _joined(a: Held, b: Held) -> Held:
    pairs = [(getattr(a, one.name), getattr(b, one.name)) for one in fields(Held)[1:]]
    return Held(a.count + b.count, *(np.concatenate(pair, axis=-1) for pair in pairs))


def _write(into: Held, places: NDArray[np.intp] | slice, rows: Held) -> None:
    for one in fields(Held)[1:]:
        getattr(into, one.name)[..., places] = getattr(rows, one.name)


def _rows(rids: NDArray[np.integer], columns: Columns, payload: NDArray[Any]) -> Held:
    """Return what was given in the types and the order that are kept."""
    _, last = np.unique(rids[::-1], return_index=True)
    order = len(rids) - 1 - last
    traits = (
        _whole(columns.kind, GONE - 1, "kind")
        | _whole(columns.trust, 3, "trust") << _TRUST_BIT
        | _whole(columns.flags, 7, "flags") << _FLAGS_BIT
    )
    return Held(
        len(order), _whole(rids, _LAST_RID, "rid")[order].astype(np.uint32),
        _whole(columns.namespace, _LAST_NAMESPACE, "namespace")[order].astype(np.uint16),
        _whole(columns.created, _LAST_SECOND, "created")[order].astype(np.uint32),
        traits[order].astype(np.uint8), payload[:, order],
    )  # fmt: skip


def _whole(values: NDArray[Any], last: int, name: str) -> NDArray[np.int64]:
    whole: NDArray[np.int64] = np.floor(values).astype(np.int64)
    if len(whole) and not (whole.min() >= 0 and whole.max() <= last):
        raise HubError(
            f"The index cannot hold a {name} outside 0 to {last}.", fix="Look whether memory.db is damaged."
        )
    return whole


def _among(values: NDArray[np.integer], wanted: Collection[int]) -> NDArray[np.bool_]:
    ok = np.zeros(len(values), np.bool_)
    for one in wanted:
        ok |= values == one
    return ok


def _second(time: float) -> int:
    return int(min(max(time, 0.0), float(_LAST_SECOND)) // 1)
