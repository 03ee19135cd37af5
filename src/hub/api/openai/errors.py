"""Say no as OpenAI's servers do: a status, and one object with what is wrong, where, and what to do."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from pydantic import ValidationError

_TYPES = {
    400: "invalid_request_error", 401: "authentication_error", 403: "permission_error",
    404: "invalid_request_error", 408: "invalid_request_error", 413: "invalid_request_error",
    429: "rate_limit_error",
}  # fmt: skip
LONGEST = 300


class Refused(Exception):  # noqa: N818  an answer, not a fault
    """A request that is not answered. ``param``: the field that is wrong, by its dotted path."""

    def __init__(
        self, status: int, message: str, fix: str, *, code: str | None = None, param: str | None = None,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status, self.fix, self.code, self.param, self.headers = status, fix, code, param, headers

    def body(self) -> bytes:
        """Return the JSON of the answer; ``fix`` stands in the message, where every client shows it."""
        return orjson.dumps(told(self))


def told(error: Refused) -> dict[str, Any]:
    """Return the error as an object."""
    kind = _TYPES.get(error.status, "server_error")
    said = f"{error} {error.fix}".strip()
    return {
        "error": {"message": said, "type": kind, "param": error.param, "code": error.code, "fix": error.fix}
    }


def wrong(param: str, message: str, fix: str, code: str | None = "invalid_value") -> Refused:
    """Return the refusal of a field."""
    return Refused(HTTPStatus.BAD_REQUEST, message, fix, code=code, param=param)


def unreadable(error: ValidationError) -> Refused:
    """Return the refusal of a body that is no JSON, or not of the shape that is asked for."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        why = "That is not JSON in UTF-8."
        return Refused(HTTPStatus.BAD_REQUEST, why, "Send one JSON object.", code="invalid_json")
    param = ".".join(str(part) for part in first["loc"] if not _is_branch(part))[:LONGEST] or None
    missing = first["type"] == "missing"
    what = f"{param} is missing." if missing else f"{param or 'The body'} is not right: {first['msg']}."
    return Refused(
        HTTPStatus.BAD_REQUEST, what[:LONGEST], "See the guide, docs/guide/openai.md.",
        code="missing_required_parameter" if missing else "invalid_value", param=param,
    )  # fmt: skip


def _is_branch(part: int | str) -> bool:
    """Say whether ``part`` of a path names a type and no field: which of several it was tried as."""
    return isinstance(part, str) and (
        part in {"str", "int", "bool"} or not part.isidentifier() or part[:1].isupper()
    )
