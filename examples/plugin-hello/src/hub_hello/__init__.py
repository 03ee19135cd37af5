"""Say hello by name, and count the answers that were given since."""

from hub import Register, events, hookimpl

now: dict[str, str | int] = {"greeting": "Hello"}


def say_hello(to: str) -> str:
    """Greet somebody by name."""
    return f"{now['greeting']}, {to}."


@hookimpl
def hub_start(settings: dict[str, str]) -> None:
    now.update(greeting=settings["greeting"], answers=0)


@hookimpl
def hub_tools(register: Register) -> None:
    register.tool(say_hello)


@hookimpl
def hub_event(event: events.TurnEnded) -> None:
    now["answers"] = int(now["answers"]) + (event.state == "done")


@hookimpl
def hub_panels(register: Register) -> None:
    register.panel("hello.html", lambda: now, refresh_on=("turn.ended",))
