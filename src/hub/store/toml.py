"""Change a TOML file that people edit too: comments and order stay, and no other change is lost.

Writers lock the folder; a file that somebody saved by hand in the meantime is read again and changed
anew. What cannot be read is reported with its line and never written over.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tomllib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hub.errors import HubError
from hub.store.durable import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import tomlkit

    Key = tuple[str, ...]

_TRIES = 8


def read(path: Path) -> dict[str, Any]:
    """Return what ``path`` says; nothing when it is not there. Raises `HubError` with the line at fault."""
    return _parse(path, _content(path))


def change(
    path: Path, changes: Mapping[Key, Any], check: Callable[[dict[str, Any]], None] = lambda _: None
) -> dict[str, Any]:
    """Set the values at the keys of ``changes``, None removing; return what the file says then.

    ``check`` is given that beforehand and refuses it by raising; then nothing is written. Blocks.
    Raises `HubError` when the file is broken, cannot be written, or is being edited without pause.
    """
    path = path.resolve()  # a link stays a link
    with _plainly(path), _locked(path.parent):
        for _ in range(_TRIES):
            before = _content(path)
            wanted = _changed(_parse(path, before), changes)
            check(wanted)
            if wanted == _parse(path, before):
                return wanted
            after = _edited(path, before, changes)
            if _bare(_parse(path, after)) != _bare(wanted):
                raise _unclear(path)
            if _swap(path, before, after):
                return wanted
    raise HubError(f"{path.name} is being changed by somebody else.", fix="Close your editor and try again.")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except OSError as error:
        raise HubError(f"{path} cannot be read: {error.strerror}.", fix="Let this user read it.") from error


def _parse(path: Path, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise HubError(f"{path}, line {line}, is not UTF-8 text.", fix="Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        told = re.search(r"\(at line (\d+), column \d+\)", str(error))
        at = told[1] if told else content.count(b"\n") + 1  # else: at the end of the file
        what = str(error).partition(" (at ")[0].rstrip(".")
        raise HubError(f"{path}, line {at}: {what}.", fix="Mend that line of the file.") from error


def _changed(told: dict[str, Any], changes: Mapping[Key, Any]) -> dict[str, Any]:
    for key, value in changes.items():
        told = _with(told, key, value)
    return told


def _with(told: dict[str, Any], key: Key, value: Any) -> dict[str, Any]:
    first, *rest = key
    if rest:
        inner = told.get(first)
        if value is None and not isinstance(inner, dict):
            return told
        return told | {first: _with(inner if isinstance(inner, dict) else {}, tuple(rest), value)}
    if value is None:
        return {name: kept for name, kept in told.items() if name != first}
    return told | {first: value}


def _bare(told: dict[str, Any]) -> dict[str, Any]:
    """Return ``told`` without empty tables: whether their headings stay says nothing."""
    inner = {name: _bare(value) if isinstance(value, dict) else value for name, value in told.items()}
    return {name: value for name, value in inner.items() if value != {}}


def _edited(path: Path, before: bytes, changes: Mapping[Key, Any]) -> bytes:
    import tomlkit  # noqa: PLC0415  reading needs only the standard library
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        document = tomlkit.parse(before.decode())
        for key, value in changes.items():
            _put(document, key, value)
        return tomlkit.dumps(document).encode()
    except (TOMLKitError, ValueError, TypeError) as error:
        raise _unclear(path) from error


def _unclear(path: Path) -> HubError:
    return HubError(f"{path.name} is laid out in a way I cannot change.", fix="Change it by hand.")


def _put(document: tomlkit.TOMLDocument, key: Key, value: Any) -> None:
    import tomlkit  # noqa: PLC0415

    table: Any = document
    for number, name in enumerate(key[:-1]):
        if not isinstance(table.get(name), dict):
            if value is None:
                return
            table[name] = tomlkit.table(is_super_table=number < len(key) - 2)
        table = table[name]
    if value is None:
        table.pop(key[-1], None)
    else:
        table[key[-1]] = value


def _swap(path: Path, before: bytes, after: bytes) -> bool:
    """Put ``after`` in place of ``before``; False, and no change, when that is no longer what is there."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, draft)
        if _content(path) != before:
            return False
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise HubError(
            f"{path} cannot be written: {error.strerror}.",
            fix="Let this user write there, or free some space.",
        ) from error
