"""The model in the box: in a child process, as fast as this machine allows, and honest about its limits."""
