"""RTF as Outlook compresses it.

Format: [MS-OXRTFCP], with the dictionary's first content as given there in 2.1.2.1.
"""

import struct

from persistence.documents.parsing.domain import FailureReason, ParseError

_COMPRESSED = 0x75465A4C
_UNCOMPRESSED = 0x414C454D
_HEADER = struct.Struct("<IIII")
_WINDOW = 4096
_KNOWN = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss "
    b"\\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier"
    b"{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab"
    b"\\tx"
)


def decompressed(data: bytes) -> bytes:
    """The RTF.

    Raises:
        ParseError: DAMAGED.
    """
    if len(data) < _HEADER.size:
        raise ParseError(FailureReason.DAMAGED, "compressed RTF")
    _, raw_size, kind, _ = _HEADER.unpack_from(data)
    body = data[_HEADER.size :]
    if kind == _UNCOMPRESSED:
        return body[:raw_size]
    if kind != _COMPRESSED:
        raise ParseError(FailureReason.DAMAGED, "compressed RTF")
    return _inflated(body)[:raw_size]


def _inflated(body: bytes) -> bytes:
    window = bytearray(_KNOWN.ljust(_WINDOW, b" "))
    write = len(_KNOWN)
    out = bytearray()
    at = 0
    while at < len(body):
        flags = body[at]
        at += 1
        for bit in range(8):
            if at >= len(body):
                return bytes(out)
            if not flags >> bit & 1:
                piece = body[at : at + 1]
                at += 1
            else:
                reference = int.from_bytes(body[at : at + 2], "big")
                at += 2
                offset, length = reference >> 4, (reference & 0xF) + 2
                if offset == write:  # How the end is marked.
                    return bytes(out)
                piece = b""
                for step in range(length):
                    # Bytes may be copied that this very copy has written.
                    byte = window[(offset + step) % _WINDOW]
                    window[(write + step) % _WINDOW] = byte
                    piece += bytes((byte,))
            for step, byte in enumerate(piece):
                window[(write + step) % _WINDOW] = byte
            write = (write + len(piece)) % _WINDOW
            out += piece
    return bytes(out)
