"""What is refused before anything is changed, in words; installing itself is tried in tests/process."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from tests.wheels import repository, wheel

from hub.errors import HubError
from hub.plugin import environment, install, resolve, trespass, wheels
from hub.plugin.environment import MovesError, Snapshot


@pytest.fixture(autouse=True)
def no_pip(monkeypatch: pytest.MonkeyPatch) -> object:
    """Nothing here may come as far as pip, which would act on the environment of the tests."""
    before = repository()

    def refuse(*arguments: str, about: str) -> str:
        raise AssertionError(f"pip was run for {about}: {arguments}")

    monkeypatch.setattr(install, "pip", refuse)
    monkeypatch.setattr(resolve, "pip", refuse)
    yield
    assert repository() == before


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        ("--index-url=http://evil", "no plugin"),
        ("-rlist.txt", "no plugin"),
        ("two words", "neither"),
        ("./nowhere", "not there"),
        ("nowhere.whl", "not there"),
        ("git+https://example.org/kettle", "source"),
        ("https://example.org/kettle.tar.gz", "source"),
    ],
)
def test_what_is_no_plugin(spec: str, word: str, tmp_path: Path) -> None:
    with pytest.raises(HubError, match=word) as refused:
        install.install(tmp_path, [spec])
    assert refused.value.fix
    assert list(tmp_path.iterdir()) == []


def test_an_archive_of_source_is_built_only_when_asked(tmp_path: Path) -> None:
    archive = tmp_path / "hub-kettle-1.0.tar.gz"
    archive.write_bytes(b"")
    with pytest.raises(HubError, match="source") as refused:
        install.install(tmp_path / "data", [str(archive)])
    assert "--allow-source" in refused.value.fix


def test_what_the_hub_stands_on_is_known_to_the_last_package() -> None:
    held = environment.pins()
    assert {"timmy-hub", "click", "pydantic", "pydantic-core", "starlette", "pip"} <= set(held)
    assert held["click"] == metadata.version("click")
    assert "pytest" not in held
    assert "ruff" not in held


def test_a_wheel_that_would_move_a_pin_is_refused_by_name(tmp_path: Path) -> None:
    made = wheel(tmp_path, "kettle", requires=("timmy-hub", "click<2"))
    with pytest.raises(MovesError, match=r"click .*hub-kettle asks for click<2") as refused:
        install.install(tmp_path / "data", [str(made)])
    assert metadata.version("click") in refused.value.fix


def test_a_wheel_that_is_the_hub_itself_is_refused(tmp_path: Path) -> None:
    made = wheel(tmp_path, "voice", "99", distribution="timmy-hub-voice", requires=())
    with pytest.raises(MovesError, match="timmy-hub-voice"):
        install.install(tmp_path / "data", [str(made)])


def test_a_wheel_that_needs_source_is_refused(tmp_path: Path) -> None:
    made = wheel(tmp_path, "kettle", requires=("boil @ git+https://example.org/boil",))
    with pytest.raises(HubError, match="boil from source"):
        install.install(tmp_path / "data", [str(made)])


def test_a_package_that_is_no_plugin_is_refused(tmp_path: Path) -> None:
    made = wheel(tmp_path, "plain_thing", plugin=False, requires=())
    with pytest.raises(HubError, match="no plugin of the hub in plain_thing"):
        install.install(tmp_path / "data", [str(made)])


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    made = wheel(tmp_path, "voice", distribution="hub-other-voice")
    with pytest.raises(HubError, match="already timmy-hub-voice's"):
        install.install(tmp_path / "data", [str(made)])


def test_a_command_that_is_taken_is_refused(tmp_path: Path) -> None:
    made = wheel(tmp_path, "kettle", about='[commands.serve]\nrun = "hub_kettle:go"\nabout = "Boil."\n')
    with pytest.raises(HubError, match="command serve is already the hub's"):
        install.install(tmp_path / "data", [str(made)])


def test_who_says_no_is_heard_before_anything_is_changed(tmp_path: Path) -> None:
    made = wheel(tmp_path, "kettle", about='[permissions.network]\nwhy = "Asks the kettle."\n')
    seen = []
    assert (
        install.install(tmp_path / "data", [str(made)], agree=lambda found: seen.extend(found) or False) == []
    )
    (about,) = seen[0].plugins.values()
    assert [(one.name, one.enforced) for one in about.asks] == [("network", False)]
    assert not (tmp_path / "data").exists()


def test_wheels_are_read_without_being_run(tmp_path: Path) -> None:
    read = wheels.read(wheel(tmp_path, "kettle", "2.1", code="raise SystemExit(3)"))
    assert (read.distribution, read.version, read.names) == ("hub-kettle", "2.1", ("kettle",))
    assert read.requires == ("timmy-hub",)
    assert len(read.sha256) == 64


@pytest.mark.parametrize(
    ("about", "word"),
    [("api = '9'", "api 9"), ("colour = 'red'", "colour"), ("api = [", "cannot be read")],
)
def test_manifests_that_lie(tmp_path: Path, about: str, word: str) -> None:
    with pytest.raises(HubError, match=word):
        wheels.read(wheel(tmp_path, "kettle", about=about))


def test_wheels_that_are_none(tmp_path: Path) -> None:
    torn = tmp_path / "hub_kettle-1.0-py3-none-any.whl"
    torn.write_bytes(b"PK torn")
    with pytest.raises(HubError, match="no wheel"):
        wheels.read(torn)


@pytest.mark.parametrize(
    ("files", "scripts", "word"),
    [
        ({"hub/__init__.py": ""}, "", "write over hub, which comes with the hub"),
        ({"hub_voice/__init__.py": ""}, "", "hub_voice, which comes with the hub"),
        ({"click/core.py": ""}, "", "click, which is click's"),
        ({"click.py": ""}, "", "click, which is click's"),
        ({"kettle.pth": "import os"}, "", "kettle.pth in it would run in every Python"),
        ({"sitecustomize.py": ""}, "", "sitecustomize.py in it would run"),
        ({"hub_kettle-1.0.data/purelib/hub/x.py": ""}, "", "write over hub"),
        ({}, "[console_scripts]\nhub = hub_kettle:go\n", "the command hub"),
        ({}, "[console_scripts]\npython = hub_kettle:go\n", "the command python"),
        ({"hub_kettle-1.0.data/scripts/pip": "x"}, "", "the command pip"),
    ],
)
def test_a_wheel_that_reaches_beyond_itself_is_refused(
    tmp_path: Path, files: dict[str, str], scripts: str, word: str
) -> None:
    made = wheel(tmp_path, "kettle", files=files, scripts=scripts)
    with pytest.raises(HubError, match=word):
        install.install(tmp_path / "data", [str(made)])


def test_a_wheel_may_bring_a_command_and_more_packages(tmp_path: Path) -> None:
    files = {"kettle_parts/boil.py": "", "hub_kettle-1.0.data/purelib/hub_kettle_more/x.py": ""}
    made = wheel(tmp_path, "kettle", files=files, scripts="[console_scripts]\nboil-kettle = hub_kettle:go\n")
    assert trespass.found(made, "hub-kettle") == ""


SAID = """
The conflict is caused by:
    hub-bad 0.1.0 depends on {wanted}
    The user requested (constraint) {pin}
