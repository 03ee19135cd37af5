"""Name the models that this installation can use: the core's own and those of its plugins."""

from __future__ import annotations

from pathlib import Path

import structlog

from hub.errors import HubError
from hub.models import ModelFile, read_manifest
from hub.plugin import manifest

log = structlog.get_logger(__name__)


def known_models() -> tuple[ModelFile, ...]:
    """Return the model files of the core and of every built plugin; a broken manifest costs only its own."""
    files = list(read_manifest(Path(__file__).parent / "llm" / "models.toml"))
    for entry in manifest.installed().values():
        try:
            about = manifest.read(entry)
            if about.models:
                files += read_manifest(manifest.package_folder(entry) / about.models)
        except HubError as error:
            log.warning("model manifest skipped", plugin=entry.name, reason=str(error))
    return tuple(files)
