"""What the environment says, and what is refused of it."""

from __future__ import annotations

import pytest

from llm_worker.embeddings import registry as embedding_registry
from llm_worker.providers import registry
from llm_worker.settings import LLMWorkerSettings
from mesh.settings import SettingsError, load, variables

OPENAI = {
    "LAMLA_LLM_BASE_URL": "http://localhost:1/v1",
    "LAMLA_LLM_MODEL": "first, second",
}


@pytest.fixture
def environment(monkeypatch):
    """Loads the settings from variables of a test's choice."""

    def environment(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return load(LLMWorkerSettings)

    return environment


def test_without_any_setting_the_built_in_model_answers(environment):
    """
    A fresh machine needs no key.
    """
    settings = environment()

    assert ("local",) == settings.order
    assert (400, 0.7) == (settings.output_tokens, settings.default_temperature)
    assert settings.listen == settings.endpoint


def test_a_base_url_puts_the_vendor_first(environment):
    """
    And the local model after it, for when the vendor is away.
    """
    assert ("openai_compatible", "local") == environment(**OPENAI).order


def test_the_order_can_be_said(environment):
    """
    Also to leave somebody out.
    """
    settings = environment(**OPENAI, LAMLA_LLM_PROVIDERS="local,openai_compatible")

    assert ("local", "openai_compatible") == settings.order


async def test_providers_are_built_in_their_order(environment):
    """
    With the models that they may be asked for.
    """
    settings = environment(
        **OPENAI,
        LAMLA_LLM_PROVIDERS="scripted,openai_compatible,local",
        LAMLA_LLM_SCRIPTED_MODEL="scripted-n3",
    )
    providers = registry.build(settings)

    assert ["scripted", "openai_compatible", "local"] == [p.name for p in providers]
    assert ["scripted-n3", "first", "second", "smollm2-135m-instruct"] == [
        model.name for provider in providers for model in provider.models
    ]
    for provider in providers:
        await provider.close()


def test_the_key_can_come_from_a_file_and_never_shows(environment, tmp_path):
    """
    A secret is not printed by accident.
    """
    path = tmp_path / "key"
    path.write_text("sk-secret\n")
    settings = environment(**OPENAI, LAMLA_LLM_API_KEY_FILE=str(path))

    assert "sk-secret" == settings.api_key.get_secret_value()
    assert "sk-secret" not in repr(settings)


def test_all_problems_are_told_at_once(environment):
    """
    Whoever corrects them does so once.
    """
    with pytest.raises(SettingsError) as caught:
        environment(
            LAMLA_LLM_PROVIDERS="openai_compatible,gpt,gpt",
            LAMLA_LLM_SCRIPTED_MODEL="script",
        )

    for part in ("'gpt'", "twice", "BASE_URL", "LAMLA_LLM_MODEL", "SCRIPTED_MODEL"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LAMLA_LLM_MODLE", "x"),
        ("LAMLA_LLM_BASE_URL", "localhost:11434"),
        ("LAMLA_LLM_GGUF", "/no/such.gguf"),
        ("LAMLA_LLM_MAX_OUTPUT_TOKENS", "5000"),
    ],
)
def test_what_cannot_work_is_refused(environment, name, value):
    """
    By name, before the process serves.
    """
    with pytest.raises(SettingsError, match=name):
        environment(**{name: value})


def test_listening_on_all_addresses_advertises_the_host(environment):
    """
    Nobody can connect to an empty name.
    """
    endpoint = environment(LAMLA_LLM_LISTEN=":7").endpoint

    assert endpoint.endswith(":7")
    assert endpoint != ":7"


def test_every_setting_is_described():
    """
    The description is its documentation.
    """
    assert all(variable.description for variable in variables(LLMWorkerSettings))


def test_the_best_built_in_model_embeds(environment):
    """
    A fresh machine needs no key for that either.
    """
    (embedder,) = embedding_registry.build(environment())

    assert "multilingual-e5-small" == embedder.name


async def test_embedders_are_built_in_their_order(environment):
    """
    The first is the default; the vendor of texts embeds, too, unless another is named.
    """
    settings = environment(
        **OPENAI, LAMLA_LLM_EMBEDDERS="openai_compatible,all-minilm-l6-v2"
    )
    vendor, minilm = embedding_registry.build(settings)
    await vendor.close()

    assert ("openai_compatible", "all-minilm-l6-v2") == (vendor.name, minilm.name)
    assert "text-embedding-3-small" == vendor.model.name


@pytest.mark.parametrize(
    ("variables", "wrong"),
    [
        ({"LAMLA_LLM_EMBEDDERS": "local,loccal"}, "LAMLA_LLM_EMBEDDERS: 'loccal'"),
        ({"LAMLA_LLM_EMBEDDERS": "local,local"}, "names a model twice"),
        (
            {"LAMLA_LLM_EMBEDDERS": "openai_compatible"},
            "LAMLA_LLM_EMBEDDING_BASE_URL: openai_compatible needs it",
        ),
        (
            {"LAMLA_LLM_EMBEDDING_BASE_URL": "localhost:1"},
            "LAMLA_LLM_EMBEDDING_BASE_URL: must begin with",
        ),
    ],
)
def test_embedders_that_cannot_be_built_are_named(environment, variables, wrong):
    """
    With the variable that is to be changed.
    """
    with pytest.raises(SettingsError, match=wrong):
        environment(**variables)


@pytest.mark.parity("A21")
def test_a_model_whose_vectors_do_not_fit_is_refused(environment):
    """
    Both numbers and the model are named.
    """
    settings = environment(
        **OPENAI,
        LAMLA_LLM_EMBEDDERS="openai_compatible",
        LAMLA_LLM_EMBEDDING_DIMENSION="1536",
    )

    with pytest.raises(
        SettingsError, match=r"text-embedding-3-small have 1536 .* has 384"
    ):
        embedding_registry.build(settings)
