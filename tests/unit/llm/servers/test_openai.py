"""The adapter against a real server: the protocol, its quirks, its faults, and a key that stays secret."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import re
import ssl
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from hub.llm.faults import Fault, message_of
from hub.llm.provider import Delta, Done, Message, Request, Usage
from hub.llm.servers.chunks import Thoughts
from hub.llm.servers.openai import OpenAI, Server

ASK = Request((Message("system", "Be brief."), Message("user", "Hi.")), "talk", 64)


@pytest.fixture
async def model(server):
    """A function that makes adapters for the server and retires them afterwards."""
    made = []

    def make(model="big-1", key="", url="", **about):
        async def read():
            return SecretStr(key) if key else None

        made.append(OpenAI("lab", Server("Lab", url or server.url, model, **about), read))
        return made[-1]

    yield make
    for one in made:
        await one.retire()


async def ask(one, deadline=5.0):
    return [piece async for piece in one.stream(ASK, deadline)]


def said(pieces):
    return "".join(piece.text for piece in pieces if isinstance(piece, Delta))


async def fault(one, deadline=5.0):
    with pytest.raises(Fault) as caught:
        await ask(one, deadline)
    assert str(caught.value).endswith(".")
    assert caught.value.fix
    return caught.value


async def test_it_asks_and_streams_as_the_protocol_says(server, model):
    pieces = await ask(model())
    assert "".join(piece.text for piece in pieces if isinstance(piece, Delta)) == "Hello there."
    assert pieces[-2:] == [Usage(12, 3), Done("stop")]
    asked = server.asked[0]
    assert asked["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi."},
    ]
    assert (asked["model"], asked["stream"], asked["max_tokens"]) == ("big-1", True, 64)
    assert asked["stream_options"] == {"include_usage": True}
    assert "Authorization" not in server.seen[0]


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        pytest.param("no done mark", "Hello there.", id="no [DONE]"),
        pytest.param("no finish", "Hello there.", id="[DONE] without a finish reason"),
        pytest.param("reasoning", "Yes.", id="reasoning_content and think tags are left out"),
        pytest.param("comments", "Yes.", id="comments and empty lines keep the line open"),
        pytest.param("split", "Grüße ✓", id="one byte at a time, CRLF"),
        pytest.param("parts", "Yes.", id="content in parts"),
        pytest.param("usage each time", "Yes.", id="usage in every chunk"),
    ],
)
async def test_servers_bend_the_protocol(server, model, script, answer):
    text, stop = server.text, server.STOP
    crlf = f"data: {json.dumps(text('Grüße ✓'), ensure_ascii=False)}\r\n\r\ndata:{json.dumps(stop)}\r\n\r\n".encode()
    server.script = {
        "no done mark": server.HELLO[:-1],
        "no finish": (text("Hello"), text(" there."), "[DONE]"),
        "reasoning": (
            {"choices": [{"delta": {"reasoning_content": "Hmm.", "content": None}}]},
            text("<thi"), text("nk>They"), text(" ask.</th"), text("ink>\n\n"), text("Yes."), stop,
        ),
        "comments": (b": ping\n\n", b"event: ping\n\n", b"\n\n", text("Yes."), b": ping\n\n", stop, "[DONE]"),
        "split": tuple(bytes([byte]) for byte in crlf),
        "parts": (text([{"type": "text", "text": "Yes"}, {"type": "image"}]), text("."), stop),
        "usage each time": (text("Yes.") | {"usage": {"prompt_tokens": 1, "completion_tokens": 1}}, stop, server.USAGE),
    }[script]  # fmt: skip
    pieces = await ask(model())
    assert said(pieces) == answer
    assert pieces[-1] == Done("stop")
    if script == "usage each time":
        assert pieces.count(Usage(12, 3)) == 1


async def test_a_server_that_does_not_stream_answers_too(server, model):
    server.kind = "application/json"
    server.script = ({"choices": [{"message": {"content": "Whole."}, "finish_reason": "length"}]},)
    whole, usage, done = await ask(model())
    assert (whole, done) == (Delta("Whole."), Done("length"))
    assert usage.estimated  # it told no figures, but it is paid all the same


async def test_fields_that_a_server_refuses_are_left_out_from_then_on(server, model):
    server.refuses = [
        ("reasoning_effort", "Model big-1 does not support parameter reasoningEffort."),
        ("stream_options", "Unknown field: stream_options"),
        ("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
    ]
    one = model(extra={"reasoning_effort": "none"})
    assert said(await ask(one)) == "Hello there."
    before = len(server.asked)
    await ask(one)
    assert len(server.asked) == before + 1
    assert server.asked[-1]["max_completion_tokens"] == 64
    assert not {"reasoning_effort", "stream_options", "max_tokens"} & set(server.asked[-1])


@pytest.mark.parametrize(
    ("status", "body", "what"),
    [
        (401, '{"error": {"message": "No."}}', "key"),
        (403, "", "key"),
        (
            400,
            '{"code": "Client specified an invalid argument", "error": "Incorrect API key provided"}',
            "key",
        ),
        (402, "", "credit"),
        (429, '{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}', "credit"),
        (429, '{"error": {"message": "Rate limit reached"}}', "pace"),
        (404, '{"error": {"message": "model \'big-1\' not found, try pulling it first"}}', "model"),
        (400, '{"error": {"message": "The model `big-1` does not exist"}}', "model"),
        (404, "404 page not found", "foreign"),
        (404, "<html><body>nginx</body></html>", "foreign"),
        (400, '{"detail": [{"msg": "no"}]}', "refused"),
        (407, "<html>Sign in</html>", "foreign"),
        (302, "", "foreign"),
        (500, "<html>", "broken"),
        (503, "{}", "broken"),
    ],
)
async def test_every_refusal_is_a_sentence_with_a_fix(server, model, status, body, what):
    server.status, server.body = status, body
    server.headers = {"location": "http://127.0.0.1:9/elsewhere", "retry-after": "7"}
    one = model()
    found = await fault(one)
    assert found.what == what, str(found)
    assert "Lab" in str(found)
    assert len(str(found).split()) <= 10
    if status == 429:
        assert found.retry_after == 7
    assert (await one.probe()).ok is (what == "refused")
    server.status = 200
    await ask(one)
    assert (await one.probe()).ok


@pytest.mark.parametrize(
    ("script", "kind", "what"),
    [
        ((), "text/event-stream", "cut"),
        ((None,), "text/event-stream", "cut"),
        (("ROLE", "STOP", "[DONE]"), "text/event-stream", "empty"),
        ((b"<html><body>Sign in to the hotel</body></html>",), "text/html", "foreign"),
        ((b"data: <html>\n\n",), "text/event-stream", "foreign"),
        ((b"data: [1]\n\n",), "text/event-stream", "foreign"),
        ((b"\x00\xff\xfe" * 100,), "application/octet-stream", "foreign"),
        (({"error": {"message": "CUDA out of memory"}},), "text/event-stream", "broken"),
        ((b'event: error\ndata: {"message": "no"}\n\n',), "text/event-stream", "broken"),
        (({"choices": [{"delta": {}, "finish_reason": "content_filter"}]},), "text/event-stream", "refused"),
        (({"choices": [{"delta": {}, "finish_reason": "length"}]},), "text/event-stream", "empty"),
        (tuple([b"data: " + b"x" * 300_000] * 5), "text/event-stream", "foreign"),
    ],
)  # fmt: skip
async def test_an_answer_that_is_none_is_a_fault_before_the_first_word(server, model, script, kind, what):
    server.script = tuple(getattr(server, step, step) if isinstance(step, str) else step for step in script)
    server.kind = kind
    assert (await fault(model())).what == what


@pytest.mark.parametrize("end", [(None,), (), ({"error": {"message": "overloaded"}},)])
async def test_an_answer_that_is_cut_ends_with_a_fault_after_its_words(server, model, end):
    server.script = (server.text("It is"), *end)
    pieces = []
    with pytest.raises(Fault) as caught:
        async for piece in model().stream(ASK, 5):
            pieces += [piece]
    assert said(pieces) == "It is"
    assert caught.value.what in {"cut", "broken"}


async def test_the_first_word_has_a_deadline_that_comments_do_not_extend(server, model):
    server.script = (*[part for _ in range(400) for part in (b": ping\n\n", 0.02)], server.text("late"))
    assert (await fault(model(), deadline=1.0)).what == "slow"
    await asyncio.wait_for(server.gone.wait(), 60)


async def test_closing_the_stream_closes_the_connection(server, model):
    server.script = (server.text("one"), *[part for _ in range(100) for part in (server.text("."), 0.02)])
    stream = model().stream(ASK, 5)
    assert (await anext(stream)).text.startswith("one")
    await stream.aclose()
    await asyncio.wait_for(server.gone.wait(), 60)


async def test_cancelling_before_the_first_word_closes_the_connection(server, model):
    server.script = (30.0,)
    task = asyncio.create_task(ask(model()))
    while not server.asked:
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    await asyncio.wait_for(server.gone.wait(), 60)


async def test_retiring_lets_a_running_answer_end(server, model):
    server.script = (server.text("one"), 0.2, server.text(" two"), server.STOP)
    one = model()
    stream = one.stream(ASK, 5)
    first = await anext(stream)
    await one.retire()
    assert first.text + said([piece async for piece in stream]) == "one two"


async def test_nobody_there_nobody_trusted(server, model, tmp_path):
    assert (await fault(model(url="http://127.0.0.1:9/v1"))).what == "away"
    assert "certificate" in str(await fault(model(url=await _untrusted(tmp_path))))


async def test_what_is_missing_is_said_without_asking(server, model):
    assert (await fault(model(model=""))).what == "model"
    keyless = model(needs_key=True)
    assert (await fault(keyless)).what == "key"
    assert (await keyless.probe()).fix == "Give it a key under Language."
    assert not server.seen


@pytest.mark.parametrize("kind", ["text/event-stream", "application/jsonl+json"])
async def test_what_is_packed_is_not_unpacked(server, model, kind):
    """I ask for plain answers; 64 kB of gzip unfold to 64 MB, and a whole answer to gigabytes."""
    server.kind, server.headers = kind, {"content-encoding": "gzip"}
    server.script = (gzip.compress(server.event(server.text("Hello")) + b" " * (1 << 26)),)
    assert (await fault(model())).what == "foreign"
    server.models = gzip.compress(b'{"data": []}' + b" " * (1 << 26))
    with pytest.raises(Fault):
        await model().models()


@pytest.mark.parametrize("status", [200, 400, 429])
async def test_json_without_bottom_is_a_fault_too(server, model, status):
    deep = "[" * 60_000
    server.status, server.body, server.script = status, deep, (server.event(deep),)
    server.headers = {"retry-after": "²"} if status == 429 else {}
    await fault(model())


async def test_the_models_on_offer_are_listed(server, model):
    assert await model().models() == ["big-1", "big-2"]
    server.models = {"models": [{"name": "small"}, {"name": 3}, "x"]}
    assert await model().models() == ["small"]
    server.models = ["nonsense"]
    with pytest.raises(Fault, match="another protocol"):
        await model().models()


async def test_the_key_is_sent_and_found_nowhere_else(server, model, caplog, capsys):
    """Not in an exception, its causes or frames, not in a repr, not in a log, and not at another address."""
    caplog.set_level(logging.DEBUG)
    server.key = server.KEY
    one = model(key=server.KEY)
    assert said(await ask(one)) == "Hello there."
    wrong = model(key=server.KEY + "x")
    failures = [await fault(wrong)]  # this server repeats what it was sent, as xAI does
    server.script = (None,)
    failures.append(await fault(one))
    server.status, server.headers = 307, {"location": server.url + "/elsewhere"}
    failures.append(await fault(one))
    shown = [repr(one), repr(one.server), repr(vars(one)), caplog.text, *capsys.readouterr()]
    for error in failures:
        shown += [str(error), error.fix, error.detail, repr(error)]
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        shown += ["".join(told.format())]
        assert error.__cause__ is None
    assert failures[0].what == "key"
    assert server.KEY not in "".join(shown)
    assert "/elsewhere" not in str(server.seen)


@settings(deadline=None)
@given(st.lists(st.text(alphabet="<>/think a\n", max_size=6), max_size=12))
def test_thoughts_are_cut_alike_however_the_text_arrives(parts):
    whole, pieces = Thoughts(), Thoughts()
    text = "".join(parts)
    assert "".join(pieces.feed(part) for part in parts).strip() == whole.feed(text).strip()
    inner = re.fullmatch(r"\s*<think>.*?</think>(.*)", text, re.DOTALL)
    if inner:
        assert whole._over or not inner[1].strip()


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.text() | st.integers(), lambda one: st.lists(one) | st.dictionaries(
    st.sampled_from(["error", "message", "detail", "code", "x"]), one)))  # fmt: skip
def test_any_error_body_is_read_without_an_error(body):
    assert isinstance(message_of(json.dumps(body)), str)
    assert isinstance(message_of(str(body)), str)


async def _untrusted(folder) -> str:
    """Serve TLS with a certificate that nobody vouches for."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    alternative = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = builder.add_extension(alternative, critical=True).sign(key, hashes.SHA256())
    pem = folder / "both.pem"
    plain = serialization.NoEncryption()
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    listening = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0, ssl=context)
    return f"https://localhost:{listening.sockets[0].getsockname()[1]}/v1"
