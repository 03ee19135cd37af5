"""A turbovec that would end the hub ends a child instead, and is said."""

from __future__ import annotations

import sys

import pytest

from hub import Unavailable
from hub_memory.index import turbo
from hub_memory.index.quickest import quickest


@pytest.fixture
def asked_anew():
    turbo.usable.cache_clear()
    yield
    turbo.usable.cache_clear()


def test_it_runs_here(asked_anew):
    assert turbo.usable() == ""


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "ended with -4"),
        ("raise SystemExit('built for another')", "built for another"),
    ],
)
def test_one_built_for_another_processor_is_refused(asked_anew, monkeypatch, probe, words):
    monkeypatch.setattr(turbo, "_PROBE", probe)
    with pytest.raises(Unavailable, match=words) as refused:
        turbo.TurboIndex(64)
    assert "go on without it" in refused.value.fix


def test_one_that_is_not_installed_is_said(asked_anew, monkeypatch):
    monkeypatch.setitem(sys.modules, "turbovec", None)
    assert "not installed" in turbo.usable()


def test_it_takes_the_codes_place_only_where_it_runs(asked_anew, monkeypatch):
    assert quickest(64).name == "turbovec"
    turbo.usable.cache_clear()
    monkeypatch.setattr(turbo, "_PROBE", "raise SystemExit('built for another')")
    assert quickest(64).name == "sign codes"
