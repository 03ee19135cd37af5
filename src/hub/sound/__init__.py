"""Sound at the edges: files of any kind in, files of the usual kinds out, pieces of a bearable length.

Codecs are foreign code that reads whatever strangers send, so they run in a process of their own, one a
file, which knows nothing of the hub and is ended when it takes too long (`worker`).
"""

from hub.sound.cut import Piece, cut, is_silent
from hub.sound.files import KINDS, LARGEST, LONGEST_S, Facts, decode, encode
from hub.sound.form import Upload, boundary_of, upload
from hub.sound.wav import pack, read_wav, stream_head
from hub.sound.words import Segment, Words, in_words, srt, vtt

__all__ = [
    "KINDS",
    "LARGEST",
    "LONGEST_S",
    "Facts",
    "Piece",
    "Segment",
    "Upload",
    "Words",
    "boundary_of",
    "cut",
    "decode",
    "encode",
    "in_words",
    "is_silent",
    "pack",
    "read_wav",
    "srt",
    "stream_head",
    "upload",
    "vtt",
]
