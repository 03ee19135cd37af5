"""A child that cannot be imported."""

raise ImportError("no CUDA here")
