"""What the hub tells of itself: logs, trace ids, metrics, and no secret in any of them.

Nothing is imported here: a child process that wants a trace id must not pay for a metrics library.
"""
