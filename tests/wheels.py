"""Write wheels by hand, and throw-away environments in which the hub is, for tests that install plugins."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

CODE = '''"""A plugin that was made for a test."""
from hub import Tile, hookimpl

@hookimpl
def hub_panels(register):
    register.tile(lambda: Tile(number="1"))
'''


def wheel(
    folder: Path,
    name: str,
    version: str = "1.0",
    *,
    code: str = CODE,
    requires: tuple[str, ...] = ("timmy-hub",),
    about: str = "",
    files: Mapping[str, str] | None = None,
    plugin: bool = True,
    distribution: str = "",
    scripts: str = "",
) -> Path:
    """Write the wheel of a plugin (or, with ``plugin=False``, of a plain package) and return its path."""
    package = f"hub_{name}" if plugin else name
    dist = (distribution or f"hub-{name}" if plugin else name).replace("-", "_")
    manifest = f'name = "{name}"\ntitle = "{name.title()}"\nsummary = "Is tried."\n{about}'
    info = f"{dist}-{version}.dist-info"
    needed = "".join(f"Requires-Dist: {one}\n" for one in requires)
    if 'extra == "gpu"' in needed:
        needed += "Provides-Extra: gpu\n"
    content = {f"{package}/__init__.py": code, **(files or {})}
    if plugin:
        content[f"{package}/hub-plugin.toml"] = manifest
        content[f"{info}/entry_points.txt"] = f"[hub.plugins]\n{name} = {package}\n{scripts}"
    content[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {dist.replace('_', '-')}\nVersion: {version}\n{needed}"
    )
    content[f"{info}/WHEEL"] = (
        "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    rows = "".join(f"{path},sha256={_digest(text)},{len(text.encode())}\n" for path, text in content.items())
    content[f"{info}/RECORD"] = f"{rows}{info}/RECORD,,\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{dist}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inner, text in content.items():
            archive.writestr(inner, text)
    return path


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


class Throwaway:
    """An environment of its own that sees the packages of this one, and into which alone is installed.

    ``offline``: no package index is asked, only the wheels in ``index``.
    """

    def __init__(self, folder: Path, *, index: Path | None = None) -> None:
        self.folder = folder
        venv.create(folder, with_pip=False, symlinks=True)
        self.python = folder / "bin" / "python"
        self.packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
        ours = sysconfig.get_path("purelib")
        # A .pth file inside a folder that a .pth file names is not read; addsitedir reads it.
        (self.packages / "repository.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
        self.env = {
            name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}
        }
        if index is not None:
            self.env |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index), "PIP_CONFIG_FILE": os.devnull}
            self.env.pop("PIP_EXTRA_INDEX_URL", None)
            self.env.pop("PIP_INDEX_URL", None)

    def run(
        self, *arguments: str, check: bool = True, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run this environment's Python and return what it said."""
        done = subprocess.run(
            (str(self.python), *arguments), capture_output=True, text=True, env=self.env, check=False, cwd=cwd,
            timeout=240,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done

    def hub(
        self, *arguments: str, check: bool = True, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ``hub`` in it."""
        return self.run("-m", "hub.cli", *arguments, check=check, cwd=cwd)

    def own(self) -> set[str]:
        """Return the distributions that lie in this environment itself."""
        return {path.name for path in self.packages.glob("*.dist-info")}


def repository() -> set[str]:
    """Return the distributions in the environment of the tests, which no test may change."""
    assert Path(sys.prefix).is_dir()
    return {path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info")}
