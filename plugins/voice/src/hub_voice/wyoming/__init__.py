"""Speak Wyoming, Home Assistant's protocol: engines of other machines for us, and ours for them."""
