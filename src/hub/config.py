"""Read the settings: built-in defaults, then ``hub.toml`` in the data folder, then ``HUB_*``.

Settings are frozen once read. Secrets are never written here: a setting may only name where one is.
What each may be, its title and its description are the JSON Schema from which the page is made.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from hub.errors import HubError
from hub.llm.provider import Tier  # noqa: TC001  pydantic reads it
from hub.llm.servers.presets import PRESETS, Kind
from hub.network import distance
from hub.store import toml

FILE = "hub.toml"
PREFIX = "HUB_"
LIVE = frozenset(
    {
        "breaker",
        "budget",
        "disabled",
        "forget_after_days",
        "language_model",
        "privacy",
        "privacy_tools",
        "providers",
        "system_prompt",
        "tool_logs_days",
    }
)
"""The settings that take effect at once; the others wait for a restart."""

_CONTENT = "hub.toml"  # the argument by which `load` is given what the file is about to say


def default_data() -> Path:
    """Return the data folder: ``HUB_DATA``, else ``hub`` in the XDG data home."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(os.environ.get("HUB_DATA") or Path(home) / "hub").expanduser().resolve()


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]


class ProviderSettings(BaseModel):
    """A language server that may be asked; it is only asked once somebody has switched it on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = Field("openai", title="Kind", description="Grok, Ollama, or anything like OpenAI's.")
    title: str = Field("", title="Name", description="What I call it.", max_length=32)
    base_url: str = Field("", title="Address", description="Most end in /v1.", max_length=500)
    model: str = Field("", title="Model", description="One of its models.", max_length=200)
    embeds: str = Field(
        "", title="Embedding model", description="One that turns texts into vectors.", max_length=200
    )
    enabled: bool = Field(default=False, title="Ask it", description="Off: it is never asked.")
    order: int = Field(100, title="Place", description="Small is asked first.", ge=0, le=10_000)
    secret: str = Field(
        "", title="Secret", description="The name of its key among the secrets.", max_length=100
    )

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        return checked_address(value) if value.strip() else ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not (self.base_url or PRESETS[self.kind].base_url):
            raise ValueError("base_url is missing: give the address of the server")
        return self

    @property
    def address(self) -> str:
        """Its URL, without a slash at the end."""
        return self.base_url or PRESETS[self.kind].base_url

    @property
    def called(self) -> str:
        """Its name for people."""
        return self.title or PRESETS[self.kind].title

    @property
    def asked_for(self) -> str:
        """The model it is asked for; empty when none has been chosen."""
        return self.model or PRESETS[self.kind].model


def checked_address(value: str) -> str:
    """Return the URL of a server in its plain form. Raises `ValueError` with what is wrong."""
    value = value.strip().rstrip("/")
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host or any(sign.isspace() for sign in value):
        raise ValueError("give an address such as https://host/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("give the bare address: the key has a field of its own")
    if parts.scheme == "http" and distance(host) == "world":
        raise ValueError("use https: over http anyone on the way could read your words and the key")
    return value


class ApprovalSettings(BaseModel):
    """How the gate decides; takes effect with a restart, so that nothing that runs can change its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    expire_s: int = Field(
        600, title="Wait for an answer", description="Seconds until a question is over.", ge=30, le=3_600
    )
    required: tuple[Name, ...] = Field(
        (),
        title="Must agree",
        description="Plugins without which nothing is changed.",
        max_length=20,
    )


class BudgetSettings(BaseModel):
    """What language models may cost; 0 is without limit, and at a limit only what is free is asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    daily_usd: float = Field(
        0.0, title="Limit a day", description="US dollars, for all of us.", ge=0, le=10_000
    )
    monthly_usd: float = Field(
        0.0, title="Limit a month", description="US dollars, for all of us.", ge=0, le=100_000
    )
    person_daily_usd: float = Field(
        0.0, title="Limit a day for each", description="US dollars, for one person.", ge=0, le=10_000
    )
    person_daily_minutes: int = Field(
        0, title="Minutes a day for each", description="With models that cost something.", ge=0, le=1_440
    )


class TlsSettings(BaseModel):
    """How the house reaches the hub; `hub tls on` sets it, and makes what it needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: bool = Field(
        False, title="Secure in the house", description="Devices that trust this hub's authority can talk."
    )


