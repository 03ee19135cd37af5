"""Certificates: what they are for, who may read their keys, and when they are made anew."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
import stat
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from hub.config import Settings
from hub.errors import HubError
from hub.tls import authority, keeper
from hub.tls.authority import Pair
from hub.tls.keeper import Keeper
from hub.tls.names import Names

if TYPE_CHECKING:
    from pathlib import Path

HOUSE = Names(("hub.lan", "kitchen", "kitchen.local", "localhost"), ("127.0.0.1", "192.168.1.7", "::1"))


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[Names]:
    """The names of this machine: change the last to give it others."""
    known = [HOUSE]
    monkeypatch.setattr(keeper, "found", lambda _: known[-1])
    return known


@pytest.fixture
def kept(tmp_path: Path, names: list[Names]) -> Keeper:
    assert names
    return Keeper(Settings(data=tmp_path))


async def shake(server: ssl.SSLContext, trusted: bytes, host: str) -> None:
    """Shake hands as ``host`` with a client that trusts only ``trusted`` (PEM); raise what it raises."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    listening = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=server)
    client = ssl.create_default_context(cadata=trusted.decode())
    port = listening.sockets[0].getsockname()[1]
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname=host)
        writer.close()
    finally:
        listening.close()


@pytest.mark.parametrize("host", HOUSE.all)
async def test_a_device_that_trusts_the_authority_trusts_every_name(
    kept: Keeper, tmp_path: Path, host: str
) -> None:
    await shake(kept.context(), (tmp_path / "tls/authority.crt").read_bytes(), host)


async def test_who_does_not_trust_it_is_not_let_to(kept: Keeper, tmp_path: Path) -> None:
    context = kept.context()
    other = Keeper(Settings(data=tmp_path / "other"))
    other.ensure()
    with pytest.raises(ssl.SSLCertVerificationError):
        await shake(context, (tmp_path / "other/tls/authority.crt").read_bytes(), "localhost")
    with pytest.raises(ssl.SSLCertVerificationError):
        await shake(context, (tmp_path / "tls/authority.crt").read_bytes(), "elsewhere.lan")


async def test_the_authority_may_not_speak_for_the_world(tmp_path: Path, kept: Keeper) -> None:
    """Sign for a bank with the stolen key: a client refuses it."""
    kept.ensure()
    house = authority.read(*((tmp_path / f"tls/authority.{end}").read_bytes() for end in ("crt", "key")))
    forged = authority.issue(house, HOUSE)
    mallory = forge(house, forged, "bank.example.com")
    (tmp_path / "m.crt").write_bytes(mallory.certificate_pem)
    (tmp_path / "m.key").write_bytes(mallory.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "m.crt", tmp_path / "m.key")
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        await shake(context, house.certificate_pem, "bank.example.com")


def forge(house: Pair, like: Pair, host: str) -> Pair:
    """Return a certificate like ``like``, but for ``host``."""
    from cryptography.hazmat.primitives import hashes

    builder = (
        x509.CertificateBuilder()
        .subject_name(like.certificate.subject)
        .issuer_name(house.certificate.subject)
        .public_key(like.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(like.certificate.not_valid_before_utc)
        .not_valid_after(like.certificate.not_valid_after_utc)
    )
    for one in like.certificate.extensions:
        if isinstance(one.value, x509.SubjectAlternativeName):
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), one.critical)
        else:
            builder = builder.add_extension(one.value, one.critical)
    return Pair(builder.sign(house.key, hashes.SHA256()), like.key)


def test_the_keys_are_for_this_user_alone(kept: Keeper, tmp_path: Path) -> None:
    kept.ensure()
    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700
    for name in ("authority.key", "hub.key"):
        assert stat.S_IMODE((tmp_path / "tls" / name).stat().st_mode) == 0o600
    assert sorted(path.name for path in (tmp_path / "tls").iterdir()) == [
        "authority.crt", "authority.key", "hub.crt", "hub.key",
    ]  # fmt: skip


def test_it_lasts_as_long_as_devices_allow(kept: Keeper) -> None:
    kept.ensure()
    standing = kept.standing()
    assert standing is not None
    now = dt.datetime.now(dt.UTC)
    assert standing.until < now + dt.timedelta(days=398)
    assert standing.authority_until > now + dt.timedelta(days=3600)
    assert set(standing.names) == set(HOUSE.all)
    assert len(standing.fingerprint.split(":")) == 32


def test_nothing_is_made_twice(kept: Keeper, tmp_path: Path) -> None:
    assert kept.ensure()
    before = {path.name: path.read_bytes() for path in (tmp_path / "tls").iterdir()}
    assert not kept.ensure()
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "tls").iterdir()}


async def test_another_address_makes_another_certificate_of_the_same_authority(
    kept: Keeper, tmp_path: Path, names: list[Names]
) -> None:
    context = kept.context()
    trusted = (tmp_path / "tls/authority.crt").read_bytes()
    names.append(Names((*HOUSE.hosts, "study.local"), ("127.0.0.1", "10.1.2.3", "::1")))
    assert kept.ensure()
    assert (tmp_path / "tls/authority.crt").read_bytes() == trusted
    await shake(context, trusted, "10.1.2.3")  # the server that runs has it already
    assert {"study.local", "10.1.2.3"} <= kept.names
    assert "192.168.1.7" not in kept.names


def test_a_name_that_the_authority_may_not_speak_for_is_left_out_and_told(
    kept: Keeper, names: list[Names]
) -> None:
    kept.ensure()
    names.append(Names((*HOUSE.hosts, "hub.example.com"), HOUSE.addresses))
    assert not kept.ensure()
    standing = kept.standing()
    assert standing is not None
    assert standing.left_out == ("hub.example.com",)
    assert kept.ensure(authority=True)
    standing = kept.standing()
    assert standing is not None
    assert "hub.example.com" in standing.names
    assert standing.left_out == ()


def test_what_runs_out_is_made_anew(kept: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authority, "LEAF_DAYS", 20)
    kept.ensure()
    monkeypatch.undo()
    monkeypatch.setattr(keeper, "found", lambda _: HOUSE)
    assert kept.ensure()
    standing = kept.standing()
    assert standing is not None
    assert standing.until > dt.datetime.now(dt.UTC) + dt.timedelta(days=300)


@pytest.mark.parametrize("name", ["hub.crt", "hub.key", "authority.key"])
def test_what_is_damaged_is_made_anew(kept: Keeper, tmp_path: Path, name: str) -> None:
    kept.ensure()
    (tmp_path / "tls" / name).write_bytes(b"-----BEGIN NONSENSE-----")
    assert kept.ensure()
    kept.context()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, names: list[Names]) -> None:
    assert names
    (tmp_path / "tls").write_text("a file is in the way")
    with pytest.raises(HubError) as told:
        Keeper(Settings(data=tmp_path)).ensure()
    assert told.value.fix
