"""What is installed is what was pinned, and what the README says can be made can be made."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("requirements*.lock"))
PROJECTS = [ROOT / "pyproject.toml", *sorted(ROOT.glob("[ep]*/*/pyproject.toml"))]
# Written so that this file does not match itself.
ADDRESSES = re.compile(
    r"pyp[i][.]org|pytho[n]hosted|regis[t]ry[.]npmjs|de[b][.]debian[.]org|(?<![\w.])/wor[k]/"
)


def pins(lock: Path) -> set[str]:
    """Return the names that ``lock`` pins."""
    return set(re.findall(r"^([a-z0-9-]+)==", lock.read_text(), re.MULTILINE))


def tracked() -> list[Path]:
    """Return every text file that git would carry."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_has_a_digest_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    for entry in re.split(r"\n(?=[a-z])", text):
        assert entry.startswith("#") or "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.parent.name)
def test_every_dependency_is_pinned(project: Path) -> None:
    about = tomllib.loads(project.read_text())
    wanted = about["project"]["dependencies"]
    names = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower().replace("_", "-") for line in wanted}
    assert names - {"timmy-hub"} <= pins(ROOT / "requirements.lock")


def test_the_tools_are_pinned() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    locks = {"uv": "requirements-uv.lock", "build": "requirements.lock", "dev": "requirements-dev.lock"}
    for group, lock in locks.items():
        assert {re.split(r"[^a-z0-9-]", line)[0] for line in groups[group]} <= pins(ROOT / lock)


def test_the_readme_names_only_what_can_be_made() -> None:
    readme = (ROOT / "README.md").read_text()
    said = set(re.findall(r"(?:(?<=`)|^)make ([a-z0-9-]+)(?:`|  | DATA)", readme, re.MULTILINE))
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    can = set(re.findall(r"make ([a-z0-9-]+) ", listed)) | {
        f"bench-{p.stem}" for p in ROOT.glob("bench/*.py")
    }
    assert said <= can
    assert {"dev", "test"} <= said


def test_the_readme_links_to_what_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text())
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_scripts_can_be_run() -> None:
    for script in [*(ROOT / "scripts").iterdir(), ROOT / ".ci" / "run"]:
        assert os.access(script, os.X_OK), script
        subprocess.run(["bash", "-n", str(script)], check=True)


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    guilty = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        guilty += [f"{path.relative_to(ROOT)}: {found[0]}" for found in ADDRESSES.finditer(text)]
    assert guilty == []


OLD_PYTHON = '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n'
NO_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\nexit 0\n'


@pytest.mark.parametrize(("python", "said"), [(OLD_PYTHON, "3.11 or newer"), (NO_VENV, "python3-venv")])
def test_a_python_that_will_not_do_is_told_with_the_fix(tmp_path: Path, python: str, said: str) -> None:
    stand_in = tmp_path / "python3"
    stand_in.write_text(python)
    stand_in.chmod(0o755)
    told = subprocess.run(
        [str(ROOT / "scripts" / "venv"), "absent.lock"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHON": str(stand_in)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert said in told.stderr
    assert "Fix: " in told.stderr
    assert not (tmp_path / ".venv").exists()
