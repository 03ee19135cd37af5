"""Install ten small plugins into a folder, for a hub that is to run under load."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CODE = '''"""A plugin that does nothing but show a tile."""
from hub import Tile, hookimpl

@hookimpl
def hub_panels(register):
    register.tile(lambda: Tile(number="{number}", unit="things", note="Counted just now"))
'''
ABOUT = """name = "load{number}"
title = "Load {number}"
summary = "Shows a tile."
api = "1"
order = {order}
"""


def install_ten(folder: Path) -> Path:
    """Put ten plugins with their entry points into ``folder``; return what belongs on PYTHONPATH."""
    for number in range(10):
        name = f"hub_load{number}"
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(CODE.format(number=number))
        (folder / name / "hub-plugin.toml").write_text(ABOUT.format(number=number, order=50 + number))
        about = folder / f"{name}-1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (about / "entry_points.txt").write_text(f"[hub.plugins]\nload{number} = {name}\n")
    return folder
