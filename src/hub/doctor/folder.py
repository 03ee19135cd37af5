"""Check the data folder: whose it is, who may read it, its disk, and what does not belong there."""

from __future__ import annotations

import errno
import os
import pwd
import re
import shutil
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hub.doctor.finding import Case, Finding, check, megabytes

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL, _TIGHT = 200e6, 2e9
_SLOW_S, _TRIES = 0.05, 5
_OTHERS = 0o077
_SHARED = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "sshfs",
    "fuse.sshfs",
    "9p",
    "ceph",
    "glusterfs",
    "fuse.rclone",
}
_FLEETING = {"tmpfs", "ramfs"}
_WITHOUT_OWNERS = {"vfat", "exfat", "msdos", "ntfs", "ntfs3", "fuseblk"}
_OURS = re.compile(
    r"(core|search)\.db(-wal|-shm|\.before-\d+)?|hub\.(toml|lock)|backup\.json|forgotten\.jsonl"
    r"|transcripts|models|keys|backups|logs?|plugins|cache|\.hub-scratch"
)
_DRAFT = re.compile(r".*\.draft(-\d+)?|backup\.json\.\d+")


@check("Data folder")
def folder(case: Case) -> Iterator[Finding]:
    """Check that it is there, this user's, and that nobody else may look in."""
    data = case.data
    try:
        info = data.stat()
    except FileNotFoundError:
        yield _absent(data)
        return
    except OSError as error:
        yield Finding(
            "Folder", "stop", f"{data}: {error.strerror}.", "Give this user that folder.", _own(data)
        )
        return
    if not stat.S_ISDIR(info.st_mode):
        yield Finding("Folder", "stop", f"{data} is a file.", "Move it away, or choose another --data.")
    elif info.st_uid != os.geteuid():
        yield Finding("Folder", "stop", f"{data} is {_user(info.st_uid)}'s, not {_user(os.geteuid())}'s.",
                      "Run the hub as that user, or give the folder to this one.", _own(data))  # fmt: skip
    elif not os.access(data, os.W_OK | os.X_OK):
        yield Finding("Folder", "stop", f"I may not write to {data}.", "Allow it.", f"chmod u+rwx {data}")
    elif info.st_mode & _OTHERS:
        yield Finding(
            "Folder",
            "care",
            f"Others on this machine may look into {data}.",
            "Close it.",
            f"chmod 700 {data}",
        )
    else:
        yield Finding("Folder", "well", f"{data} is this user's alone.")


def _absent(data: Path) -> Finding:
    parent = next(path for path in data.parents if path.exists())
    if os.access(parent, os.W_OK | os.X_OK):
        return Finding("Folder", "well", f"{data} is not there yet; the first start makes it.")
    return Finding(
        "Folder", "stop", f"I may not make {data}.", "Choose another folder.", "hub serve --data ~/hub"
    )


@check("Data folder")
def owners(case: Case) -> Iterator[Finding]:
    """Look for files of others: one start as root leaves some that the hub cannot write."""
    foreign = []
    for path in _files(case.data):
        with suppress(OSError):
            if path.lstat().st_uid != os.geteuid():
                foreign.append(path)
    if foreign:
        what = f"Some are another user's, such as {foreign[0].name} ({len(foreign)} in all)."
        yield Finding("Owners", "stop", what, "Give them to this user.", _own(case.data))


def _files(data: Path) -> Iterator[Path]:
    for top, folders, names in os.walk(data):
        folders[:] = [name for name in folders if name != "models"]
        yield from (Path(top, name) for name in (*names, *folders))


@check("Data folder")
def keys(case: Case) -> Iterator[Finding]:
    """Check that the master key is there, whole, and nobody else's to read; it is never shown."""
    if "HUB_MASTER_KEY" in os.environ:
        yield Finding("Key", "well", "The master key comes from HUB_MASTER_KEY.")
        return
    path = case.data / "keys" / "master.key"
    if not os.path.lexists(path):
        if (case.data / "core.db").exists():
            yield Finding("Key", "stop", f"{path} is missing: nothing can be read without it.",
                          "Put it back from your backup.", "hub restore FILE --replace")  # fmt: skip
        return
    try:
        whole = re.fullmatch(rb"\s*[0-9a-fA-F]{64}\s*", path.read_bytes()) is not None
    except OSError as error:
        yield Finding(
            "Key", "stop", f"{path} cannot be read: {error.strerror}.", "Allow it.", _own(case.data)
        )
        return
    if not whole:
        yield Finding("Key", "stop", f"{path} does not hold a key.", "Put it back from your backup.")
    elif (path.stat().st_mode | path.parent.stat().st_mode) & _OTHERS:
        command = f"chmod 700 {path.parent} && chmod 600 {path}"
        yield Finding("Key", "care", "Others may read the master key.", "Close it at once.", command)
    else:
        yield Finding("Key", "well", "There, and nobody else may read it.")


