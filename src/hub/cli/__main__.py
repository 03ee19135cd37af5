"""Run the command as ``python -m hub.cli``."""

from hub.cli import main

main()
