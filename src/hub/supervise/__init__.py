"""Child processes: start them, hang them on a leash, restart them with back-off, stop their whole tree."""
