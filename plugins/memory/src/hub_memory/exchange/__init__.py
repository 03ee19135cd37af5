"""What comes from other memories, and goes to them: read, looked at first, taken in one piece, and undone."""
