"""Every index finds what a look at all vectors finds, under any mask, whatever was added and removed."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import HubError
from hub_memory.index.codes import CodeIndex
from hub_memory.index.exact import ExactIndex
from hub_memory.index.port import PINNED, QUARANTINED, SUPERSEDED, Columns, Mask, reads
from hub_memory.index.rows import ROOM
from hub_memory.index.tiers import TieredIndex
from hub_memory.index.turbo import TurboIndex

DIMENSIONS = 32
EVERY = [
    ExactIndex,
    CodeIndex,
    TurboIndex,
    lambda dimensions: TieredIndex(dimensions, below=20),
    lambda dimensions: TieredIndex(dimensions, TurboIndex, below=20),
]
NAMES = ["exact", "codes", "turbovec", "tiered codes", "tiered turbovec"]
each = pytest.mark.parametrize("make", EVERY, ids=NAMES)


def unit(rows, seed=0, dimensions=DIMENSIONS):
    drawn = np.random.default_rng(seed).standard_normal((rows, dimensions))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float16)


def columns(rows, **given):
    names = ("namespace", "kind", "created", "trust", "flags")
    return Columns(**{name: np.broadcast_to(np.asarray(given.get(name, 0)), (rows,)) for name in names})


class File:
    """What memory.db holds, as a dictionary: the truth that an index is measured by."""

    def __init__(self):
        self.rows = {}

    def put(self, index, rids, vectors, given):
        index.add(np.asarray(rids), vectors, given)
        for at, rid in enumerate(rids):
            row = {name: getattr(given, name)[at] for name in Columns.__slots__}
            self.rows[int(rid)] = (vectors[at], row)

    def forget(self, index, rids):
        index.remove(rids)
        for rid in rids:
            self.rows.pop(rid, None)

    def fetch(self, rids):
        none = np.zeros(DIMENSIONS, np.float16)
        return np.array([self.rows.get(int(rid), (none, {}))[0] for rid in rids]).reshape(-1, DIMENSIONS)

    def best(self, query, limit, mask):
        query = query.astype(np.float32)
        query /= np.linalg.norm(query) or 1
        told = [
            (-float(vector.astype(np.float32) @ query), rid)
            for rid, (vector, row) in self.rows.items()
            if vector.any() and query.any() and allowed(rid, row, mask)
        ]
        return sorted(told)[:limit]


def allowed(rid, row, mask):
    if mask is None:
        return True
    return (
        (mask.namespaces is None or row["namespace"] in mask.namespaces)
        and (not mask.kinds or row["kind"] in mask.kinds)
        and (mask.since is None or int(row["created"]) >= int(mask.since))
        and (mask.until is None or int(row["created"]) < int(mask.until))
        and row["trust"] >= mask.minimum_trust
        and not row["flags"] & mask.without
        and (mask.only is None or rid in mask.only)
    )


def same(index, file, query, limit, mask):
    rids, cosines = index.search(query, limit, mask, file.fetch)
    truth = file.best(query, limit, mask)
    assert len(rids) == len(set(rids.tolist())) == len(truth)
    assert all(np.diff(cosines) <= 0)
    assert np.allclose(cosines, [-one for one, _ in truth], atol=1e-3)
    for rid, cosine in zip(rids.tolist(), cosines, strict=True):
        vector, row = file.rows[rid]
        assert allowed(rid, row, mask)
        length = np.linalg.norm(query.astype(np.float32))
        assert float(vector.astype(np.float32) @ query.astype(np.float32)) / length == pytest.approx(
            float(cosine), abs=1e-3
        )


times = st.integers(0, 40).map(lambda half: half / 2)
masks = st.none() | st.builds(
    Mask,
    namespaces=st.none() | st.lists(st.integers(0, 3), max_size=3),
    kinds=st.lists(st.integers(0, 4), max_size=3),
    since=st.none() | times,
    until=st.none() | times,
    minimum_trust=st.integers(0, 3),
    without=st.integers(0, 7),
    only=st.none() | st.lists(st.integers(0, 80), max_size=30).map(lambda rids: np.array(rids, np.int64)),
)
rid_lists = st.lists(st.integers(0, 70), max_size=25)
steps = st.lists(st.tuples(st.sampled_from(["add", "add", "remove"]), rid_lists), min_size=1, max_size=5)


@each
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=steps, mask=masks, seed=st.integers(0, 2**16), limit=st.integers(1, 12))
def test_any_history_under_any_mask_is_as_a_look_at_all(make, steps, mask, seed, limit):
    chance, index, file = np.random.default_rng(seed), make(DIMENSIONS), File()
    for number, (what, rids) in enumerate(steps):
        if what == "remove":
            file.forget(index, rids)
            continue
        n = len(rids)
        vectors = unit(n, seed + number)
        vectors[chance.random(n) < 0.1] = 0
        if n > 2:
            vectors[1] = vectors[0]
        given = columns(
            n, namespace=chance.integers(0, 4, n), kind=chance.integers(0, 5, n),
            created=chance.integers(0, 40, n) / 2, trust=chance.integers(0, 4, n), flags=chance.integers(0, 8, n),
        )  # fmt: skip
        file.put(index, rids, vectors, given)
    assert len(index) == sum(vector.any() for vector, _ in file.rows.values())
    same(index, file, unit(1, seed + 99)[0], limit, mask)
    same(index, file, np.zeros(DIMENSIONS, np.float16), limit, mask)


@each
def test_equal_vectors_come_in_the_order_of_their_rids(make):
    index, file = make(DIMENSIONS), File()
    file.put(index, [9, 3, 5, 7], np.repeat(unit(1), 4, axis=0), columns(4))
    assert index.search(unit(1)[0], 3, None, file.fetch)[0].tolist() == [3, 5, 7]


@each
def test_a_vector_of_zeros_is_never_found(make):
    index, file = make(DIMENSIONS), File()
    vectors = unit(3)
    file.put(index, [1, 2, 3], vectors, columns(3))
    vectors[1] = 0
    file.put(index, [1, 2, 3], vectors, columns(3))
    assert len(index) == 2
    assert set(index.search(unit(1, 4)[0], 9, None, file.fetch)[0].tolist()) == {1, 3}


@each
def test_what_is_no_vector_is_refused_and_changes_nothing(make):
    index, file = make(DIMENSIONS), File()
    file.put(index, [1], unit(1), columns(1))
    broken = [unit(2) * np.float16(np.nan), unit(2) * np.float16(np.inf), unit(2) * np.float16(0.5),
              unit(2, dimensions=DIMENSIONS + 1), unit(3), unit(2)[0]]  # fmt: skip
    for vectors in broken:
        with pytest.raises(HubError) as refused:
            index.add(np.array([1, 2]), vectors, columns(2))
        assert refused.value.fix
    assert index.search(unit(1)[0], 5, None, file.fetch)[0].tolist() == [1]
    for query in (unit(1, dimensions=DIMENSIONS - 1)[0], unit(1), np.full(DIMENSIONS, np.nan)):
        with pytest.raises(HubError):
            index.search(query, 5, None, file.fetch)


@each
@pytest.mark.parametrize(
    "wrong", [{"kind": 7}, {"trust": 4}, {"flags": 8}, {"namespace": 70_000}, {"created": -1.0}]
)
def test_a_column_that_cannot_be_kept_is_refused(make, wrong):
    index = make(DIMENSIONS)
    with pytest.raises(HubError, match=next(iter(wrong))):
        index.add(np.array([1]), unit(1), columns(1, **wrong))
    with pytest.raises(HubError, match="rid"):
        index.add(np.array([2**32]), unit(1), columns(1))
    assert len(index) == 0


@each
def test_an_empty_index_finds_nothing(make):
    index = make(DIMENSIONS)
    index.add(np.empty(0, np.int64), unit(0), columns(0))
    index.remove([1, 2])
    assert len(index.search(unit(1)[0], 5, None, File().fetch)[0]) == 0
    assert len(index) == 0


@each
def test_what_the_file_no_longer_has_is_not_found(make):
    index, file = make(DIMENSIONS), File()
    file.put(index, [1, 2], unit(2), columns(2))
    if isinstance(index, ExactIndex) or isinstance(getattr(index, "index", None), ExactIndex):
        index.remove([1])  # its vectors are its own
    del file.rows[1]
    assert index.search(unit(1)[0], 5, None, file.fetch)[0].tolist() == [2]


@each
@pytest.mark.parametrize("order", ["up", "down", "mixed"])
def test_it_grows_and_shrinks_in_any_order(make, order):
    index, file, total = make(DIMENSIONS), File(), 3 * ROOM
    rids = np.arange(1, total + 1)
    rids = {"up": rids, "down": rids[::-1], "mixed": np.random.default_rng(3).permutation(rids)}[order]
    vectors = unit(total, 5)
    for at in range(0, total, 500):
        part = slice(at, min(at + 500, total))
        given = columns(part.stop - at, kind=rids[part] % 3)
        file.put(index, rids[part].tolist(), vectors[part], given)
    gone = rids[rids % 3 != 0].tolist()
    file.forget(index, gone)
    assert len(index) == total - len(gone)
    for at in range(0, total, 50):  # each finds itself first, unless it was removed
        first = index.search(vectors[at], 1, Mask(None, kinds=[0]), file.fetch)[0].tolist()
        assert (first == [rids[at]]) == (rids[at] % 3 == 0)


def test_fewest_rows_are_found_among_many():
    index, file = CodeIndex(DIMENSIONS), File()
    flags = np.where(np.arange(2_000) % 20, QUARANTINED, PINNED)
    file.put(index, list(range(2_000)), unit(2_000), columns(2_000, flags=flags))
    for seed in range(20):
        same(index, file, unit(1, seed)[0], 10, Mask(namespaces=[0], without=QUARANTINED | SUPERSEDED))


def test_of_a_twentieth_of_the_rows_the_ten_nearest_are_found():
    wide = 256
    vectors = unit(20_000, dimensions=wide)
    index = CodeIndex(wide)
    index.add(np.arange(20_000), vectors, columns(20_000, namespace=np.arange(20_000) % 20 == 3))
    few, right = np.arange(3, 20_000, 20), 0
    for seed in range(20):
        asked = (unit(1, seed + 1, wide)[0].astype(np.float32) + vectors[few[seed]]) / 2
        found, _ = index.search(asked, 10, Mask([1]), lambda rids: vectors[rids])
        truth = few[np.argsort(-(vectors[few].astype(np.float32) @ asked))[:10]]
        right += len(set(found.tolist()) & set(truth.tolist()))
    assert right >= 196  # of 200: what is drawn at random lies as far apart as vectors can


def test_the_more_are_asked_for_the_fewer_are_read_for_each():
    assert [reads(limit, 16) for limit in (1, 10, 100, 1_000)] == [16, 160, 160, 1_500]


def test_a_removed_row_leaves_no_code_behind():
    index = CodeIndex(DIMENSIONS)
    index.add(np.arange(10), unit(10), columns(10))
    index.remove([3])
    held = index.rows.held
    assert not held.payload[:, held.places([3])].any()
    index.remove([0, 1, 2, 4, 5, 6])
    assert index.rows.held.rids[: index.rows.held.count].tolist() == [7, 8, 9]


def test_the_mean_is_drawn_once_and_codes_go_where_it_goes():
    index = CodeIndex(DIMENSIONS)
    index.add(np.arange(50), unit(50), columns(50))
    mean = index.mean
    index.add(np.arange(50, 60), unit(10, 2), columns(10))
    assert index.mean is mean
    again = CodeIndex(DIMENSIONS, mean)
    held = index.rows.held
    again.add_codes(held.rids[:60], held.payload[:, :60], columns(60))
    assert np.array_equal(again.rows.held.payload[:, :60], held.payload[:, :60])


def test_one_adds_and_removes_while_others_ask():
    index, vectors = TieredIndex(DIMENSIONS, below=300), unit(4_000)
    troubles, done = [], threading.Event()

    def ask():
        while not done.is_set():
            try:
                rids, _ = index.search(vectors[7], 5, Mask([0]), lambda rids: vectors[rids])
                assert rids[0] == 7, rids
            except BaseException as error:  # noqa: BLE001  told below
                troubles.append(error)
                return

    index.add(np.arange(10), vectors[:10], columns(10))
    asking = [threading.Thread(target=ask) for _ in range(2)]
    for one in asking:
        one.start()
    for at in range(10, 4_000, 133):
        index.add(
            np.arange(at, min(at + 133, 4_000)), vectors[at : at + 133], columns(len(vectors[at : at + 133]))
        )
        index.remove(range(max(10, at - 300), at - 100))
    done.set()
    for one in asking:
        one.join()
    assert not troubles
