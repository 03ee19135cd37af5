"""Downloadable models: what the manifests name is fetched, checked, and handed out as paths."""

from hub.models.manifest import ModelFile, Source, read_manifest
from hub.models.state import Models, ModelState

__all__ = ["ModelFile", "ModelState", "Models", "Source", "read_manifest"]
