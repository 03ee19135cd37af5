"""What the hub keeps: encrypted SQLite files, their keys, and the transcripts of talks."""
