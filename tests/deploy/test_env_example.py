"""`.env.example` names every variable, with type and default."""

import pytest
from dotenv import dotenv_values

from deploy.embedded.wiring import KINDS
from deploy.env_example import TARGET, render
from mesh.settings import variable_names


@pytest.mark.parity("A101")
def test_the_file_is_what_the_settings_say() -> None:
    """Run `python -m deploy.env_example` after changing a setting."""
    assert render() == TARGET.read_text()


def test_every_variable_is_in_it_once() -> None:
    """A variable that several processes read stands there once."""
    lines = [line for line in render().splitlines() if line.startswith("#")]
    named = [line[1:].partition("=")[0] for line in lines if line[1:2].isupper()]
    wanted = {name for kind in KINDS for name in variable_names(kind).values()}

    assert wanted == set(named)
    assert len(named) == len(set(named))


def test_a_copy_changes_nothing() -> None:
    """All is commented out: copying the file sets nothing."""
    assert {} == dotenv_values(TARGET)
