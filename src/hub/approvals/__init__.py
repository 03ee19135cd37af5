"""Let a person decide what may act on the world: the gate, its single-use grants and their audit outbox."""