@check("Data folder")
def disk(case: Case) -> Iterator[Finding]:
    """Measure the room on the disk, and the time until something is safe on it."""
    place = next(path for path in (case.data, *case.data.parents) if path.exists())
    use = shutil.disk_usage(place)
    words = f"{megabytes(use.free)} of {megabytes(use.total)} free."
    if use.free < _FULL:
        yield Finding("Disk", "stop", words, "Free some of it: soon I can keep nothing.")
    elif use.free < _TIGHT:
        yield Finding("Disk", "care", words, "Free some of it: models and backups need room.")
    else:
        yield Finding("Disk", "well", words)
    took = _fsync_s(place)
    if took is not None and took > _SLOW_S:
        yield Finding("Disk speed", "care", f"It takes {took * 1e3:,.0f} ms until something is safe on it.",
                      "Use an SSD: every word waits for that.")  # fmt: skip
    elif took is not None:
        yield Finding("Disk speed", "well", f"What I write is safe within {took * 1e3:,.1f} ms.")


def _fsync_s(place: Path) -> float | None:
    """Return the median time of a small durable write, to a file without a name (open(2), O_TMPFILE)."""
    try:
        handle = os.open(place, os.O_TMPFILE | os.O_RDWR, 0o600)
    except (OSError, AttributeError):
        return None
    try:
        times = []
        for _ in range(_TRIES):
            began = time.perf_counter()
            os.write(handle, bytes(4096))
            os.fsync(handle)
            times.append(time.perf_counter() - began)
        return sorted(times)[_TRIES // 2]
    except OSError as error:
        return None if error.errno == errno.EINVAL else float("inf")
    finally:
        os.close(handle)


@check("Data folder")
def file_system(case: Case) -> Iterator[Finding]:
    """Check that the file system keeps what it is given: databases need true locks and a real disk."""
    place = next(path for path in (case.data, *case.data.parents) if path.exists())
    kind, device = mount_of(place.resolve(), Path("/proc/self/mountinfo"))
    elsewhere = "Choose a folder on a disk of this machine: hub serve --data ..."
    if kind in _SHARED:
        yield Finding("File system", "stop", f"{kind}: a share, on which databases break.", elsewhere)
    elif kind in _FLEETING:
        yield Finding(
            "File system", "stop", f"{kind}: all is gone when this machine is switched off.", elsewhere
        )
    elif kind in _WITHOUT_OWNERS:
        yield Finding(
            "File system", "stop", f"{kind} knows no owners: anybody could read the key.", elsewhere
        )
    elif kind == "overlay":
        yield Finding(
            "File system", "care", "The container's own: all is gone with the container.", "Mount a volume."
        )
    elif device.startswith("/dev/mmcblk"):
        yield Finding("File system", "care", f"{kind} on an SD card: they wear out.",
                      "Back up to another disk, or move to an SSD.", "hub backup /media/stick")  # fmt: skip
    elif kind:
        yield Finding("File system", "well", f"{kind} on {device}.")


def mount_of(place: Path, table: Path) -> tuple[str, str]:
    """Return kind and device of the file system of ``place`` by mountinfo (proc(5)); "" when not known."""
    best, found = -1, ("", "")
    try:
        lines = table.read_text("utf-8", "replace").splitlines()
    except OSError:
        return found
    for line in lines:
        left, _, right = line.partition(" - ")
        point = Path(left.split()[4].encode().decode("unicode_escape"))
        if place.is_relative_to(point) and len(point.parts) >= best:
            best, found = len(point.parts), (right.split()[0], right.split()[1])
    return found


@check("Data folder")
def strangers(case: Case) -> Iterator[Finding]:
    """Look for files that the hub did not make, and for what something that was killed has left."""
    try:
        names = sorted(path.name for path in case.data.iterdir())
    except OSError:
        return
    owned = _of_plugins()
    left = [name for name in names if _DRAFT.fullmatch(name)]
    odd = [
        name for name in names if not _OURS.fullmatch(name) and name not in left and _stem(name) not in owned
    ]
    staging = case.data.with_name(f"{case.data.name}.restoring")
    if staging.exists():
        yield Finding("Leftovers", "care", f"A restore was cut off and left {staging.name}.",
                      "The next restore clears it, or moves it aside.")  # fmt: skip
    if left and not case.running:
        yield Finding(
            "Leftovers",
            "care",
            f"Something was cut off and left {', '.join(left[:3])}.",
            "They may be deleted.",
        )
    if odd:
        more = f" and {len(odd) - 3} more" if len(odd) > 3 else ""  # noqa: PLR2004  as many are named
        yield Finding("Strangers", "care", f"I did not make {', '.join(odd[:3])}{more}.",
                      "Move them away: a backup does not hold them.")  # fmt: skip


def _of_plugins() -> set[str]:
    with suppress(Exception):
        from hub.plugin import manifest  # noqa: PLC0415  may be what is broken

        about = [manifest.read(entry) for entry in manifest.installed().values()]
        return {_stem(name.partition("/")[0]) for plugin in about for name in (plugin.name, *plugin.data)}
    return set()


def _stem(name: str) -> str:
    return name.partition(".")[0]


def _own(data: Path) -> str:
    return f"sudo chown -R {_user(os.geteuid())} {data}"


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
