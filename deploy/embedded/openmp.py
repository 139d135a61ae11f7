"""Finds libgomp, which the local decoder needs, where the system has none."""

import ctypes.util
from importlib import metadata
from pathlib import Path

_LIBRARY = "libgomp.so.1"
# Carries a copy; nothing else of it is used.
_CARRIER = "scikit-learn"


def library_path(directory: Path) -> dict[str, str]:
    """The variables a process needs to find libgomp; none where the system has it.

    Args:
        directory: where a link with the library's usual name may be made.
    """
    if ctypes.util.find_library("gomp"):
        return {}
    carried = [
        file.locate()
        for file in metadata.files(_CARRIER) or ()
        if file.name.startswith("libgomp")
    ]
    if not carried:
        return {}
    directory.mkdir(parents=True, exist_ok=True)
    link = directory / _LIBRARY
    link.unlink(missing_ok=True)
    link.symlink_to(carried[0])
    return {"LD_LIBRARY_PATH": str(directory)}
