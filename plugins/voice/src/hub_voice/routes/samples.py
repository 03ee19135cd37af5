"""Turn a client's PCM messages into whole s16le samples, whatever their length and form."""

from __future__ import annotations

from array import array

from hub import HubError

WIDTHS = {"s16le": 2, "f32le": 4}
LOWEST, HIGHEST = 8_000, 96_000


class Samples:
    """One client's sound. Raises `HubError` for a form that it does not know."""

    def __init__(self, encoding: object, rate: object) -> None:
        if encoding not in WIDTHS or type(rate) is not int or not LOWEST <= rate <= HIGHEST:
            raise HubError(
                "I cannot take that sound.", fix=f"Send s16le or f32le at {LOWEST} to {HIGHEST} Hz, mono."
            )
        self.encoding, self.rate = str(encoding), rate
        self._rest = b""

    def take(self, data: bytes) -> bytes:
        """Return ``data`` as s16le; what is half a sample waits for the next message."""
        data = self._rest + data
        whole = len(data) - len(data) % WIDTHS[self.encoding]
        self._rest, data = data[whole:], data[:whole]
        return data if self.encoding == "s16le" else _from_float(data)


def _from_float(data: bytes) -> bytes:
    floats = array("f", data)
    # What is no number compares as neither, and becomes silence.
    return array(
        "h", [round(one * 32_767) if -1 <= one <= 1 else 32_767 * ((one > 1) - (one < -1)) for one in floats]
    ).tobytes()
