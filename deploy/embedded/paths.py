"""Where everything the launcher makes lies under LAMLA_HOME."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.errors import StartError

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Home:
    """One home: all state of one mesh."""

    root: Path

    @property
    def certificates(self) -> Path:
        return self.root / "certs"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def documents(self) -> Path:
        """The files that people upload."""
        return self.root / "documents"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def better_model(self) -> Path:
        """Where `make model` puts the model it fetches."""
        return self.models / "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"

    @property
    def outside(self) -> Path:
        """What an unprivileged account must reach when it cannot reach the home."""
        digest = hashlib.sha256(str(self.root).encode()).hexdigest()[:12]
        return Path("/var/lib/lamla") / digest

    @property
    def programs(self) -> Path:
        """Where a copy of PostgreSQL lies that the unprivileged account can run."""
        return self.outside.parent / "postgresql"

    @property
    def _mark(self) -> Path:
        return self.root / ".lamla-home"

    @property
    def lock(self) -> Path:
        return self.run / "launcher.lock"

    def parts(self) -> tuple[Path, ...]:
        """Everything that `create` and the launcher make."""
        inside = (
            self.certificates,
            self.secrets,
            self.postgres,
            self.documents,
            self.run,
            self.logs,
            self.models,
            self._mark,
        )
        return (*inside, self.outside)

    def check_is_home(self) -> None:
        """Checks that the directory holds no other files of somebody's.

        Raises:
            StartError: it was there before, with other things in it.
        """
        if self.root.is_dir() and any(self.root.iterdir()) and not self._mark.exists():
            raise StartError(
                f"{self.root} is not empty and not a home of Lamla."
                " Set LAMLA_HOME to a directory that is new or empty."
            )

    def create(self) -> None:
        """Makes the directories; only their owner can read what is private.

        Raises:
            StartError: the home belongs to somebody else, or is something else.
        """
        self.check_is_home()
        # Others may pass through, but not look: PostgreSQL's account has to.
        self.root.mkdir(parents=True, exist_ok=True)
        owner = self.root.stat().st_uid
        if os.geteuid() not in (0, owner):
            raise StartError(
                f"{self.root} belongs to another account (uid {owner})."
                " Start as that account, or set LAMLA_HOME to another directory."
            )
        self.root.chmod(0o711)
        self._mark.touch()
        private = (
            self.certificates,
            self.secrets,
            self.documents,
            self.run,
            self.logs,
            self.models,
        )
        for directory in private:
            directory.mkdir(exist_ok=True)
            directory.chmod(0o700)
