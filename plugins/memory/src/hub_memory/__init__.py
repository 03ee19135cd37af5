"""Memory: announced by its manifest, not built yet."""
