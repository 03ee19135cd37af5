"""Settings of a running hub: written, read again, overridden, waiting, and in force at once."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from hub import config, schema
from hub.config import Invalid, ProviderSettings
from hub.errors import HubError
from hub.network import distance
from hub.settings import Configuration


@pytest.fixture
def applied():
    return []


@pytest.fixture
def settings(tmp_path, applied):
    return Configuration(config.load(data=tmp_path), applied.append)


async def test_live_settings_take_effect_at_once_and_others_wait(settings, applied, tmp_path):
    now = await settings.change({("system_prompt",): "Be kind.", ("port",): 9000})
    assert (now.port, [one.system_prompt for one in applied]) == (9000, ["Be kind."])
    assert applied[0].port == 8420
    assert settings.waiting(now) == ("port",)
    now = await settings.change({("port",): None})
    assert settings.waiting(now) == ()
    assert (tmp_path / "hub.toml").read_text().strip() == 'system_prompt = "Be kind."'


async def test_an_edit_by_hand_takes_effect_when_the_settings_are_read(settings, applied, tmp_path):
    (tmp_path / "hub.toml").write_text(
        'forget_after_days = 7\n[providers.lab]\nbase_url = "http://nas:1/v1/"\n'
    )
    now = await settings.read()
    assert (applied[-1].forget_after_days, now.providers["lab"].address) == (7, "http://nas:1/v1")
    assert not now.providers["lab"].enabled
    await settings.read()
    assert len(applied) == 1


async def test_a_broken_or_wrong_file_changes_nothing(settings, applied, tmp_path):
    for text, named in (
        ("port = [", "line 1"),
        ('[providers.x]\nkind = "y"', "providers.x.kind"),
        ("port = -1", "port"),
    ):
        (tmp_path / "hub.toml").write_text(text)
        for act in (settings.read(), settings.change({("system_prompt",): "x"})):
            with pytest.raises(HubError, match=named):
                await act
        assert (tmp_path / "hub.toml").read_text() == text
    assert applied == []


async def test_what_the_environment_or_command_line_sets_is_not_changed_here(tmp_path, applied, monkeypatch):
    monkeypatch.setenv("HUB_PORT", "9001")
    monkeypatch.setenv("HUB_PROVIDERS__GROK__MODEL", "grok-9")
    monkeypatch.setenv("HUB_PROVIDERS__GROK__KIND", "xai")
    settings = Configuration(config.load(data=tmp_path, host="::1"), applied.append)
    assert settings.overridden(("port",)) == "HUB_PORT"
    assert settings.overridden(("host",)) == "--host"
    assert settings.overridden(("providers", "grok", "model")) == "HUB_PROVIDERS__GROK__MODEL"
    assert settings.overridden(("providers", "grok")).startswith("HUB_PROVIDERS__GROK__")
    assert not settings.overridden(("providers", "grok", "enabled"))
    with pytest.raises(Invalid) as caught:
        await settings.change({("port",): 1, ("names",): ["x"]})
    assert caught.value.fields == {"port": "set by HUB_PORT"}
    assert not (tmp_path / "hub.toml").exists()
    now = await settings.change({("providers", "grok", "enabled"): True})
    assert (now.providers["grok"].asked_for, now.providers["grok"].enabled, now.port) == (
        "grok-9",
        True,
        9001,
    )


async def test_the_data_folder_is_not_said_in_the_file_that_lies_in_it(settings, tmp_path, monkeypatch):
    monkeypatch.delenv("HUB_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    free = Configuration(config.load(), lambda _: None)  # as `hub serve` without --data
    for one in (settings, free):
        with pytest.raises(Invalid):
            await one.change({("data",): "/elsewhere"})
    assert not (tmp_path / "hub.toml").exists()


async def test_changes_at_the_same_time_are_all_kept(settings, tmp_path):
    async def by_hand():
        path = tmp_path / "hub.toml"
        for number in range(10):
            text = path.read_text() if path.exists() else ""
            path.write_text(f"# by hand {number}\n{text}")
            await asyncio.sleep(0.005)

    changes = [settings.change({("plugins", "voice", f"n{n}"): n}) for n in range(20)]
    await asyncio.gather(*changes)
    await by_hand()
    text = (tmp_path / "hub.toml").read_text()
    assert all(f"# by hand {number}" in text for number in range(10))
    assert (await settings.read()).plugins["voice"] == {f"n{n}": n for n in range(20)}


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("ftp://x/v1", "such as"), ("nonsense", "such as"), ("http://", "such as"), ("http://[::1/v1", "such as"),
        ("https://me:secret@x.com/v1", "bare"), ("https://x.com/v1?key=s", "bare"),
        ("http://api.x.ai/v1", "https"), ("http://8.8.8.8/v1", "https"), ("https://x .com", "such as"),
    ],
)  # fmt: skip
def test_an_address_that_is_none_or_would_give_words_away_is_refused(address, why):
    with pytest.raises(ValueError, match=why):
        ProviderSettings(base_url=address)


@pytest.mark.parametrize(
    ("host", "far"),
    [
        ("localhost", "machine"), ("127.0.0.2", "machine"), ("::1", "machine"), ("[::1]", "machine"),
        ("192.168.1.5", "house"), ("10.1.1.1", "house"), ("fe80::1%eth0", "house"), ("nas", "house"),
        ("nas.local", "house"), ("NAS.lan.", "house"), ("100.100.1.1", "house"), ("fd00::1", "house"),
        ("api.x.ai", "world"), ("8.8.8.8", "world"), ("localhost.evil.com", "world"), ("0.0.0.0", "world"),
        ("100.63.255.1", "world"), ("2001:4860:4860::8888", "world"), ("", "world"),
    ],
)  # fmt: skip
def test_how_far_a_host_is(host, far):
    assert distance(host) == far


FIELDS = [
    ({"type": "integer", "minimum": 0, "maximum": 9}, "5", 5, ["x", "-1", "10", "", "1.5"]),
    ({"type": "number", "minimum": 0.5}, "1.5", 1.5, ["0", "x", "nan"]),
    ({"type": "boolean"}, "on", True, []),
    ({"enum": ["a", "b"]}, "a", "a", ["c", ""]),
    ({"enum": [1, 2]}, "2", 2, ["3"]),
    ({"type": "string", "maxLength": 3}, "abc", "abc", ["abcd"]),
    ({"type": "string", "pattern": "^a"}, "ab", "ab", ["b"]),
    ({"type": "array", "items": {"type": "string"}}, "a, b,", ["a", "b"], []),
    ({"type": "array", "items": {"enum": ["a", "b"]}}, "a", ["a"], ["a,c"]),
]


@pytest.mark.parametrize(("about", "text", "value", "wrong"), FIELDS)
def test_what_a_person_wrote_is_read_by_its_schema(about, text, value, wrong):
    assert schema.parse(about, text) == value
    for other in wrong:
        with pytest.raises(ValueError, match=r"\w") as caught:
            schema.parse(about, other)
        assert str(caught.value) == schema.allowed(about)


@hypothesis(deadline=None)
@given(st.sampled_from(FIELDS), st.text(max_size=8))
def test_reading_any_text_gives_a_fitting_value_or_says_what_is_allowed(field, text):
    try:
        assert schema.check(field[0], schema.parse(field[0], text)) == ""
    except ValueError as error:
        assert str(error) == schema.allowed(field[0])
