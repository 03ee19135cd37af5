"""Work that survives: due at a moment, with progress and a checkpoint, resumed after whatever happens."""

from __future__ import annotations

from hub.jobs.clock import Clock, Due
from hub.jobs.job import Job, Progress, State
from hub.jobs.running import Running
from hub.jobs.scheduler import Jobs

__all__ = ["Clock", "Due", "Job", "Jobs", "Progress", "Running", "State"]
