"""Keep the house's authority and the hub's certificate in the data folder, and make anew what is due.

The keys are for this user alone (0600, in a folder of 0700) and never leave the folder: a backup does
not take them along, for a device that trusts them trusts whoever has them.
"""

from __future__ import annotations

import datetime as dt
import os
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from hub.errors import HubError
from hub.tls.names import Names, found

if TYPE_CHECKING:
    from hub.config import Settings
    from hub.tls.authority import Pair

log = structlog.get_logger(__name__)

FOLDER = "tls"
LEFT_DAYS = 30
"""With fewer days left a certificate is made anew."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What devices are to trust, and for what. ``left_out``: names that the authority may not speak for."""

    fingerprint: str
    names: tuple[str, ...]
    until: dt.datetime
    authority_until: dt.datetime
    left_out: tuple[str, ...] = ()


class Keeper:
    """The certificates of one hub. Its methods touch the disk; call them on a thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.data / FOLDER
        self._context: ssl.SSLContext | None = None
        self._names: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """The names that the certificate in use is for; empty before `ensure`."""
        return self._names

    @property
    def exists(self) -> bool:
        """Whether there is an authority."""
        return (self._folder / "authority.crt").exists()

    def ensure(self, *, renew: bool = False, authority: bool = False) -> bool:
        """Make what is missing or due; return whether the hub's certificate was made anew.

        ``renew``: it in any case. ``authority``: the authority too, which every device must trust anew.
        Raises `HubError` when the folder cannot be read or written.
        """
        from hub.tls.authority import issue, names_in, permitted  # noqa: PLC0415  only where TLS is on

        names = found(self._settings)
        try:
            house = self._house(names, anew=authority)
            wanted = permitted(house, names)
            leaf = None if renew or authority else self._read("hub")
            due = leaf is None or _due(leaf) or set(names_in(leaf.certificate)) != set(wanted.all)
            due = due or (leaf is not None and leaf.certificate.issuer != house.certificate.subject)
            if due:
                leaf = issue(house, names)
                self._write("hub", leaf)
                log.info("tls.renewed", names=len(wanted.all))
        except OSError as error:
            raise HubError(
                f"{self._folder} cannot be used: {error.strerror}.", fix="Give it back to the hub's user."
            ) from error
        self._names = frozenset(wanted.all)
        if due and self._context is not None:
            self._load(self._context)
        return due

    def context(self) -> ssl.SSLContext:
        """Return what a server takes; `ensure` puts a newer certificate into the same object."""
        self.ensure()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.set_alpn_protocols(["http/1.1"])
        self._load(self._context)
        return self._context

    def standing(self) -> Standing | None:
        """Return what there is to trust; None while there is nothing."""
        from hub.tls.authority import fingerprint, names_in, permitted  # noqa: PLC0415  as above

        house, leaf = self._read("authority"), self._read("hub")
        if house is None or leaf is None:
            return None
        names = found(self._settings)
        return Standing(
            fingerprint(house.certificate), names_in(leaf.certificate), leaf.certificate.not_valid_after_utc,
            house.certificate.not_valid_after_utc,
            tuple(sorted({*names.all} - {*permitted(house, names).all})),
        )  # fmt: skip

    def authority_der(self) -> bytes | None:
        """Return the authority's certificate in DER; None while there is none."""
        from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415  as above

        house = self._read("authority")
        return house.certificate.public_bytes(Encoding.DER) if house else None

    def nearest(self) -> str:
        """Return the address to give to another device in the house; "" when there is none."""
        return found(self._settings).nearest

    def _house(self, names: Names, *, anew: bool) -> Pair:
        from hub.tls.authority import found_house  # noqa: PLC0415  as above

        house = None if anew else self._read("authority")
        if house is None or _due(house):
            house = found_house(names)
            self._write("authority", house)
            log.info("tls.authority_made")
        return house

    def _load(self, context: ssl.SSLContext) -> None:
        context.load_cert_chain(self._folder / "hub.crt", self._folder / "hub.key")

    def _read(self, name: str) -> Pair | None:
        """Return what is kept as ``name``; None when it is not there, or damaged: it is made anew then."""
        from hub.tls.authority import read  # noqa: PLC0415  as above

        try:
            certificate, key = (self._folder / f"{name}.{end}" for end in ("crt", "key"))
            return read(certificate.read_bytes(), key.read_bytes())
        except FileNotFoundError:
            return None
        except ValueError as error:
            log.warning("tls.damaged", file=name, reason=str(error)[:100])
            return None

    def _write(self, name: str, pair: Pair) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        # the key first: a certificate without its key is damaged, and made anew
        for end, content in (("key", pair.key_pem), ("crt", pair.certificate_pem)):
            unfinished = self._folder / f"{name}.{end}.{os.getpid()}.part"
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._folder / f"{name}.{end}")


def _due(pair: Pair) -> bool:
    left = pair.certificate.not_valid_after_utc - dt.datetime.now(dt.UTC)
    return left < dt.timedelta(days=LEFT_DAYS)
