"""The plugin keeps the contract, greets, and counts."""

from __future__ import annotations

import hub_hello
from hub.testing import PluginHub, assert_plugin_contract


def test_the_contract() -> None:
    assert_plugin_contract(hub_hello)


def test_it_greets_as_it_is_told_to_and_counts() -> None:
    with PluginHub(hub_hello, settings={"hello": {"greeting": "Ahoy"}}) as home:
        assert home.call("say_hello", to="Ada") == "Ahoy, Ada."
        assert home.say("say hello to Ada") == "Ahoy, Ada."
        home.until(lambda: hub_hello.now["answers"] == 1)
