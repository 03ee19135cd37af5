"""Downloadable models: what the manifests name is fetched, checked, and handed out as paths."""

from hub.models.manifest import About, ModelFile, Source, Upstream, read_manifest
from hub.models.state import Models, ModelState

__all__ = ["About", "ModelFile", "ModelState", "Models", "Source", "Upstream", "read_manifest"]
