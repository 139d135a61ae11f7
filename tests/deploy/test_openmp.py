"""libgomp for the local decoder, on systems without it."""

from __future__ import annotations

import ctypes
import ctypes.util

from deploy.embedded.openmp import library_path


def test_a_system_with_the_library_needs_nothing(tmp_path, monkeypatch):
    """
    What the system maintains is preferred.
    """
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: "libgomp.so.1")

    assert {} == library_path(tmp_path)


def test_a_system_without_it_gets_the_one_in_the_wheel(tmp_path, monkeypatch):
    """
    The link has the name that the decoder asks for, and is the real library.
    """
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: None)

    assert {"LD_LIBRARY_PATH": str(tmp_path / "lib")} == library_path(tmp_path / "lib")
    library = ctypes.CDLL(str(tmp_path / "lib" / "libgomp.so.1"))
    assert 1 <= library.omp_get_max_threads()
