"""The profile for Apple's devices is a property list with the certificate in it."""

from __future__ import annotations

import plistlib

from hub.tls.profile import profile


def test_it_installs_the_certificate_and_replaces_itself() -> None:
    made = plistlib.loads(profile(b"certificate", "Hub at home"))
    (inner,) = made["PayloadContent"]
    assert inner["PayloadType"] == "com.apple.security.root"
    assert inner["PayloadContent"] == b"certificate"
    again, other = (plistlib.loads(profile(der, "Hub at home")) for der in (b"certificate", b"another"))
    assert again["PayloadUUID"] == made["PayloadUUID"] != other["PayloadUUID"]
