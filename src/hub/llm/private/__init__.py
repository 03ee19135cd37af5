"""How far words may go, and what is hidden of those that leave the house."""
