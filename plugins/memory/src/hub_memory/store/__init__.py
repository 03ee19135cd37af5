"""What is remembered, in one encrypted SQLite file."""
