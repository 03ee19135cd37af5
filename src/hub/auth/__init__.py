"""Who may come in: people, their sessions, the owner's claim, and the guard at the door."""
