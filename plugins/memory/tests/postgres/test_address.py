"""Where the server is: what is refused, and that other machines are spoken to over TLS."""

from __future__ import annotations

import pytest

from hub import HubError
from hub_memory.postgres.address import parameters, told


@pytest.mark.parametrize(
    "server",
    ["", "db.example", "http://db.example", "host=db", "postgresql://[", "postgresql://h/d?nonsense=1"],
)
def test_what_is_no_address_is_refused(server):
    with pytest.raises(HubError) as caught:
        parameters(server)
    assert caught.value.fix


def test_a_password_in_the_address_is_refused_and_not_repeated():
    for server in ("postgresql://hub:hunter2@db/hub", "postgresql://hub@db/hub?password=hunter2"):
        with pytest.raises(HubError, match="password") as caught:
            parameters(server)
        assert "hunter2" not in str(caught.value) + caught.value.fix


@pytest.mark.parametrize(
    ("server", "mode"),
    [
        ("postgresql://hub@db.example/hub", "require"), ("postgresql://hub@192.0.2.7/hub", "require"),
        ("postgresql://hub@db.example/hub?sslmode=verify-full", "verify-full"),
        ("postgresql://hub@localhost/hub", None), ("postgresql://hub@127.0.0.1:5433/hub", None),
        ("postgresql://hub@/hub?host=/run/postgresql", None), ("postgresql:///hub", None),
        ("postgresql://hub@localhost,db.example/hub", "require"),
        ("postgresql://hub@localhost/hub?hostaddr=192.0.2.7", "require"),
    ],
)  # fmt: skip
def test_other_machines_are_spoken_to_over_tls(server, mode):
    assert parameters(server).get("sslmode") == mode


def test_it_is_named_without_its_user():
    assert told(parameters("postgresql://hub@db.example/hub")) == "db.example"
    assert told(parameters("postgresql://hub@/hub?host=/run/postgresql")) == "this machine"
