"""The talk between a person and the hub: turns, history, prompt, and the binding to speech."""
