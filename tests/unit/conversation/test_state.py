from __future__ import annotations

from itertools import pairwise, product

import pytest

from hub.conversation.state import STEPS, SessionState, path

ALL = list(SessionState)


@pytest.mark.parametrize(("here", "there"), list(product(ALL, ALL)))
def test_every_way_is_made_of_legal_steps(here: SessionState, there: SessionState) -> None:
    """S4-10."""
    way = [here, *path(here, there)]
    assert way[-1] == there
    assert all(b in STEPS[a] for a, b in pairwise(way))


def test_only_idle_leads_to_recording_from_rest() -> None:
    assert STEPS[SessionState.IDLE] == {SessionState.RECORDING}


def test_cancel_reaches_idle_in_one_step_from_everywhere() -> None:
    for state in ALL:
        assert len(path(state, SessionState.IDLE)) <= 1
