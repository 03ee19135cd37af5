"""A person's own text files, cut into entries that can be asked about and that name where they come from."""
