"""Read which model files a part of the hub needs, what they are, and where each may come from.

A manifest is TOML: an ``[about.ID]`` table a model, and a ``[[model]]`` table a file of it:

    [about.silero]
    label = "Silero VAD 5"               # its name, for people
    purpose = "hearing"                  # hearing, speaking, turns, language or other
    summary = "Hears when you speak."
    origin = "https://github.com/…"      # whose it is
    attribution = "Copyright (c) …"      # what its licence asks to be said
    licence_url = "https://…/LICENSE"    # where its licence can be read
    notice = ""                          # what is not settled about its licence
    optional = false                     # true: offered, not fetched unasked

    [[model]]
    name = "silero"                      # what the code asks for
    about = "silero"
    title = "ears"                       # what a person is told
    file = "silero_vad.onnx"             # its name in the models folder
    size = 2_327_524                     # bytes
    sha256 = "…"                         # of the file
    licence = "MIT"
    package_size = 10_695_120            # bytes to download: the whole wheel
    [[model.sources]]                    # tried in order, see `ordered`
    package = "pipecat-ai"
    version = "1.14.0"
    member = "pipecat/…/silero_vad.onnx" # the file inside the wheel
    platform = ""                        # set for a wheel that is built for one machine only
    archive_sha256 = "…"                 # of the wheel
    [[model.sources]]
    url = "https://…/silero_vad.onnx"    # the very file, at its makers' own hub
"""

from __future__ import annotations

import hashlib
import platform
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from hub.errors import HubError

if TYPE_CHECKING:
    from pathlib import Path

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
PlainName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Purpose = Literal["hearing", "speaking", "turns", "language", "other"]
_strict = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Source:
    """A wheel in a package registry, and the file inside it.

    ``platform`` is a wheel's platform tag; it is needed only where the wheel is not for any machine,
    and lets a board of one kind take data from a wheel that was built for another.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _strict
    package: PlainName
    version: PlainName
    member: str
    platform: str = ""
    archive_sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""

    @property
    def archive(self) -> str:
        """A file name that is the same for every member of one wheel."""
        return "-".join(filter(None, (self.package, self.version, self.platform)))

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return f"package {self.package} {self.version}"


@dataclass(frozen=True, slots=True)
class Upstream:
    """The very file at an address of the hub where its makers publish it; the file's digest rules."""

    __pydantic_config__: ClassVar[ConfigDict] = _strict
    url: Annotated[str, Field(pattern=r"^https?://[^/?#\s]+/[^\s]+$")]

    @property
    def archive(self) -> str:
        """A file name of its own."""
        return f"url-{hashlib.blake2b(self.url.encode(), digest_size=8).hexdigest()}"

    @property
    def host(self) -> str:
        """The server that is asked."""
        return urlsplit(self.url).netloc

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return self.host


@dataclass(frozen=True, slots=True)
class About:
    """What a model is and whose; one or several files make it up."""

    __pydantic_config__: ClassVar[ConfigDict] = _strict
    id: PlainName
    label: str
    purpose: Purpose = "other"
    summary: str = ""
    origin: str = ""
    attribution: str = ""
    licence_url: str = ""
    notice: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model: ``size`` is its own, ``package_size`` that of its wheel, both in bytes."""

    __pydantic_config__: ClassVar[ConfigDict] = _strict
    name: PlainName
    title: str
    file: PlainName
    size: Annotated[int, Field(gt=0)]
    sha256: Sha256
    licence: str
    sources: Annotated[tuple[Source | Upstream, ...], Field(min_length=1)]
    package_size: Annotated[int, Field(ge=0)] = 0
    about: About | None = None

    @property
    def model(self) -> str:
        """The model that this file belongs to; a file that says nothing is one by itself."""
        return self.about.id if self.about else self.name

    @property
    def optional(self) -> bool:
        """Whether it is only offered, not fetched unasked."""
        return self.about is not None and self.about.optional

    @property
    def download_size(self) -> int:
        """Bytes to download."""
        return self.package_size or self.size


def ordered(file: ModelFile) -> tuple[Source | Upstream, ...]:
    """Return the sources of ``file`` as they are tried here.

    Packages that fit this machine come first, then wheels built for another one (the data in them is
    the same), then the makers' own hub; within each kind the manifest's order rules.
    """
    return tuple(sorted(file.sources, key=_rank))


def _rank(source: Source | Upstream) -> int:
    if isinstance(source, Upstream):
        return 2
    return int(bool(source.platform) and not source.platform.endswith(f"_{platform.machine()}"))


_tables = TypeAdapter(tuple[ModelFile, ...])


def read_manifest(path: Path) -> tuple[ModelFile, ...]:
    """Return the model files that the manifest at ``path`` names, in its order.

    Raises `HubError` naming the file and the field when it cannot be read or understood.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
        return _tables.validate_python([_whole(one, tables) for one in tables.get("model", [])])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _unreadable(path, f"model.{where}: {first['msg']}") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from error


def _whole(model: Any, tables: dict[str, Any]) -> Any:
    """Put the ``[about.ID]`` table that ``model`` names into it."""
    if not isinstance(model, dict) or "about" not in model:
        return model
    known, name = tables.get("about", {}), model["about"]
    if name not in known:
        raise ValueError(f"there is no table [about.{name}]")
    return model | {"about": known[name] | {"id": name}}


def _unreadable(path: Path, why: str) -> HubError:
    return HubError(
        f"The model manifest {path} cannot be read: {why}", fix="Reinstall the hub or the plugin."
    )
