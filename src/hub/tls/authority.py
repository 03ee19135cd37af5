"""Make certificates: the authority of a house, which may speak for that house only, and the hub's own.

RFC 5280; 4.2.1.10 for the constraints: whoever steals the key of the authority can pretend to be a
machine of this house, and no site of the world.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from hub.tls.names import Names

AUTHORITY_DAYS = 3650
LEAF_DAYS = 397
"""Longer ones Apple refuses (support.apple.com/102028)."""

SUFFIXES = ("local", "lan", "home", "home.arpa", "internal", "localhost")
"""Names that the public DNS does not serve: any of them may be of this house."""

NETWORKS = (
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
    "::1/128", "fc00::/7", "fe80::/10",
)  # fmt: skip

_EARLIER = dt.timedelta(days=1)
"""Clocks in a house do not agree."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> bytes:
        """The certificate in PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key in PEM, PKCS #8."""
        form = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def read(certificate: bytes, key: bytes) -> Pair:
    """Return the pair in two PEM files. Raises `ValueError` when they are none, or not of one another."""
    pair = Pair(x509.load_pem_x509_certificate(certificate), _key(key))
    if pair.key.public_key() != pair.certificate.public_key():
        raise ValueError("the key is not the certificate's")
    return pair


def _key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("the key is of another kind")  # noqa: TRY004  of the file, not of a call
    return key


def found_house(names: Names) -> Pair:
    """Return a new authority that may speak for ``names`` and for what no public name or address is."""
    key = ec.generate_private_key(ec.SECP256R1())
    short = next((host for host in names.hosts if "." not in host and host != "localhost"), "this machine")
    title = x509.Name([
        x509.NameAttribute(NameOID.COMMON_NAME, f"Hub of {short}, {secrets.token_hex(3)}"[:64]),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Hub, at home"),
    ])  # fmt: skip
    hosts = [x509.DNSName(host) for host in sorted({*SUFFIXES, *names.hosts})]
    networks = [x509.IPAddress(network) for network in _networks(names)]
    usage = _usage(signs_certificates=True)
    made = (
        _begun(title, title, key, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints([*hosts, *networks], None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Pair(made.sign(key, hashes.SHA256()), key)


def issue(house: Pair, names: Names) -> Pair:
    """Return a certificate for ``names``, those that ``house`` may speak for."""
    key = ec.generate_private_key(ec.SECP256R1())
    allowed = permitted(house, names)
    title = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Hub")])
    others: list[x509.GeneralName] = [x509.DNSName(host) for host in allowed.hosts]
    others += [x509.IPAddress(ipaddress.ip_address(address)) for address in allowed.addresses]
    signer = house.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    made = (
        _begun(title, house.certificate.subject, key, LEAF_DAYS)
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(signer), critical=False)
    )
    return Pair(made.sign(house.key, hashes.SHA256()), key)


def permitted(house: Pair, names: Names) -> Names:
    """Return those of ``names`` that ``house`` may speak for."""
    limits = house.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    subtrees = limits.permitted_subtrees or []
    hosts = [one.value for one in subtrees if isinstance(one, x509.DNSName)]
    networks = [ipaddress.ip_network(str(one.value)) for one in subtrees if isinstance(one, x509.IPAddress)]
    return type(names)(
        tuple(
            name for name in names.hosts if any(name == host or name.endswith(f".{host}") for host in hosts)
        ),
        tuple(
            address
            for address in names.addresses
            if any(ipaddress.ip_address(address) in network for network in networks)
        ),
    )


def names_in(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the names and addresses that ``certificate`` is for."""
    try:
        others = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    hosts = others.get_values_for_type(x509.DNSName)
    return (*hosts, *map(str, others.get_values_for_type(x509.IPAddress)))


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of ``certificate``, in pairs, as devices show it."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _networks(names: Names) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    known = [ipaddress.ip_network(network) for network in NETWORKS]
    own = [ipaddress.ip_network(address) for address in names.addresses]
    return [*known, *(one for one in own if not any(one.network_address in network for network in known))]


def _begun(
    title: x509.Name, signer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(title)
        .issuer_name(signer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now - _EARLIER + dt.timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
