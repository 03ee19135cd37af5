"""Read a SQLCipher file page by page, with its free pages and its journal, as whoever has the key could.

SQLCipher 4: pages of 4,096 bytes, AES-256-CBC; the last 80 bytes of each hold its 16-byte vector and a MAC;
the first 16 bytes of the file are salt (zetetic.net/sqlcipher/design). A frame of the journal is a page
behind 24 bytes, after a header of 32 (sqlite.org/fileformat.html, section 4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

if TYPE_CHECKING:
    from pathlib import Path

PAGE, RESERVED, SALT = 4096, 80, 16


def plain(path: Path, key: bytes) -> bytes:
    """Return all that can be read in a file with its key."""
    whole = path.read_bytes()
    if path.name.endswith("-wal"):
        pages = [whole[at + 24 : at + 24 + PAGE] for at in range(32, len(whole), 24 + PAGE)]
        return b"".join(_page(page, key) for page in pages if len(page) == PAGE)
    pages = [whole[at : at + PAGE] for at in range(0, len(whole), PAGE)]
    return b"".join(_page(page, key, SALT if at == 0 else 0) for at, page in enumerate(pages))


def _page(page: bytes, key: bytes, salt: int = 0) -> bytes:
    body, vector = page[salt : PAGE - RESERVED], page[PAGE - RESERVED : PAGE - RESERVED + 16]
    decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    return decryptor.update(body) + decryptor.finalize()