ERROR: Cannot install hub-bad==0.1.0 because these package versions have conflicting dependencies.
ERROR: ResolutionImpossible: for help visit ...
"""


@pytest.mark.parametrize(
    ("wanted", "pin"), [("click<8.2", "click==8.4.2"), ("Pydantic_Core<2", "pydantic-core==2.1")]
)
def test_what_pip_says_of_a_pin_is_said_plainly(wanted: str, pin: str) -> None:
    error = environment._why(SAID.format(wanted=wanted, pin=pin), "Looking")
    assert isinstance(error, MovesError)
    assert f"hub-bad asks for {wanted}" in str(error)
    assert pin.replace("==", " ") in str(error)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("ERROR: No matching distribution found for kettle", "no wheel"),
        ("No module named pip", "no pip"),
        ("error: externally-managed-environment", "system's own"),
        ("warm up\nERROR: [Errno 28] No space left on device\nbye", "No space left"),
    ],
)
def test_other_complaints_of_pip(said: str, word: str) -> None:
    error = environment._why(said, "Looking for kettle")
    assert word in str(error)
    assert error.fix


def test_one_installation_at_a_time() -> None:
    code = "from hub.plugin import environment\nwith environment.alone(): print('in')"
    with environment.alone():
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "Plugins are being changed already" in other.stderr
    with environment.alone():
        pass


def test_files_are_put_back_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "site"
    info = home / "boil-1.dist-info"
    info.mkdir(parents=True)
    (home / "boil.py").write_text("old = 1")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: boil\nVersion: 1\n")
    (info / "RECORD").write_text(
        "boil.py,,\nboil-1.dist-info/METADATA,,\nboil-1.dist-info/RECORD,,\n../outside,,\n"
    )
    (tmp_path / "outside").write_text("precious")
    monkeypatch.syspath_prepend(home)
    monkeypatch.setattr(sys, "prefix", str(home))
    (tmp_path / "saved").mkdir()
    saved = Snapshot(tmp_path / "saved", ["boil", "never-heard-of"])
    (home / "boil.py").unlink()
    (info / "METADATA").write_text("spoilt")
    (tmp_path / "outside").write_text("changed since")
    saved.restore()
    assert (home / "boil.py").read_text() == "old = 1"
    assert metadata.version("boil") == "1"
    assert (tmp_path / "outside").read_text() == "changed since"


def test_a_project_whose_builder_is_here_needs_no_index(tmp_path: Path) -> None:
    assert not environment.builds_here(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[build-system]\nrequires = ["click"]\n')
    assert environment.builds_here(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[build-system]\nrequires = ["click", "never-heard-of-it"]\n')
    assert not environment.builds_here(tmp_path)
