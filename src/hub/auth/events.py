"""Say what happened to people, their devices and their sessions."""

from __future__ import annotations

from typing import Literal

from hub.events import Event


class PersonJoined(Event):
    """Somebody accepted an invite."""

    name = "person.joined"
    person: str
    called: str
    role: str

    def line(self) -> str | None:
        """Greet nobody, tell everybody."""
        return f"{self.called} joined as a {self.role}"


class PersonChanged(Event):
    """A person has another name or role now."""

    name = "person.changed"
    person: str
    called: str
    role: str
    what: Literal["name", "role"]

    def line(self) -> str | None:
        """Tell of the role; a name is seen wherever it stands."""
        if self.what == "name":
            return None
        return (
            f"{self.called} owns this hub now" if self.role == "owner" else f"{self.called} is a {self.role}"
        )


class PersonLeft(Event):
    """A person was removed; whoever keeps anything of theirs forgets it."""

    name = "person.left"
    person: str
    called: str

    def line(self) -> str | None:
        """Tell who."""
        return f"{self.called} was removed"


class DevicePaired(Event):
    """A device came in with a code."""

    name = "device.paired"
    device: str
    called: str
    kind: Literal["personal", "shared"]

    def line(self) -> str | None:
        """Tell which."""
        return f"{self.called} connected"


class DeviceRevoked(Event):
    """A device was shut out."""

    name = "device.revoked"
    device: str
    called: str

    def line(self) -> str | None:
        """Tell which."""
        return f"{self.called} was disconnected"


class SessionStarted(Event):
    """Somebody signed in; ``session`` is its public id, never its token."""

    name = "session.started"
    session: str
    person: str
    called: str
    browser: str
    device: str = ""

    def line(self) -> str | None:
        """Tell who and with what; a device has been told of when it was paired."""
        return None if self.device else f"{self.called} signed in with {self.browser}"


class SessionEnded(Event):
    """A session is over, and so are its sockets."""

    name = "session.ended"
    session: str
    person: str
    called: str
    device: str = ""

    def line(self) -> str | None:
        """Tell who."""
        return None if self.device else f"{self.called} signed out"


class KeyMade(Event):
    """Somebody made a key for an app; ``key`` is its public id, never the key."""

    name = "key.made"
    key: str
    called: str
    person: str

    def line(self) -> str | None:
        """Tell which."""
        return f"{self.called} has a key now"


class KeyEnded(Event):
    """A key was ended."""

    name = "key.ended"
    key: str
    called: str

    def line(self) -> str | None:
        """Tell which."""
        return f"The key of {self.called} has ended"
