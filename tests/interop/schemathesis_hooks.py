"""Name a model that there is in what schemathesis makes up, so that it comes further than to "no such model"."""

from __future__ import annotations

from typing import Any

import schemathesis

LONGEST = 200


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Put the model that is served in the place of a name that is made up."""
    del context
    if isinstance(body, dict) and isinstance(body.get("model"), str) and 0 < len(body["model"]) <= LONGEST:
        return {**body, "model": "told/m-1"}
    return body
