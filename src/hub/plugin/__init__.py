"""Plugins: their contract, how they are found, started, watched and stopped."""
