"""One question on its way: who is asked next, under which deadlines, and how another goes on behind it."""
