"""Language servers: what is known of each, how a person sets it up, and how it is spoken to."""
