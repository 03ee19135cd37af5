"""A sealed stream gives back what went in, or nothing at all."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.backup import seal
from hub.backup.seal import CHUNK, TAG, Header, Opener, Sealer
from hub.errors import HubError

HEADER = Header(lock="passphrase", cost=10, salt="00" * 16)


def sealed(plain: bytes, secret: bytes = b"secret") -> bytes:
    out = io.BytesIO()
    sealer = Sealer(out, secret, HEADER)
    sealer.write(plain)
    sealer.close()
    return out.getvalue()


def opened(content: bytes, secret: bytes = b"secret") -> bytes:
    opener, plain = Opener(io.BytesIO(content), lambda _: secret), b""
    while piece := opener.read(CHUNK):
        plain += piece
    return plain


PLAIN = bytes(range(256)) * (CHUNK // 64)  # four whole chunks
WHOLE = sealed(PLAIN)
SHORT = sealed(b"short")


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_went_in_comes_out(size: int) -> None:
    plain = PLAIN[:size]
    assert opened(sealed(plain)) == plain


def test_exactly_reads_across_chunks() -> None:
    opener = Opener(io.BytesIO(WHOLE), lambda _: b"secret")
    assert opener.exactly(CHUNK + 7) == PLAIN[: CHUNK + 7]
    with pytest.raises(HubError, match="too early"):
        opener.exactly(4 * CHUNK)


@given(st.integers(0, len(WHOLE) - 1))
@settings(max_examples=40, deadline=None)
def test_cut_anywhere_it_is_refused(at: int) -> None:
    with pytest.raises(HubError):
        opened(WHOLE[:at])


@pytest.mark.parametrize("chunks", range(4))
def test_cut_between_chunks_it_is_refused(chunks: int) -> None:
    start = len(WHOLE) - 4 * (CHUNK + TAG)
    with pytest.raises(HubError):
        opened(WHOLE[: start + chunks * (CHUNK + TAG)])


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_one_changed_bit_is_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(SHORT) - 1))
    changed = bytearray(SHORT)
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(HubError) as refused:
        opened(bytes(changed))
    assert refused.value.fix


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_anything_else_is_refused(noise: bytes) -> None:
    for content in (noise, seal.MAGIC + noise, seal.MAGIC + noise + b"\n", SHORT + noise + b"."):
        with pytest.raises(HubError):
            opened(content)


def test_chunks_cannot_change_places() -> None:
    start, size = len(WHOLE) - 4 * (CHUNK + TAG), CHUNK + TAG
    parts = [WHOLE[start + n * size : start + (n + 1) * size] for n in range(4)]
    with pytest.raises(HubError):
        opened(WHOLE[:start] + parts[1] + parts[0] + parts[2] + parts[3])


def test_a_passphrase_is_the_same_from_every_keyboard() -> None:
    assert seal.secret_of("Zu\u0308rich \ufb01ve") == seal.secret_of("Z\u00fcrich five")
    assert seal.secret_of(" four words\t") == seal.secret_of(
        "four words"
    )  # a form takes them off, a terminal not


def test_the_same_twice_is_not_the_same() -> None:
    assert seal.new_header("passphrase").salt != seal.new_header("passphrase").salt


def test_a_newer_format_and_a_greedy_one_are_refused_before_a_secret_is_asked_for() -> None:
    def never(_: Header) -> bytes:
        raise AssertionError

    newer = HEADER.model_copy(update={"format": 2})
    greedy = HEADER.model_copy(update={"cost": 40})
    for header, words in ((newer, "newer hub"), (greedy, "damaged")):
        line = seal.MAGIC + header.model_dump_json().encode() + b"\n"
        with pytest.raises(HubError, match=words):
            Opener(io.BytesIO(line), never)
