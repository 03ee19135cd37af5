"""The settings of the gate: a person changes them, a plugin or an agent never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hub import config
from hub.auth.roles import Forbidden
from hub.auth.sessions import Person
from hub.errors import HubError
from hub.plugin.acting import acting
from hub.settings import Configuration

from .conftest import GUEST, MEMBER, OWNER, TABLET

if TYPE_CHECKING:
    from pathlib import Path

LOOSER: dict[tuple[str, ...], Any] = {("approvals", "required"): []}


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    (tmp_path / "hub.toml").write_text('[approvals]\nrequired = ["guard"]\n')
    return Configuration(config.load(data=tmp_path), lambda _: None)


async def test_the_owner_changes_them_and_that_waits_for_a_restart(configuration: Configuration) -> None:
    now = await configuration.change({("approvals", "expire_s"): 60}, OWNER)
    assert (now.approvals.expire_s, now.approvals.required) == (60, ("guard",))
    assert configuration.waiting(now) == ("approvals",)


@pytest.mark.parametrize("who", [None, MEMBER, GUEST, TABLET, Person("a", "Agent", "agent")], ids=str)
async def test_nobody_else_does(configuration: Configuration, who: Person | None) -> None:
    for changes in (LOOSER, {("approvals",): None}, {("approvals", "expire_s"): 3_600}):
        with pytest.raises(Forbidden):
            await configuration.change(changes, who)
    assert (await configuration.read()).approvals.required == ("guard",)


@pytest.mark.parametrize(
    "key",
    [("approvals", "required"), ("approvals",), ("disabled",), ("plugins", "guard", "allow"), ("plugins",)],
    ids=".".join,
)
async def test_a_plugin_changes_its_own_settings_and_no_others(
    configuration: Configuration, key: tuple[str, ...]
) -> None:
    with acting("evil"):
        with pytest.raises(HubError, match="evil may not change"):
            await configuration.change({key: None}, OWNER)
        with pytest.raises(HubError, match="evil may not change"):
            await configuration.change({("plugins", "evil", "colour"): "red", key: None}, OWNER)
        await configuration.change({("plugins", "evil", "colour"): "blue"})
    now = await configuration.read()
    assert now.approvals.required == ("guard",)
    assert now.plugins == {"evil": {"colour": "blue"}}


@pytest.mark.parametrize("seconds", [29, 3_601, -1, "soon"])
async def test_an_answer_waits_half_a_minute_to_an_hour(configuration: Configuration, seconds: Any) -> None:
    with pytest.raises(config.Invalid):
        await configuration.change({("approvals", "expire_s"): seconds}, OWNER)
