"""Keep a session in the browser: one cookie that scripts cannot read and other sites do not send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.auth.sessions import LIFETIME_S

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

# RFC 6265bis, 5.5: no browser keeps a cookie longer. A device stays until it is revoked or left unused.
DEVICE_AGE_S = 400 * 86_400


def full_name(name: str, scheme: str) -> str:
    """Return the cookie's name: over TLS with the prefix that no other host can set (RFC 6265bis, 4.1.3)."""
    return f"__Host-{name}" if scheme in {"https", "wss"} else name


def give(request: Request, response: Response, token: str, *, device: bool = False) -> None:
    """Have the browser keep ``token``."""
    response.set_cookie(
        request.state.cookie, token, max_age=DEVICE_AGE_S if device else LIFETIME_S, httponly=True,
        samesite="lax", secure=request.url.scheme == "https",
    )  # fmt: skip


def take(request: Request, response: Response) -> None:
    """Have the browser forget its token."""
    secure = request.url.scheme == "https"
    response.delete_cookie(request.state.cookie, httponly=True, samesite="lax", secure=secure)
