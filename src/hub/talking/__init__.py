"""Talk with a hub from the terminal: its socket, microphone and speaker, and the words on screen."""
