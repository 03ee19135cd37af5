"""Say what is in a backup: every member with its size, digest, schema and rows."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT = 1
NAME = "manifest.json"
CORE, KEY, FORGOTTEN, CONFIG = "core.db", "keys/master.key", "forgotten.jsonl", "hub.toml"

_PLAIN = r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*"
NAMES = re.compile(rf"(?=.{{1,99}}$){_PLAIN}(/{_PLAIN})?")
"""A member's name: one folder deep at most, and nothing that leads elsewhere."""


class Member(BaseModel):
    """One file. ``rows`` by table and ``schema_version`` are those of a database."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(max_length=99)
    kind: Literal["cipher", "sqlite", "file"]
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    schema_version: int = 0
    rows: dict[str, int] = Field(default_factory=dict)


class LeftOut(BaseModel):
    """A file that could not be read when the backup was made, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    why: str


class Manifest(BaseModel):
    """The last member of a backup. ``created``: Unix seconds, when it began; ``key``: `fingerprint`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: int = FORMAT
    hub: str
    created: float
    key: str
    members: tuple[Member, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all members."""
        return sum(member.size for member in self.members)

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(sum(member.rows.values()) for member in self.members)


def fingerprint(master: bytes) -> str:
    """Return what tells two master keys apart, and nothing about either."""
    return hmac.new(master, b"timmy-hub backup", hashlib.sha256).hexdigest()[:16]
