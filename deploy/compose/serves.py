"""Whether the peer in this container can serve.

`python -m deploy.compose.serves PEER CERTIFICATES` is the health check of
a container. It ends with 0 or 1, and imports little: it runs often.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from deploy.embedded import health

PORTS = {"gateway": 20801, "llm_worker": 20802, "persistence": 20803, "ingest": 20810}


def main(peer: str, certificates: Path) -> int:
    """Asks the peer that should run in this container."""
    target = f"127.0.0.1:{PORTS[peer]}"
    serves = asyncio.run(health.serves(target, peer=peer, certificates=certificates))
    return 0 if serves else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
