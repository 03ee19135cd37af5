"""The adapters that are held to their contracts, with what each of them needs."""

from __future__ import annotations

from tests.unit.conftest import server

__all__ = ["server"]
