"""No secret comes out, wherever it went in; what is no secret does."""

from __future__ import annotations

import base64
import json
import string
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.telemetry import redaction

ALNUM = string.ascii_letters + string.digits
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def token(least: int, most: int, alphabet: str = ALNUM) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=least, max_size=most)


SECRETS = st.one_of(
    token(58, 58, BECH32).map("nsec1{}".format),
    token(20, 80).map("xai-{}".format),
    token(20, 48, ALNUM + "-_").map("sk-proj-{}".format),
    token(36, 36).map("ghp_{}".format),
    st.binary(min_size=60, max_size=120).map(
        lambda raw: "AgEDbG5k" + base64.urlsafe_b64encode(raw).decode().rstrip("=")
    ),
    st.binary(min_size=60, max_size=90).map(lambda raw: "0201036c6e64" + raw.hex()),
    st.tuples(token(20, 40), token(20, 60), token(20, 43)).map(
        lambda parts: "eyJ" + ".".join(part[: len(part)] for part in parts)
    ),
    token(43, 43, ALNUM + "-_").filter(
        lambda text: (
            any(c.isupper() for c in text)
            and any(c.islower() for c in text)
            and any(c.isdigit() for c in text)
            and text[0].isalnum()
        )
    ),
)
"""Secrets that are known by their looks."""

ANY = token(12, 40, ALNUM + "+/._-").filter(lambda text: text.strip("._-+/") == text)
"""Secrets that are known only by what stands before them."""

PLACES = st.sampled_from([
    "{}", "the key is {} indeed", "({})", "'{}'", '"{}"', "a={}", "x:{},y", "GET /?q={}&x=1", "<{}>", "\n{}\n",
    "\t{}", "{};", "[{}]", "error: bad key {}.",
])  # fmt: skip
NAMED = st.sampled_from([
    "password={}", "password: {}", "'password': '{}'", '"api_key": "{}"', "apiKey={}", "XAI_API_KEY={}",
    "token={}", "access_token={}", "?token={}&x=1", "secret = {}", "Authorization: Bearer {}",
    "authorization: Basic {}", "{{'authorization': 'Bearer {}'}}", "(b'authorization', b'Bearer {}')",
    "Cookie: hub_0a1b2c3d={}; theme=dark", "set-cookie: hub_0a1b2c3d={}; HttpOnly", "hub_0a1b2c3d={}",
    "[(b'cookie', b'hub_0a1b2c3d={}')]", "/claim/{}", "http://127.0.0.1:8420/claim/{}", "GET /claim/{} HTTP/1.1",
    "https://me:{}@example.org/", "macaroon={}", "L402 {}:00ff", "Bearer {}", "private_key='{}'",
    'passphrase: "{}"', "/pair/{}", "/invite/{}?x=1", "?code={}&state=x", "nsec: {}",
])  # fmt: skip


def held(value: Any) -> str:
    """All that could come out of ``value``."""
    return json.dumps(redaction.clean(value), ensure_ascii=False)


@given(SECRETS, PLACES)
def test_what_looks_like_a_secret_is_gone(secret: str, place: str) -> None:
    assert secret not in held(place.format(secret))
    assert secret not in redaction.traceback(place.format(secret))


@given(ANY, NAMED)
def test_what_is_called_a_secret_is_gone(secret: str, place: str) -> None:
    assert secret not in held(place.format(secret))
    assert secret not in held({"line": place.format(secret)})
    assert secret not in held([place.format(secret).encode()])


@given(st.one_of(SECRETS, ANY), st.data())
def test_it_is_gone_from_every_shape(secret: str, data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from(["token", "password", "apiKey", "API-Key", "session_token", "Set-Cookie"])
    )
    shapes = [
        {name: secret}, {"a": {"b": [{name: secret}]}}, {name: [secret]}, {name: {"value": secret}},
        [(name, secret)], {"headers": [(name.encode(), secret.encode())]}, {name: secret.encode()},
        {"a": {name.upper(): secret}},
    ]  # fmt: skip
    for shape in shapes:
        assert secret not in held(shape), shape


@given(SECRETS)
def test_it_is_gone_from_keys_objects_and_exceptions(secret: str) -> None:
    class Holder:
        def __repr__(self) -> str:
            return f"Holder(key={secret!r})"

    kept = ValueError(f"cannot use {secret}")
    for value in (
        {secret: 1},
        Holder(),
        kept,
        {"error": kept},
        {secret},
        frozenset([secret]),
        bytearray(secret.encode()),
    ):
        assert secret not in held(value), type(value)


@settings(max_examples=60)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner),
    max_leaves=30,
))  # fmt: skip
def test_anything_becomes_one_line_of_json(value: Any) -> None:
    line = orjson.dumps(redaction.clean(value)).decode()
    assert "\n" not in line
    found = orjson.loads(line)
    assert not any(c in json.dumps(found, ensure_ascii=False) for c in "\u2028\u2029\u202e\x9b\x7f")


@pytest.mark.parametrize(
    "text",
    [
        "child.changed", "The speech process stopped: killed by SIGKILL. Restarting it", "tokens=12", "a task-list",
        "/talks/{id}/turns", "Listening on 127.0.0.1:8420", "4bf92f3577b34da6a3ce929d0e0e4736", "2 + 2 = 4",
        "SmolLM2-135M-Instruct.Q4_1.gguf", "keys are on the table", "python -m hub_voice.child", "No password set",
        "0123456789abcdef" * 4,
    ],
)  # fmt: skip
def test_what_is_no_secret_stays(text: str) -> None:
    assert redaction.clean(text) == text


@pytest.mark.parametrize(
    "name", ["prompt_tokens", "token_count", "keyboard", "monkey", "key", "secret_name", "ms"]
)
def test_names_about_secrets_are_no_secrets(name: str) -> None:
    assert redaction.clean({name: 12}) == {name: 12}


def test_words_of_a_talk_become_their_number() -> None:
    assert held({"text": "my diary", "turn": {"answer": "your diary"}}).count("diary") == 0
    line = "1 validation error\n  Input should be a number [type=int, input_value='my diary', input_type=str]"
    assert "diary" not in redaction.traceback(line)


def test_everything_is_bounded() -> None:
    deep: Any = "end"
    for _ in range(200):
        deep = {"more": deep}
    circle: list[Any] = []
    circle.append(circle)
    for value in (
        "x" * 1_000_000,
        list(range(100_000)),
        dict.fromkeys(range(100_000), 1),
        deep,
        circle,
        10**5000,
    ):
        assert len(held(value)) < 10_000
    assert len(redaction.traceback("frame\n" * 100_000)) < 4 * redaction.LONGEST_TRACEBACK


def test_a_traceback_cannot_pass_for_lines_of_the_log() -> None:
    told = redaction.traceback('ValueError: bad\n{"level":"info","event":"all well"}\r\x1b[2Kgone')
    assert all(line.startswith("    ") for line in told.split("\n"))
    assert "\x1b" not in told
    assert "\r" not in told


def test_an_object_that_cannot_be_shown_is_named() -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("no")

    assert redaction.clean(Broken()) == "<Broken: RuntimeError>"
