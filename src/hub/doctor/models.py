"""Check the models: there, of the right size (with ``deep``: every byte), and under which licences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.doctor.finding import Case, Finding, check, count, megabytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.models import ModelFile


@check("Models")
def models(case: Case) -> Iterator[Finding]:
    """Check that every model that is wanted is on the disk as it should be."""
    from hub.events import Bus  # noqa: PLC0415  may be what is broken
    from hub.manifests import known_models  # noqa: PLC0415
    from hub.models import Models  # noqa: PLC0415

    if case.settings is None:
        return
    shelf = Models(case.data / "models", known_models(), Bus(), also=(case.settings.language_model,))
    states = {file: shelf.state(file.name).state for file in shelf.files}
    missing = [file for file, state in states.items() if state not in {"ready", "off"}]
    unseen = [file for file in missing if (case.data / "models" / file.file).exists()]
    ready = [file for file, state in states.items() if state == "ready"]
    damaged = [file for file in ready if (case.data / "models" / file.file).stat().st_size != file.size]
    if case.deep:
        damaged = [file for file in (*ready, *unseen) if not _whole(case, file)]
    absent = [file for file in missing if file not in unseen]
    for file in damaged:
        yield Finding(
            "Models", "stop", f"{file.file} is damaged.", "Fetch it again.", f"hub models pull {file.name}"
        )
    if absent:
        size, names = (
            sum(file.size for file in absent),
            ", ".join(dict.fromkeys(file.title for file in absent)),
        )
        yield Finding("Models", "care", f"Not here yet: my {names} ({megabytes(size)}).",
                      "The hub fetches them when it runs; or now:", "hub models pull")  # fmt: skip
    if not damaged and not absent:
        deep = ", every byte right" if case.deep else ""
        yield Finding("Models", "well", f"{count(len(ready) + len(unseen), 'file')}{deep}.")


def _whole(case: Case, file: ModelFile) -> bool:
    from hub.models.download import Transfer, digest  # noqa: PLC0415  may be what is broken

    return digest(case.data / "models" / file.file, Transfer()) == file.sha256


@check("Models")
def licences(_: Case) -> Iterator[Finding]:
    """Tell under which licences the models stand, as information."""
    from hub.manifests import known_models  # noqa: PLC0415  may be what is broken

    found = sorted({file.licence for file in known_models()})
    if found:
        yield Finding("Licences", "well", f"{', '.join(found)}.")