class Settings(BaseSettings):
    """Everything that can be set. Environment: ``HUB_PORT=8080``, ``HUB_PLUGINS__VOICE='{...}'``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    data: Path = Field(
        default_factory=default_data, title="Data folder", description="Folder that holds all the hub knows."
    )
    host: str = Field(
        "127.0.0.1",
        title="Address",
        description="Address to listen on. Loopback unless told otherwise.",
        min_length=1,
        max_length=255,
    )
    port: int = Field(
        8420, title="Port", description="Port to listen on; 0 takes a free one.", ge=0, le=65535
    )
    names: tuple[str, ...] = Field(
        (),
        title="Host names",
        description="Further host names under which the hub is reached.",
        max_length=100,
    )
    disabled: tuple[str, ...] = Field(
        (), title="Plugins switched off", description="Plugins that are not to be started.", max_length=100
    )
    language_model: str = Field(
        "smollm2", title="Own language model", description="The model on this machine that I think with."
    )
    system_prompt: str = Field(
        "", title="Who I am", description="Replaces the hub's own description of itself.", max_length=4_000
    )
    memory_service_url: str = Field(
        "",
        title="Memory server",
        description="A PostgreSQL server, as postgresql://user@host/database; empty is built in.",
        max_length=500,
    )
    forget_after_days: int = Field(
        7,
        title="Forget talks after",
        description="Days until a talk is destroyed; 0 keeps all.",
        ge=0,
        le=36_500,
    )
    tool_logs_days: int = Field(
        30,
        title="Forget calls of tools after",
        description="Days until what I did, and who agreed, is destroyed; 0 keeps all.",
        ge=0,
        le=36_500,
    )
    backup_folder: str = Field(
        "", title="Back up to", description="Folder for regular backups; empty makes none.", max_length=1_000
    )
    backup_every_days: int = Field(
        1, title="Back up every", description="Days between two regular backups.", ge=1, le=365
    )
    providers: dict[Name, ProviderSettings] = Field(
        default_factory=dict, title="Language", description="Language servers by name."
    )
    privacy: Tier = Field(
        "redacted",
        title="How far words go",
        description="local: not out of this house. redacted: without names and numbers. full: as said.",
    )
    privacy_tools: tuple[str, ...] = Field(
        (),
        title="Tools that may know",
        description="Plugins' tools that are told names and numbers hidden from a model.",
        max_length=100,
    )
    approvals: ApprovalSettings = Field(
        default_factory=ApprovalSettings, title="Approvals", description="What waits for a person's yes."
    )
    breaker: Literal["quick", "classic"] = Field(
        "quick",
        title="When a server fails",
        description="quick: after two failures I ask others. classic: after five.",
    )
    budget: BudgetSettings = Field(
        default_factory=BudgetSettings, title="Money", description="What language models may cost."
    )
    tls: TlsSettings = Field(
        default_factory=TlsSettings, title="TLS", description="Secure pages in the house."
    )
    plugins: dict[str, dict[str, Any]] = Field(
        default_factory=dict, title="Plugins", description="Settings by plugin."
    )

    _given: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def given(self) -> dict[str, Any]:
        """What the command line said."""
        return self._given

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
        content = given[_CONTENT] if _CONTENT in given else toml.read(folder / FILE)
        return init_settings, env_settings, InitSettingsSource(settings_cls, content)


class Invalid(HubError):  # noqa: N818  what the settings are
    """Some settings are not right; ``fields`` says for each, by its dotted path, what is wrong."""

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        what, why = next(iter(fields.items()))
        variable = PREFIX + what.upper().replace(".", "__")
        super().__init__(
            f"The setting {what} is not right: {why}.", fix=f"Correct {what} in {FILE} or in {variable}."
        )


def load(content: dict[str, Any] | None = None, **given: Any) -> Settings:
    """Return the settings; ``given`` (the command line) wins. Raises `HubError` naming what is wrong.

    ``content`` stands for what hub.toml says, to see what would come of it.
    """
    given = {name: value for name, value in given.items() if value is not None}
    read = given if content is None else given | {_CONTENT: content}
    try:
        settings = Settings(**read)
    except ValidationError as error:
        raise Invalid(_wrong(error)) from None
    settings._given = given  # noqa: SLF001  it is ours
    return settings


def _wrong(error: ValidationError) -> dict[str, str]:
    """Return what is wrong by dotted path, the first fault of each."""
    found: dict[str, str] = {}
    for one in error.errors(include_input=False, include_context=False):
        path = ".".join(str(part) for part in one["loc"])
        found.setdefault(path, one["msg"].removeprefix("Value error, ").rstrip("."))
    return found


def overrides(given: dict[str, Any]) -> dict[tuple[str, ...], str]:
    """Return what hub.toml cannot change: by the path of the setting, the variable or option that sets it."""
    found: dict[tuple[str, ...], str] = {
        (name,): f"--{name}" for name in given if name in Settings.model_fields
    }
    for variable in os.environ:
        path = tuple(variable.upper().removeprefix(PREFIX).lower().split("__"))
        if variable.upper().startswith(PREFIX) and path[0] in Settings.model_fields:
            found.setdefault(path, variable)
    found.setdefault(("data",), "--data")  # hub.toml lies in it, and cannot say where that is
    return found
