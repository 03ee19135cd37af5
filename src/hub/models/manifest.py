"""Read which model files a part of the hub needs, and where each may come from.

A manifest is TOML, one ``[[model]]`` table a file:

    [[model]]
    name = "silero"                      # what the code asks for
    title = "ears"                       # what a person is told
    file = "silero_vad.onnx"             # its name in the models folder
    size = 2_327_524                     # bytes
    sha256 = "…"                         # of the file
    licence = "MIT"
    package_size = 10_695_120            # bytes to download: the whole wheel
    [[model.sources]]                    # tried in order
    package = "pipecat-ai"
    version = "1.14.0"
    member = "pipecat/…/silero_vad.onnx" # the file inside the wheel
    platform = ""                        # set for a wheel that is built for one machine only
    archive_sha256 = "…"                 # of the wheel
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from hub.errors import HubError

if TYPE_CHECKING:
    from pathlib import Path

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
PlainName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
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


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model: ``size`` is its own, ``package_size`` that of the wheel, both in bytes."""

    __pydantic_config__: ClassVar[ConfigDict] = _strict
    name: PlainName
    title: str
    file: PlainName
    size: Annotated[int, Field(gt=0)]
    sha256: Sha256
    licence: str
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    package_size: Annotated[int, Field(gt=0)]


_tables = TypeAdapter(tuple[ModelFile, ...])


def read_manifest(path: Path) -> tuple[ModelFile, ...]:
    """Return the model files that the manifest at ``path`` names, in its order.

    Raises `HubError` naming the file and the field when it cannot be read or understood.
    """
    try:
        return _tables.validate_python(tomllib.loads(path.read_text("utf-8")).get("model", []))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _unreadable(path, f"model.{where}: {first['msg']}") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from error


def _unreadable(path: Path, why: str) -> HubError:
    return HubError(
        f"The model manifest {path} cannot be read: {why}", fix="Reinstall the hub or the plugin."
    )
