"""What the language models did, for pages and metrics."""
