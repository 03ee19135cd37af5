"""What is to be said: cut into pieces, made sayable, paced to the listener."""
