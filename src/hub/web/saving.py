"""Write what a form of settings says: only what was changed in it, and secrets to their own place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.config import Invalid
from hub.web.fields import Field, read, unchanged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.auth.sessions import Person
    from hub.errors import HubError
    from hub.hub import Hub


class Refused:
    """A form that was not taken: what is wrong and what was written, by field."""

    def __init__(self, wrong: dict[str, str], written: dict[str, Any]) -> None:
        self.wrong, self.written = wrong, written


async def save(
    hub: Hub, form: Sequence[Field], given: Sequence[tuple[str, str]], by: Person
) -> str | Refused:
    """Write the fields that were changed in this form, and return the sentence that says so.

    What it shows may have been changed in another tab meanwhile, and stays so.
    """
    values, wrong, written = read(form, given)
    if wrong:
        return Refused(wrong, written)
    secret = {field.name for field in form if field.kind == "secret"}
    before, was = {field.name: field for field in form}, unchanged(dict(given).get("was", ""))
    changes = {
        tuple(name.split(".")): value if value != before[name].schema.get("default") else None
        for name, value in values.items()
        if name not in secret and written[name] not in (before[name].value, was.get(name))
    }
    now = await hub.configuration.change(changes, by)
    for name in secret & set(values):
        await hub.secrets.set(name.replace("plugins.", "plugin.", 1), values[name])
    waits = hub.configuration.waiting(now) or secret & set(values)
    return "Saved. It takes effect with a restart." if waits else "Saved."


def failure(error: HubError, form: Mapping[str, str]) -> dict[str, Any]:
    """Return what a page shows after ``error``: what is wrong by field, what was written, and the rest.

    What has no field in ``form`` is a ``fault`` that is said above all; a key is never shown again.
    """
    told = error.fields if isinstance(error, Invalid) else {}
    wrong = {_field(path): _sentence(why) for path, why in told.items() if _field(path) in form}
    shown = {key: value for key, value in form.items() if key != "key"}
    return {"wrong": wrong, "written": shown, "fault": None if wrong else error}


def _field(path: str) -> str:
    """Return the field of a language server's form that a path of the settings means."""
    return path.rpartition(".")[2] if path.startswith("providers.") else path


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
