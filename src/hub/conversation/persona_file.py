"""Read personas from YAML: one, a list, or a mapping by name; nothing in it is run, no alias followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from hub.errors import HubError

LONGEST = 64 * 1024
MOST = 100
_FIELDS = {
    "name": "name", "prompt": "prompt", "text_prompt": "prompt", "textprompt": "prompt",
    "system_prompt": "prompt", "voice": "voice", "voice_prompt": "voice", "voiceprompt": "voice",
    "skills": "skills", "active_skills": "skills", "activeskills": "skills", "tools": "skills",
    "greeting": "greeting", "samples": "samples", "recordings": "samples",
}  # fmt: skip
"""What a field is called in files, in small letters, and here."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording of a persona's voice: a ``file`` beside the YAML, and the ``words`` that are said in it."""

    file: str
    words: str = ""


class _Plain(yaml.SafeLoader):
    """Refuses aliases: with them a small file can stand for an endless one."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise HubError("That file repeats itself by aliases.", fix="Write each persona out.")
        return super().compose_node(parent, index)


def read(text: str) -> list[dict[str, Any]]:
    """Return the fields of each persona in ``text``; ``samples`` are `Recording`s.

    Raises `HubError` that says what is wrong.
    """
    if len(text) > LONGEST:
        raise HubError("That file is too long.", fix=f"Import at most {LONGEST // 1024} KB at once.")
    try:
        found = yaml.load(text, _Plain)  # noqa: S506  it is a SafeLoader
    except yaml.MarkedYAMLError as error:
        where = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise HubError(f"That is no YAML{where}: {error.problem}.", fix="Mend that line.") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise HubError("That is no YAML.", fix="Write name, prompt, voice, skills and greeting.") from None
    many = _listed(found)
    if not many or len(many) > MOST:
        raise HubError("There is no persona in it.", fix="Write at least a name and a prompt.")
    return [_fields(one, number) for number, one in enumerate(many, 1)]


def _listed(found: Any) -> list[Any]:
    if isinstance(found, dict) and isinstance(found.get("personas"), list | dict):
        found = found["personas"]
    if isinstance(found, list):
        return found
    if not isinstance(found, dict):
        return []
    if "name" in found:
        return [found]
    return [{"name": name, **one} if isinstance(one, dict) else one for name, one in found.items()]


def _fields(given: Any, number: int) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise HubError(
            f"Persona {number} is no mapping.", fix="Write name, prompt and voice below each other."
        )
    made: dict[str, Any] = {}
    for key, value in given.items():
        name = _FIELDS.get(str(key).lower())
        if name is None:
            known = "name, prompt, voice, skills, greeting, samples"
            raise HubError(f"Persona {number} has a field {str(key)[:40]!r}.", fix=f"Use {known}.")
        made[name] = _value(name, value, number)
    return made


def _value(name: str, value: Any, number: int) -> Any:
    if name == "samples":
        return _samples(value, number)
    if name == "skills":
        listed = value.split(",") if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise HubError(f"The skills of persona {number} are no list.", fix="Name tools, one a line.")
        return tuple(one.strip() for one in listed if one.strip())
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise HubError(f"The {name} of persona {number} is no text.", fix="Write it as text.")
    return str(value)


def _samples(value: Any, number: int) -> tuple[Recording, ...]:
    listed = [{"file": one} if isinstance(one, str) else one for one in value or ()] if _many(value) else None
    if listed is None or not all(isinstance(one, dict) and one.get("file") for one in listed):
        raise HubError(f"The samples of persona {number} are no list.", fix="Name files, one a line.")
    return tuple(Recording(str(one["file"]), str(one.get("words") or "")) for one in listed)


def _many(value: Any) -> bool:
    return value is None or isinstance(value, list)
