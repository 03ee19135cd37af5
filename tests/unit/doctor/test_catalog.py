"""The check-up reads the owner's own catalog of models."""

from __future__ import annotations

import pytest

from hub.doctor import checkup


@pytest.mark.parametrize(
    ("text", "state"), [(None, None), ('{"kinds": {}}', "well"), ("{", "care"), ('{"kinds": 3}', "care")]
)
def test_a_catalog_of_ones_own_is_read(tmp_path, text, state):
    if text is not None:
        (tmp_path / "catalog.json").write_text(text)
    found = checkup.examine(checkup.case(data=tmp_path), "catalog")
    assert [one.state for one in found] == ([state] if state else [])
    assert all(one.fix or one.state == "well" for one in found)
