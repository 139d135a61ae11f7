"""The Python services, each started by `python -m <package> <command>`."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded import health
from deploy.embedded.errors import StartError
from deploy.embedded.output import Output
from deploy.embedded.paths import CHECKOUT
from deploy.embedded.pids import PidFile
from deploy.embedded.process import Program, Supervised

# A cold start compiles the sources and maps a model of several hundred megabytes.
_START_SECONDS = 120.0


@dataclass
class Service:
    """One peer of the mesh.

    Attributes:
        name: of the process, in logs and pid files: `gateway`, `gateway-2`.
        peer: the name in the certificate, and the Python package that is started.
        port: where it serves gRPC.
        certificates: the directory of the launcher's own certificate.
        needs: dependencies that it must have reached before it counts as ready.
        command: what is started instead: package and command.
    """

    name: str
    peer: str
    port: int
    environment: Mapping[str, str]
    certificates: Path
    run: Path
    output: Output
    needs: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    _process: Supervised | None = None

    async def start(self) -> None:
        """Starts the process, and starts it again whenever it ends."""
        program = Program(
            name=self.name,
            command=[sys.executable, "-m", *(self.command or (self.peer, "serve"))],
            environment=self.environment,
            directory=CHECKOUT,
        )
        pid_file = PidFile(self.run / f"{self.name}.pid")
        self._process = Supervised(program, self.output, pid_file)
        await self._process.start()

    async def ready(self) -> None:
        """Waits until it says that it can serve.

        Raises:
            StartError: it ends, or does not get that far.
        """
        if self._process is None:
            raise StartError(f"{self.name} was not started.")
        await self._process.until_ready(self._serves, seconds=_START_SECONDS)

    async def stop(self, grace: float) -> None:
        if self._process is not None:
            await self._process.stop(grace)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    async def _serves(self) -> bool:
        return await health.serves(
            f"127.0.0.1:{self.port}",
            peer=self.peer,
            certificates=self.certificates,
            services=("", *(f"dependency:{name}" for name in self.needs)),
        )
