"""Find in a text what opens something or tells who somebody is, and put placeholders in its place."""
