"""Check the owner's own catalog of language models, if there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.doctor.finding import Case, Finding, check

if TYPE_CHECKING:
    from collections.abc import Iterator


@check("Programs")
def catalog(case: Case) -> Iterator[Finding]:
    """Check that what somebody wrote of models and their prices can be read."""
    from hub.llm.servers.catalog import FILE, Catalog  # noqa: PLC0415  may be what is broken

    if not (case.data / FILE).exists():
        return
    read = Catalog()
    read.load(case.data)
    if read.trouble:
        yield Finding("Catalog", "care", read.trouble, "Correct it or remove it; mine holds meanwhile.")
    else:
        yield Finding("Catalog", "well", f"I understand all of {FILE}.")
