"""A page that is built anew under a running mesh is the one that is served."""

from pathlib import Path

from deploy.embedded.index_copy import IndexCopy


def _copy(tmp_path: Path) -> tuple[Path, IndexCopy]:
    page = tmp_path / "dist"
    page.mkdir()
    original = page / "index.html"
    original.write_text("first")
    return original, IndexCopy(page, tmp_path / "run" / "page")


def test_a_new_page_replaces_the_copy_by_a_rename(tmp_path: Path) -> None:
    """Another file by the same name: that is what Envoy watches for."""
    original, copy = _copy(tmp_path)
    copy.directory.parent.mkdir()
    copy.refresh()
    copied = copy.directory / "index.html"
    before = copied.stat().st_ino
    original.write_text("second one")
    copy.refresh()

    assert "second one" == copied.read_text()
    assert before != copied.stat().st_ino


def test_an_unchanged_page_is_left_alone(tmp_path: Path) -> None:
    """Envoy has nothing to read."""
    _, copy = _copy(tmp_path)
    copy.directory.parent.mkdir()
    copy.refresh()
    before = (copy.directory / "index.html").stat().st_ino
    copy.refresh()

    assert before == (copy.directory / "index.html").stat().st_ino


def test_the_last_page_is_served_while_a_build_runs(tmp_path: Path) -> None:
    """A build begins by deleting, and its first write is an empty file."""
    original, copy = _copy(tmp_path)
    copy.directory.parent.mkdir()
    copy.refresh()
    original.unlink()
    copy.refresh()
    original.touch()
    copy.refresh()

    assert "first" == (copy.directory / "index.html").read_text()
