"""Read the settings: built-in defaults, then ``hub.toml`` in the data folder, then ``HUB_*``.

Settings are frozen once read. Secrets are never written here: a setting may only name where one is.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from hub.errors import HubError


def default_data() -> Path:
    """Return the data folder: ``HUB_DATA``, else ``hub`` in the XDG data home."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(os.environ.get("HUB_DATA") or Path(home) / "hub").expanduser().resolve()


class Settings(BaseSettings):
    """Everything that can be set. Environment: ``HUB_PORT=8080``, ``HUB_PLUGINS__VOICE='{...}'``."""

    model_config = SettingsConfigDict(
        env_prefix="HUB_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    data: Path = Field(default_factory=default_data, description="Folder that holds all the hub knows.")
    host: str = Field("127.0.0.1", description="Address to listen on. Loopback unless told otherwise.")
    port: int = Field(8420, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    names: tuple[str, ...] = Field((), description="Further host names under which the hub is reached.")
    disabled: tuple[str, ...] = Field((), description="Plugins that are not to be started.")
    system_prompt: str = Field("", description="Replaces the hub's own description of itself.")
    plugins: dict[str, dict[str, Any]] = Field(default_factory=dict, description="Settings by plugin.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the base class fixes the signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line first, then the environment, then the file."""
        given = init_settings.init_kwargs if isinstance(init_settings, InitSettingsSource) else {}
        folder = Path(given.get("data") or default_data())
        return init_settings, env_settings, InitSettingsSource(settings_cls, _file(folder))


def _file(folder: Path) -> dict[str, Any]:
    path = folder / "hub.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise HubError(f"{path} cannot be read: {error}", fix="Mend or remove that file.") from error


def load(**given: Any) -> Settings:
    """Return the settings; ``given`` (the command line) wins. Raises `HubError` naming what is wrong."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        what = ".".join(str(part) for part in first["loc"])
        raise HubError(
            f"The setting {what} is not right: {first['msg']}.",
            fix=f"Correct {what} in hub.toml or in HUB_{what.upper()}.",
        ) from error
