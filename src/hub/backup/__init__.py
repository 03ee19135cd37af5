"""Backups: all that the hub knows in one sealed file, and the way back. See docs/adr/0006-backup.md."""

from hub.backup.create import create
from hub.backup.note import Note, last
from hub.backup.restore import restore, verify

__all__ = ["Note", "create", "last", "restore", "verify"]
