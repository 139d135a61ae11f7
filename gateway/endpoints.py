"""Names in leases: where a gateway is reached, and which run of that process it is.

A gateway that was killed and started again finds leases of its own earlier run. It need
not wait until they expire: two processes cannot listen at one address, so the writer is
gone.
"""

from __future__ import annotations

import secrets

SEPARATOR = "#"
RUN_BYTES = 6


def of_this_run(address: str) -> str:
    """Returns a new name for the process at `address`: `host:port#run`."""
    return f"{address}{SEPARATOR}{secrets.token_hex(RUN_BYTES)}"


def address_of(endpoint: str) -> str:
    """Returns where the process is reached: `host:port`."""
    return endpoint.partition(SEPARATOR)[0]
