"""Every check sees what it is for: each is provoked once by a set-up that is really broken, or told so."""

from __future__ import annotations

import asyncio
import builtins
import fcntl
import json
import os
import platform
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections import namedtuple
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from click.testing import CliRunner

from hub import config
from hub.auth.claim import Claims
from hub.backup import note
from hub.cli import doctor as cli
from hub.doctor import (
    Case,
    Finding,
    backups,
    case,
    clock,
    examine,
    folder,
    models,
    network,
    packages,
    plugins,
    stores,
    system,
    worst,
)
from hub.doctor import settings as settings_check
from hub.doctor.finding import CHECKS
from hub.plugin import manifest
from hub.store.database import Database
from hub.store.keys import master_key
from hub.store.schema import CORE
from hub.store.transcripts import Transcripts, Turn

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(autouse=True)
def no_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUB_MASTER_KEY", raising=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub's folder with an owner and a talk; closed."""
    folder = tmp_path_factory.mktemp("hub") / "data"
    asyncio.run(_fill(folder))
    folder.chmod(0o700)
    return folder


@pytest.fixture
def data(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, to be broken."""
    return Path(shutil.copytree(whole, tmp_path / "data"))


async def _fill(data: Path) -> None:
    master = master_key(data)
    core = Database(data / "core.db", master, CORE)
    await core.open()
    await Claims(core).redeem(await Claims(core).new_code())
    transcripts = Transcripts(core, data / "transcripts", master)
    await transcripts.begin(Turn("a", "talk", time.time(), "text", "hello", "done", "Hello.", "", "", 0.1))
    await transcripts.close()
    await core.close()


def of(data: Path, **more: Any) -> Case:
    return Case(data, config.load(data=data, **more))


def found(check: Callable[[Case], Any], case: Case, state: str = "") -> list[Finding]:
    """Run one check; what it finds in ``state`` must say what to do."""
    all_of_it = [finding for finding in check(case) if not state or finding.state == state]
    if state in {"care", "stop"}:
        assert all_of_it, f"{check.__name__} saw nothing"
        assert all(finding.fix and finding.what.endswith((".", "?")) for finding in all_of_it), all_of_it
    return all_of_it


def tree(folder: Path) -> dict[str, tuple[float, int, bytes]]:
    return {
        str(path): (
            path.stat().st_mtime_ns,
            path.stat().st_mode,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in [folder, *folder.rglob("*")]
    }


# -- the whole -------------------------------------------------------------------------------------


def test_on_a_good_hub_nothing_stops_and_nothing_changes(data: Path) -> None:
    before = tree(data)
    all_of_it = examine(of(data))
    assert [item for item in all_of_it if item.state == "stop"] == []
    assert {item.group for item in all_of_it} == {check.group for check in CHECKS}
    assert {"core.db", "Talks", "Key", "Packages", "Loading"} <= {item.name for item in all_of_it}
    assert tree(data) == before


def test_deep_reads_all_and_changes_nothing(data: Path) -> None:
    before = tree(data)
    looked = Case(data, config.load(data=data), deep=True)
    assert worst(found(stores.core, looked)) == worst(found(stores.talks, looked)) == "well"
    assert tree(data) == before


async def test_beside_a_hub_that_writes_it_reads_what_is_not_in_the_file_yet(data: Path) -> None:
    core = Database(data / "core.db", master_key(data), CORE)
    await core.open()
    await core.execute("INSERT INTO conversation (id, title, created, touched) VALUES ('a', '', 0, 0)")
    told = found(stores.core, Case(data, config.load(data=data), running=True))
    assert "1 talk." in told[0].what
    await core.close()


async def test_a_journal_that_was_left_is_read_from_a_copy(data: Path, tmp_path: Path) -> None:
    core = Database(data / "core.db", master_key(data), CORE)
    await core.open()
    await core.execute("INSERT INTO conversation (id, title, created, touched) VALUES ('a', '', 0, 0)")
    left = tmp_path / "left"
    (left / "keys").mkdir(parents=True)
    for name in ("core.db", "core.db-wal", "keys/master.key"):  # as a loss of power leaves them
        (left / name).write_bytes((data / name).read_bytes())
    await core.close()
    before = tree(left)
    assert "1 talk." in found(stores.core, of(left))[0].what
    assert tree(left) == before


def test_a_check_that_breaks_or_hangs_costs_only_itself(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hub.doctor import checkup

    def broken(_: Case) -> Any:
        raise RuntimeError("no such luck")

    def hung(_: Case) -> Any:
        time.sleep(3)
        return ()

    monkeypatch.setattr(checkup, "PATIENCE_S", 1.0)
    monkeypatch.setattr(
        checkup, "CHECKS",
        [checkup.Check("broken", "Here", broken), checkup.Check("hung", "Here", hung), *(check for check in CHECKS if check.name == "python")],
    )  # fmt: skip
    told = {item.name: item for item in examine(of(data))}
    assert "no such luck" in told["broken"].what
    assert "did not end" in told["hung"].what
    assert told["Python"].state == "well"


def test_a_module_that_cannot_be_imported_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hub.doctor.clock", None)
    told = examine(of(data), only="machine")
    assert [(item.name, item.state) for item in told if item.state == "stop"] == [("clock", "stop")]


def test_without_pydantic_the_rest_goes_on(data: Path) -> None:
    hidden = data.parent / "hidden"
    hidden.mkdir()
    (hidden / "pydantic.py").write_text("raise ImportError('pydantic is broken')")
    done = subprocess.run(
        (sys.executable, "-m", "hub.cli", "doctor", "--data", str(data)),
        capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(hidden)}, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "pydantic is broken" in done.stdout
    assert "Traceback" not in done.stderr
    assert "File system" in done.stdout


# -- the command -----------------------------------------------------------------------------------


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli.command, arguments)


def test_the_command_prints_words_and_no_colour_elsewhere(data: Path) -> None:
    done = run("--data", str(data), "--only", "clock")
    assert "\x1b" not in done.output
    assert "Date" in done.output
    assert "Python" not in done.output


def test_json_says_the_same(data: Path) -> None:
    (data / "keys" / "master.key").chmod(0o644)
    done = run("--data", str(data), "--json", "--only", "keys")
    whole = json.loads(done.output)
    assert whole["worst"] == "care"
    assert whole["findings"][0]["command"].startswith("chmod 700")
    assert done.exit_code == 0


def test_it_ends_with_one_when_something_stops(data: Path) -> None:
    (data / "keys" / "master.key").unlink()
    assert run("--data", str(data), "--only", "keys").exit_code == 1


def test_an_unknown_check_is_told_with_the_known_ones(data: Path) -> None:
    done = run("--data", str(data), "--only", "nonsense")
    assert "clock" in done.exception.fix


# -- the machine -----------------------------------------------------------------------------------


def test_an_old_or_narrow_python(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "OLDEST", (9, 0))
    found(system.python, of(data), "stop")
    monkeypatch.undo()
    monkeypatch.setattr(system, "_WIDE", 1 << 70)
    found(system.python, of(data), "stop")
    monkeypatch.undo()
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    found(system.python, of(data), "care")


def test_a_processor_without_avx2_and_one_with_neon(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(system, "_flags", lambda: {"sse2"})
    found(system.processor, of(data), "care")
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert "NEON" in found(system.processor, of(data), "well")[0].what


@pytest.mark.parametrize(("total", "available", "swap"), [(8e9, 1e8, 1), (1e9, 8e8, 1), (2e9, 1e9, 0)])
def test_little_ram(
    data: Path, monkeypatch: pytest.MonkeyPatch, total: float, available: float, swap: int
) -> None:
    Sizes = namedtuple("Sizes", "total available")  # noqa: PYI024
    monkeypatch.setattr(psutil, "virtual_memory", lambda: Sizes(total, available))
    monkeypatch.setattr(psutil, "swap_memory", lambda: Sizes(swap * 1e9, 0))
    found(system.ram, of(data), "care")


def test_no_processes_and_few_files(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    found(system.processes, of(data), "stop")
    monkeypatch.undo()
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 64))
    found(system.processes, of(data), "care")


# -- programs --------------------------------------------------------------------------------------


def test_a_missing_package_and_a_wrong_version(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["no-such-package-here>=1", "click>=999", "uvloop; sys_platform == 'nowhere'"]
    monkeypatch.setattr(metadata, "requires", lambda owner: wanted if owner == packages.OURS else [])
    told = found(packages.packages, of(data), "stop")
    assert [item.what.split()[0] for item in told] == ["no-such-package-here", "click"]
    assert "'click>=999'" in told[1].command


def test_a_wheel_that_cannot_be_loaded_and_one_that_kills(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wrong_machine.py").write_text("raise ImportError('wrong ELF class')")
    (tmp_path / "illegal.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGILL)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(packages, "COMPILED", ("wrong_machine", "json", "illegal"))
    told = found(packages.loading, of(data), "stop")
    assert [item.what.split()[0] for item in told] == ["wrong_machine", "illegal"]
    assert "wrong ELF class" in told[0].what


def test_an_old_sqlite(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "OLDEST_SQLITE", (9, 0, 0))
    found(packages.sqlcipher, of(data), "care")


def test_settings_that_cannot_be_read_or_understood(data: Path) -> None:
    (data / "hub.toml").write_text("prot = 8421\n")
    assert "port" in found(settings_check.settings, of(data), "care")[0].fix
    (data / "hub.toml").write_text("port = [")
    found(settings_check.settings, case(data=data), "stop")
    (data / "hub.toml").write_text("port = 'high'")
    told = found(settings_check.settings, case(data=data), "stop")
    assert "port" in told[0].what


# -- the network -----------------------------------------------------------------------------------


def test_a_taken_port_names_its_holder(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = found(network.port, of(data, port=taken.getsockname()[1]), "stop")
    assert f"process {os.getpid()}" in told[0].what
    assert "--port" in told[0].command


def test_an_address_that_is_not_there_and_one_for_all(data: Path) -> None:
    found(network.address, of(data, host="no-such-host.invalid"), "stop")
    found(network.address, of(data, host="0.0.0.0"), "care")
    found(network.microphone, of(data, host="0.0.0.0"), "care")
    assert "hub.lan" in found(network.address, of(data, host="0.0.0.0", names=("hub.lan",)), "well")[0].what


def test_a_machine_that_cannot_speak_to_itself(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Any:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", refuse)
    found(network.loopback, of(data), "stop")
    monkeypatch.setattr(socket, "create_connection", lambda *_: socket.socket())
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [(2, 1, 6, "", ("192.0.2.1", 0))])
    found(network.loopback, of(data), "care")


# -- the clock -------------------------------------------------------------------------------------


def test_a_clock_of_another_time(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "BUILT", 2090)
    found(clock.year, of(data), "stop")


@pytest.mark.parametrize(
    ("status", "error", "state"), [(0x40, 0, "care"), (0, 9_000_000, "care"), (0, 900, "well")]
)
def test_a_clock_that_nobody_keeps(
    data: Path, monkeypatch: pytest.MonkeyPatch, status: int, error: int, state: str
) -> None:
    monkeypatch.setattr(clock, "_adjtimex", lambda: clock._Timex(status=status, maxerror=error))
    assert found(clock.synchronised, of(data), state)


def test_the_kernel_is_really_asked() -> None:
    state = clock._adjtimex()
    assert state is None or 0 <= state.status < 1 << 16


def test_no_time_zone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr(clock, "_zone_of_system", lambda: "")
    found(clock.zone, of(data), "care")


# -- the data folder -------------------------------------------------------------------------------


def test_a_folder_open_to_others_one_that_is_a_file_and_one_of_somebody_else(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data.chmod(0o755)
    assert found(folder.folder, of(data), "care")[0].command == f"chmod 700 {data}"
    (tmp_path / "file").write_text("")
    found(folder.folder, Case(tmp_path / "file"), "stop")
    assert found(folder.folder, Case(tmp_path / "absent"))[0].state == "well"
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert "chown" in found(folder.folder, of(data), "stop")[0].command
    assert "chown" in found(folder.owners, of(data), "stop")[0].command


def test_a_folder_that_may_not_be_written(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    found(folder.folder, of(data), "stop")
    found(folder.folder, Case(tmp_path / "absent"), "stop")


def test_keys_that_are_open_broken_or_gone(data: Path) -> None:
    key = data / "keys" / "master.key"
    text = key.read_text()
    key.chmod(0o644)
    told = found(folder.keys, of(data), "care")
    assert text not in repr(told)
    key.write_text("0f0f")
    found(folder.keys, of(data), "stop")
    key.unlink()
    key.mkdir()
    found(folder.keys, of(data), "stop")
    key.rmdir()
    found(folder.keys, of(data), "stop")


def test_a_full_and_a_slow_disk(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Use = namedtuple("Use", "total used free")  # noqa: PYI024
    for free, state in ((1e8, "stop"), (1e9, "care")):
        monkeypatch.setattr(folder.shutil, "disk_usage", lambda _, free=free: Use(1e10, 0, free))
        found(folder.disk, of(data), state)
    monkeypatch.setattr(folder, "_fsync_s", lambda _: 0.5)
    assert "500 ms" in [item.what for item in found(folder.disk, of(data), "care")][-1]


@pytest.mark.parametrize(
    ("kind", "device", "state"),
    [
        ("nfs4", "box:/home", "stop"), ("cifs", "//box/home", "stop"), ("tmpfs", "tmpfs", "stop"),
        ("vfat", "/dev/sda1", "stop"), ("overlay", "overlay", "care"), ("ext4", "/dev/mmcblk0p2", "care"),
        ("ext4", "/dev/sda1", "well"),
    ],
)  # fmt: skip
def test_kinds_of_file_systems(
    data: Path, monkeypatch: pytest.MonkeyPatch, kind: str, device: str, state: str
) -> None:
    monkeypatch.setattr(folder, "mount_of", lambda *_: (kind, device))
    assert found(folder.file_system, of(data), state)


def test_the_mount_nearest_to_the_folder_counts(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        "23 22 0:50 / /my\\040data rw - nfs4 box:/data rw\n"
        "24 22 0:51 / /my rw - tmpfs tmpfs rw\n"
    )
    assert folder.mount_of(Path("/my data/hub"), table) == ("nfs4", "box:/data")
    assert folder.mount_of(Path("/my/hub"), table) == ("tmpfs", "tmpfs")
    assert folder.mount_of(Path("/mystery"), table) == ("ext4", "/dev/sda1")
    assert folder.mount_of(Path("/"), tmp_path / "absent") == ("", "")


def test_strangers_and_leftovers(data: Path) -> None:
    assert found(folder.strangers, of(data)) == []
    (data / "holiday.jpg").write_text("")
    (data / "core.db.draft-123").write_text("")
    (data.parent / "data.restoring").mkdir()
    words = " ".join(item.what for item in found(folder.strangers, of(data), "care"))
    assert "holiday.jpg" in words
    assert "core.db.draft-123" in words
    assert "data.restoring" in words


# -- stores and backups ----------------------------------------------------------------------------


def test_a_core_that_is_damaged_or_of_another_key(data: Path) -> None:
    path = data / "core.db"
    content = bytearray(path.read_bytes())
    (data / "keys" / "master.key").write_text("0f" * 32)
    found(stores.core, of(data), "stop")
    path.write_bytes(os.urandom(len(content)))
    found(stores.core, of(data), "stop")


def test_damage_in_the_middle_is_found_by_deep(data: Path) -> None:
    for path, check in (
        (data / "core.db", stores.core),
        (next((data / "transcripts").glob("*.db")), stores.talks),
    ):
        content = bytearray(path.read_bytes())
        content[-100] ^= 1
        path.write_bytes(content)
        found(check, Case(data, config.load(data=data), deep=True), "stop")
        content[-100] ^= 1
        path.write_bytes(content)


def test_a_newer_core_and_one_without_an_owner(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hub.store import schema

    monkeypatch.setattr(schema, "CORE", CORE[:-1])
    found(stores.core, of(data), "stop")
    monkeypatch.undo()

    async def leave() -> None:
        core = Database(data / "core.db", master_key(data), CORE)
        await core.open()
        await core.execute("DELETE FROM person")
        await core.close()

    asyncio.run(leave())
    assert found(stores.core, of(data), "care")[0].command == "hub claim"


def test_days_that_are_cut_off_or_have_lost_their_key(data: Path) -> None:
    day = next((data / "transcripts").glob("*.db"))
    day.write_bytes(day.read_bytes()[:100])
    found(stores.talks, of(data), "stop")
    day.rename(day.with_name(f"{day.name}.lost-1"))
    found(stores.talks, of(data), "care")


def test_whether_a_hub_runs(data: Path) -> None:
    assert not case(data=data).running
    with (data / "hub.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert case(data=data).running
    assert not case(data=data).running


def test_no_backup_an_old_one_and_one_that_was_not_read_back(data: Path) -> None:
    found(backups.backup, of(data), "care")
    for age, verified, state in ((30, True, "care"), (1, False, "care"), (1, True, "well")):
        made = time.time() - age * 86_400
        note.write(data, note.Note(at=made, file="/media/a.backup", size=1, verified=verified))
        assert found(backups.backup, of(data), state)


# -- models and plugins ----------------------------------------------------------------------------


def test_models_that_are_absent_or_damaged(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub import manifests
    from hub.models import ModelFile
    from hub.models.manifest import Source

    file = ModelFile(
        name="ears", title="ears", file="ears.bin", size=4, sha256="0" * 64, licence="MIT",
        sources=(Source(package="p", version="1", member="m"),), package_size=9,
    )  # fmt: skip
    monkeypatch.setattr(manifests, "known_models", lambda: (file,))
    assert "ears" in found(models.models, of(data), "care")[0].what
    (data / "models").mkdir()
    (data / "models" / "ears.bin").write_bytes(b"abcd")
    assert found(models.models, of(data), "well")
    found(models.models, Case(data, config.load(data=data), deep=True), "stop")
    assert found(models.licences, of(data), "well")[0].what == "MIT."


def test_plugins_that_are_broken(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = {}
    for name, code in {
        "bad": "raise ValueError('no')",
        "dead": "import os; os.abort()",
        "slow": "import time; time.sleep(9)",
        "good": "",
    }.items():
        package = tmp_path / f"hub_test_{name}"
        package.mkdir()
        (package / "__init__.py").write_text(code)
        (package / "hub-plugin.toml").write_text(f'name = "{name}"\ntitle = "{name}"\nsummary = "s"\n')
        entries[name] = metadata.EntryPoint(name, f"hub_test_{name}", manifest.GROUP)
    (tmp_path / "hub_test_torn").mkdir()
    (tmp_path / "hub_test_torn" / "__init__.py").write_text("")
    (tmp_path / "hub_test_torn" / "hub-plugin.toml").write_text("name = [")
    entries["torn"] = metadata.EntryPoint("torn", "hub_test_torn", manifest.GROUP)
    monkeypatch.setattr(manifest, "installed", lambda: entries)
    monkeypatch.setattr(plugins, "WAIT_S", 1.0)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    told = {item.name: item for item in plugins.plugins(of(data))}
    assert {name: item.state for name, item in told.items()} == {
        "bad": "stop", "dead": "stop", "slow": "stop", "torn": "stop", "good": "well",
    }  # fmt: skip
    assert "ValueError: no" in told["bad"].what
    assert "signal 6" in told["dead"].what


def test_nothing_heavy_is_imported_to_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    real = builtins.__import__

    def watch(name: str, *rest: Any, **named: Any) -> Any:
        seen.append(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", watch)
    for module in [name for name in sys.modules if name.startswith("hub.doctor")]:
        monkeypatch.delitem(sys.modules, module)
    import hub.doctor

    assert hub.doctor.examine
    assert not {"pydantic", "psutil", "sqlcipher3"} & set(seen)
