"""What is known of models: shipped, told by servers, written down by the owner, each before the one before."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import HubError
from hub.llm.provider import Price, Usage
from hub.llm.servers.catalog import Catalog, checked
from hub.llm.servers.presets import PRESETS


def test_what_ships_knows_the_models_that_are_preset():
    for kind, preset in PRESETS.items():
        if preset.model:
            known = Catalog().about(kind, preset.model)
            assert known.sure
            assert known.price
            assert not preset.extra or preset.extra["reasoning_effort"] in known.efforts


def test_grok_costs_what_its_vendor_says():
    known = Catalog().about("xai", "grok-4.3")
    assert known.price == Price(1.25, 0.2, 2.5)
    assert known.context == 1_000_000
    a_month = known.price.of(Usage(600 * 3_600, 40 * 3_600, cached=480 * 3_600))
    assert a_month == pytest.approx(1.2456)  # research/router.md, section 2


@pytest.mark.parametrize(
    ("model", "same"),
    [
        ("gpt-5-mini-2025-08-07", "gpt-5-mini"), ("gpt-4.1-2025-04-14", "gpt-4.1"),
        ("gpt-4o-mini-20240718", "gpt-4o-mini"), ("gpt-5-latest", "gpt-5"),
    ],
)  # fmt: skip
def test_a_date_in_a_name_is_no_other_model(model, same):
    assert Catalog().about("gpt", model) == Catalog().about("gpt", same)
    assert Catalog().about("gpt", same).sure


def test_what_nobody_knows_is_counted_dearly_and_what_is_free_not_at_all():
    dear = Catalog().about("openai", "who-knows")
    assert not dear.sure
    assert dear.price.prompt >= 5
    assert Catalog().about("openai", "who-knows", free=True).price is None


def test_a_retired_model_has_a_successor_that_is_there():
    one = Catalog()
    assert one.successor("xai", "grok-4.1-fast-non-reasoning") == "grok-4.3"
    assert one.successor("xai", "grok-4.1-fast", ["grok-4.3", "grok-4.7"]) == "grok-4.3"
    assert one.successor("xai", "grok-4.1-fast", ["grok-4.7"]) != "grok-4.3"
    assert one.successor("openai", "qwen3-8b", ["qwen3:8b", "llama"]) == "qwen3:8b"
    assert not one.successor("openai", "qwen3-8b", ["whisper"])


def test_servers_tell_prices_room_and_abilities_in_their_own_ways():
    one = Catalog()
    one.learn("openrouter", [{
        "id": "x/large", "context_length": 200_000, "supported_parameters": ["temperature", "tools"],
        "pricing": {"prompt": "0.000003", "completion": "0.000015", "input_cache_read": "0.0000003"},
    }])  # fmt: skip
    known = one.about("openrouter", "x/large")
    assert (known.price.prompt, known.price.cached) == (pytest.approx(3), pytest.approx(0.3))
    assert (known.context, known.tools, known.efforts, known.sure) == (200_000, True, (), True)
    one.learn("xai", [{
        "id": "grok-9", "aliases": ["grok-9-latest"], "prompt_text_token_price": 20_000,
        "cached_prompt_text_token_price": 5_000, "completion_text_token_price": 60_000,
    }])  # fmt: skip
    assert one.about("xai", "grok-9-latest").price == Price(2.0, 0.5, pytest.approx(6.0))
    one.learn("vllm", [{"id": "m", "max_model_len": 8_192}], "a.lan")
    one.learn("vllm", [{"id": "m", "max_model_len": 4_096}], "b.lan")
    assert [one.about("vllm", "m", host=host).context for host in ("a.lan", "b.lan", "c.lan")] == [
        8_192,
        4_096,
        0,
    ]


@settings(deadline=None)
@given(st.lists(st.dictionaries(
    st.sampled_from(["id", "aliases", "pricing", "prompt_text_token_price", "context_length", "meta", "supported_parameters"]),
    st.none() | st.text(max_size=5) | st.floats() | st.integers() | st.lists(st.text(max_size=3), max_size=3)
    | st.dictionaries(st.sampled_from(["prompt", "completion", "n_ctx"]), st.floats() | st.text(max_size=5)),
), max_size=5))  # fmt: skip
def test_nonsense_of_a_server_teaches_no_nonsense(told):
    one = Catalog()
    one.learn("openai", told)
    for entry in told:
        if isinstance(name := entry.get("id"), str):
            known = one.about("openai", name)
            assert known.price.prompt >= 0
            assert known.context >= 0


def test_the_owners_file_goes_before_all_and_a_wrong_one_changes_nothing(tmp_path):
    one, file = Catalog(), tmp_path / "catalog.json"
    one.load(tmp_path)
    assert not one.trouble
    mine = {"kinds": {"xai": {"models": {"grok-4.3": {"prompt": 9}}, "retired": {"old": "grok-4.3"}}}}
    file.write_text(json.dumps(mine))
    one.load(tmp_path)
    one.learn("xai", [{"id": "grok-4.3", "prompt_text_token_price": 1, "completion_text_token_price": 1}])
    assert one.about("xai", "grok-4.3").price.prompt == 9
    assert one.successor("xai", "old") == "grok-4.3"
    for wrong in ("{", "[]", '{"kinds": {"xai": {"models": {"m": {"prompt": -1}}}}}', "[" * 100_000):
        file.write_text(wrong)
        one.load(tmp_path)
        assert "catalog.json" in one.trouble
        assert one.about("xai", "grok-4.3").price.prompt == 9
    file.unlink()
    one.load(tmp_path)
    assert not one.trouble
    assert one.about("xai", "grok-4.3").price.prompt < 9


@pytest.mark.parametrize("wrong", [
    3, {"kinds": []}, {"kinds": {"x": 1}}, {"kinds": {"x": {"models": []}}}, {"kinds": {"x": {"retired": []}}},
    {"kinds": {"x": {"models": {"m": 3}}}}, {"kinds": {"x": {"efforts": "low"}}}, {"kinds": {"x": {"prefill": "yes"}}},
    {"unknown": {"prompt": "dear"}}, {"unknown": {"prompt": float("nan")}},
])  # fmt: skip
def test_what_is_wrong_in_a_catalog_is_named(wrong):
    with pytest.raises(HubError) as caught:
        checked(wrong)
    assert caught.value.fix
