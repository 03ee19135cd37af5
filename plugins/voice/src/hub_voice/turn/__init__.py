"""When a person's turn begins and ends, and who has the floor."""
