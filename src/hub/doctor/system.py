"""Check the machine: Python, processor, RAM, processes, GPU."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hub.doctor.finding import Case, Finding, check, megabytes

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST = (3, 11)
_WIDE = 1 << 32
_LITTLE, _ENOUGH, _FREE = 1.5e9, 4e9, 300e6
_FEW_FILES = 512
_KNOWN = {"x86_64", "amd64", "aarch64", "arm64"}
_LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); print(6 * 7)"


@check("Machine")
def python(_: Case) -> Iterator[Finding]:
    """Check Python's version, and for 64 bits: the models' engines have no wheels for 32."""
    version, machine = platform.python_version(), platform.machine().lower()
    if sys.version_info < OLDEST:
        yield Finding("Python", "stop", f"This is Python {version}.", "Install Python 3.11 or newer.")
    elif sys.maxsize < _WIDE:
        yield Finding("Python", "stop", f"Python {version} has 32 bits.", "Install a 64-bit system.")
    elif machine not in _KNOWN:
        yield Finding(
            "Python", "care", f"Python {version} on {machine}: I was not tried there.", "Use x86-64 or ARM64."
        )
    else:
        yield Finding("Python", "well", f"{version}, 64 bit, on {machine}.")


@check("Machine")
def processor(_: Case) -> Iterator[Finding]:
    """Look for the instructions that make the language model quick."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    plural = "core" if cores == 1 else "cores"
    flags = _flags()
    if platform.machine().lower() in {"aarch64", "arm64"}:
        dot = " with dot products" if "asimddp" in flags else ""
        yield Finding("Processor", "well", f"{cores} {plural}, NEON{dot}.")
    elif flags and "avx2" not in flags:
        yield Finding(
            "Processor", "care", f"{cores} {plural} without AVX2: my own language model is slow.",
            "Let me ask a language server, on the page Language.",
        )  # fmt: skip
    else:
        yield Finding("Processor", "well", f"{cores} {plural}{', AVX2' if flags else ''}.")


def _flags() -> set[str]:
    """Return the features in /proc/cpuinfo (proc(5)): ``flags`` on x86, ``Features`` on ARM."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return set()
    found = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return set(found.partition(":")[2].split())


@check("Machine")
def ram(_: Case) -> Iterator[Finding]:
    """Check RAM and swap."""
    import psutil  # noqa: PLC0415  may be what is broken

    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    words = f"{megabytes(memory.available)} of {megabytes(memory.total)} free"
    words += f", {megabytes(swap.total)} of swap." if swap.total else ", no swap."
    if memory.available < _FREE:
        yield Finding("RAM", "care", words, "Close other programs: I need about 600 MB to speak.")
    elif memory.total < _LITTLE:
        yield Finding("RAM", "care", words, "Speech wants 2 GB; writing works with less.")
    elif memory.total < _ENOUGH and not swap.total:
        yield Finding("RAM", "care", words, "Add 1 GB of swap, so that a peak does not kill me.")
    else:
        yield Finding("RAM", "well", words)


@check("Machine")
def processes(_: Case) -> Iterator[Finding]:
    """Try whether children can be started and held to a limit of memory, and enough files opened."""
    try:
        done = subprocess.run(
            (sys.executable, "-S", "-c", _LIMITED), capture_output=True, timeout=10, check=False, text=True
        )
        ok = done.stdout.strip() == "42"
    except (OSError, subprocess.SubprocessError):
        ok = False
    if not ok:
        yield Finding(
            "Processes", "stop", "I cannot start a process with a limit of memory: no speech, no model.",
            "Lift the limit on processes (ulimit -u), or the container's.",
        )  # fmt: skip
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < _FEW_FILES:
        yield Finding(
            "Open files", "care", f"Only {soft} files may be open at once.", "Allow more.", "ulimit -n 4096"
        )
    elif ok:
        yield Finding("Processes", "well", "I can start processes and limit their RAM.")


@check("Machine")
def gpu(_: Case) -> Iterator[Finding]:
    """Tell of a GPU, as information."""
    found = [path.name for path in Path("/dev").glob("nvidia[0-9]*")]
    if found and not shutil.which("nvidia-smi"):
        yield Finding(
            "GPU", "care", "There is a GPU, but not its driver's tools.", "Install its driver whole."
        )
    elif found:
        yield Finding("GPU", "well", f"{len(found)} from NVIDIA. Nothing here needs one yet.")
    else:
        yield Finding("GPU", "well", "None. All of me runs on the processor.")
