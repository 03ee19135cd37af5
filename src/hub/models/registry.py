"""Ask the machine's own pip where a wheel is kept, so that its index, proxy and keys are used.

pip answers with an address and a digest; the hub then downloads by itself, because pip neither
resumes nor tells how far it is. Where only pip may enter (a password, a private certificate),
pip downloads too.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.models.manifest import Source

_WHEELS_ONLY = ("--no-deps", "--ignore-requires-python", "--only-binary", ":all:")
_PATIENCE = ("--retries", "1", "--timeout", "15")
_CUT_OFF = (
    "connection broken",
    "connection error",
    "timed out",
    "name resolution",
    "not known",
    "unreachable",
)


class Unreachable(HubError):  # noqa: N818  a state, not a fault
    """The package index does not answer at all, so it is no use to ask it for anything else."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """Where the registry keeps a wheel; ``sha256`` is what the index says of it, or empty."""

    url: str
    sha256: str


async def locate(sources: Sequence[Source]) -> dict[str, Wheel | HubError]:
    """Return, by `Source.archive`, the wheel of each source or why there is none.

    One run of pip answers for all; only when that fails is each asked for on its own.
    """
    try:
        return await _report(sources)
    except Unreachable as error:
        return {source.archive: error for source in sources}
    except HubError as error:
        if len(sources) == 1:
            return {sources[0].archive: error}
    found: dict[str, Wheel | HubError] = {}
    for source in sources:
        found |= await locate([source])
    return found


async def download_with_pip(source: Source, folder: str) -> None:
    """Let pip itself download the wheel into ``folder``."""
    await _pip("download", *_WHEELS_ONLY, *_PATIENCE, "--dest", folder, *_names([source]))


async def _report(sources: Sequence[Source]) -> dict[str, Wheel | HubError]:
    # fast-deps: on an index without separate metadata pip reads the end of the wheel, not all of it.
    said = await _pip(
        "install", "--dry-run", "--ignore-installed", "--use-feature", "fast-deps", "--report", "-",
        *_WHEELS_ONLY, *_PATIENCE, *_names(sources),
    )  # fmt: skip
    wheels = {}
    for item in orjson.loads(said)["install"]:
        info = item["download_info"]
        digest = info.get("archive_info", {}).get("hashes", {}).get("sha256", "")
        wheels[_normal(item["metadata"]["name"])] = Wheel(info["url"], digest)
    return {source.archive: wheels[_normal(source.package)] for source in sources}


def _names(sources: Sequence[Source]) -> list[str]:
    platforms = sorted({source.platform for source in sources} - {""})
    return [
        *(argument for platform in platforms for argument in ("--platform", platform)),
        *(f"{source.package}=={source.version}" for source in sources),
    ]


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


async def _pip(*arguments: str) -> bytes:
    """Run pip and return what it printed; it is ended when this task is cancelled."""
    environ = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "NO_COLOR": "1"}
    pip = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pip", "--quiet", *arguments, stdout=PIPE, stderr=PIPE, env=environ
    )
    try:
        out, err = await pip.communicate()
    finally:
        if pip.returncode is None:
            pip.kill()
            await pip.wait()
    if pip.returncode:
        raise _why(err.decode(errors="replace"), arguments[-1])
    return out


def _why(said: str, wanted: str) -> HubError:
    """Turn pip's complaint into what happened and what to do."""
    if "No module named pip" in said:
        return Unreachable(
            "This Python has no pip, which fetches the models.",
            fix=f"Run: {sys.executable} -m ensurepip --upgrade",
        )
    if any(sign in said.lower() for sign in _CUT_OFF):
        return Unreachable(
            "The package index does not answer.",
            fix="Check this machine's network; I go on by myself when it is back.",
        )
    if "No matching distribution" in said:
        return HubError(
            f"The package index has no {wanted}.",
            fix="Let pip use an index that has it (pip config set global.index-url …), then: hub models pull",
        )
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "no reason given")
    return HubError(
        f"pip could not fetch {wanted}: {last}", fix="Mend what pip names, then run: hub models pull"
    )
