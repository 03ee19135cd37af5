"""Keep the memories of several devices alike: over a folder that they share, or by asking each other."""
