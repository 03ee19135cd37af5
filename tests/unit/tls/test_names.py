"""The names and addresses by which the house reaches this machine."""

from __future__ import annotations

import socket
from collections import namedtuple
from typing import TYPE_CHECKING

import psutil
import pytest

from hub.config import Settings
from hub.tls import names

if TYPE_CHECKING:
    from pathlib import Path

Address = namedtuple("Address", "address")  # noqa: PYI024  as psutil has it


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Kitchen.fritz.box")
    found = ("127.0.0.1", "172.17.0.1", "10.0.0.4", "192.168.1.7", "8.8.8.8", "169.254.3.3", "fe80::1%eth0", "fd00::7",
             "aa:bb:cc:dd:ee:ff")  # fmt: skip
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: {"any": [Address(one) for one in found]})


@pytest.mark.usefixtures("machine")
def test_names_and_addresses_of_the_house(tmp_path: Path) -> None:
    settings = Settings(
        data=tmp_path, host="0.0.0.0", names=("Hub.lan", "192.168.1.99", "bad_name", "[fd00::9]")
    )
    found = names.found(settings)
    assert found.hosts == ("hub.lan", "kitchen", "kitchen.fritz.box", "kitchen.local", "localhost")
    assert found.addresses == (
        "192.168.1.7", "192.168.1.99", "10.0.0.4", "127.0.0.1", "172.17.0.1", "::1", "fd00::7", "fd00::9",
    )  # fmt: skip
    assert found.nearest == "192.168.1.7"
    assert set(found.all) == {*found.hosts, *found.addresses}


def test_a_machine_without_a_network_has_no_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "net_if_addrs", dict)
    assert names.found(Settings(data=tmp_path)).nearest == ""
