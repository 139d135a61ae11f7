"""Which error of the contract a provider's failure is."""

from __future__ import annotations

from datetime import timedelta

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from llm_worker.providers.base import (
    ContextTooLongError,
    ModelUnknownError,
    ProviderError,
    ProviderInterruptedError,
    ProviderRateLimitedError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from mesh.errors import FieldViolation, ServiceError

RETRY_AFTER = timedelta(seconds=1)
# For vendors that limit the rate and do not say for how long.
RATE_LIMIT_RETRY_AFTER = timedelta(seconds=10)


def service_error(error: ProviderError) -> ServiceError:
    """Makes what the caller sees of `error`.

    The vendor's own words stay in our log: they may quote prompt or credentials.
    """
    provider = error.provider
    match error:
        case ModelUnknownError():
            return model_unknown(error.model)
        case ContextTooLongError():
            return ServiceError(
                ErrorReason.ERROR_REASON_CONTEXT_TOO_LONG,
                "Prompt and answer do not fit the model's context window.",
                context_tokens=str(error.context_tokens),
            )
        case ProviderRateLimitedError():
            return ServiceError(
                ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED,
                f"The provider {provider} limits our rate.",
                retry_after=RATE_LIMIT_RETRY_AFTER
                if error.retry_after is None
                else timedelta(seconds=error.retry_after),
                provider=provider,
            )
        case ProviderRejectedError():
            return ServiceError(
                ErrorReason.ERROR_REASON_PROVIDER_REJECTED,
                f"The provider {provider} refuses the request.",
                provider=provider,
            )
        case ProviderInterruptedError():
            return ServiceError(
                ErrorReason.ERROR_REASON_PROVIDER_INTERRUPTED,
                f"The provider {provider} stopped in the middle of the answer.",
                retry_after=RETRY_AFTER,
                provider=provider,
            )
        case ProviderUnavailableError():
            return ServiceError(
                ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE,
                f"The provider {provider} does not answer.",
                retry_after=RETRY_AFTER,
                provider=provider,
            )
        case _:
            raise AssertionError(f"no error of the contract for {type(error)}")


def model_unknown(model: str) -> ServiceError:
    """Makes the error for a model that no provider has."""
    return ServiceError(
        ErrorReason.ERROR_REASON_MODEL_UNKNOWN,
        f"No configured provider has the model {model!r}.",
        field_violations=[
            FieldViolation(
                "config.model",
                "must be empty or one of the configured models",
                "config.model.known",
            )
        ],
        model=model,
    )


def overloaded() -> ServiceError:
    """Makes the error for work that this process has no room for."""
    return ServiceError(
        ErrorReason.ERROR_REASON_OVERLOADED,
        "This process runs as many of these calls as it can hold.",
        retry_after=RETRY_AFTER,
    )


def ended(generation_id: str) -> ServiceError:
    """Makes the error for a generation that was cancelled."""
    return ServiceError(
        ErrorReason.ERROR_REASON_GENERATION_ENDED,
        "The generation was cancelled.",
        generation_id=generation_id,
    )


def not_found(generation_id: str) -> ServiceError:
    """Makes the error for a generation that this process does not know."""
    return ServiceError(
        ErrorReason.ERROR_REASON_GENERATION_NOT_FOUND,
        "No such generation runs here.",
        generation_id=generation_id,
    )
