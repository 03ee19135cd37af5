"""Backups: all that the hub knows in one sealed file, and the way back. See docs/adr/0006-backup.md."""
