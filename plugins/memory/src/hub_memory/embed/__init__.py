"""Turn texts into vectors that lie close together when the texts mean the same."""
