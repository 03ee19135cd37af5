"""Find the entries whose vectors lie nearest to a question's: indices in RAM, derived from memory.db."""
