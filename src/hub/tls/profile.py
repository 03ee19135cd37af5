"""Wrap the authority's certificate for Apple's devices: a configuration profile that installs it.

Apple, Configuration Profile Reference: a root certificate is a payload of com.apple.security.root.
"""

from __future__ import annotations

import hashlib
import plistlib
import uuid

MEDIA = "application/x-apple-aspen-config"


def profile(certificate: bytes, title: str) -> bytes:
    """Return a profile that installs ``certificate`` (DER) under ``title``."""
    digest = hashlib.sha256(certificate).hexdigest()
    inner = {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"hub.{digest[:16]}.certificate",
        "PayloadUUID": _uuid(digest, "certificate"),
        "PayloadDisplayName": title,
        "PayloadDescription": "Lets this device trust your hub.",
        "PayloadCertificateFileName": "hub.crt",
        "PayloadContent": certificate,
    }
    return plistlib.dumps({
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"hub.{digest[:16]}",
        "PayloadUUID": _uuid(digest, "profile"),
        "PayloadDisplayName": title,
        "PayloadDescription": "Trust for your hub at home, and for nothing else.",
        "PayloadRemovalDisallowed": False,
        "PayloadContent": [inner],
    })  # fmt: skip


def _uuid(digest: str, what: str) -> str:
    """Return the same id for the same certificate: installing it again replaces it."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{digest} {what}")).upper()
