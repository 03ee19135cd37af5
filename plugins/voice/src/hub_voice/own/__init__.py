"""Voices of people: their samples, kept encrypted, and what is learnt from them."""
