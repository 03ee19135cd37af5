"""Language models: the port they share, the router that asks them, and the model in the box."""
