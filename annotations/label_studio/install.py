"""Label Studio in an environment of its own, made once a machine: it pins versions that the toolkit does not share.

Beside it stands a database that was migrated and holds nobody: a server that starts on a copy of it is ready in
seconds, where migrating takes half a minute of computing.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import CurateError

VERSION = "1.23.2"
VERSIONS = Path(__file__).with_name("versions.txt")
"""The versions that were tested together, for the installer's ``--constraint``."""
DATABASE = "label_studio.sqlite3"

QUIET = {
    "LABEL_STUDIO_SENTRY_DSN": "",
    "LABEL_STUDIO_FRONTEND_SENTRY_DSN": "",
    "LABEL_STUDIO_COLLECT_ANALYTICS": "false",
    "LABEL_STUDIO_LATEST_VERSION_CHECK": "false",
    "LABEL_STUDIO_FEATURE_FLAGS_OFFLINE": "true",
}
"""Environment in which neither the server nor its pages report to anybody."""

Say = Callable[[str], None]


def cache_folder() -> Path:
    """Where the environment stands: in the user's cache folder, by version and Python."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "emocurate" / f"label-studio-{VERSION}-py{sys.version_info.major}.{sys.version_info.minor}"


def installed(say: Say) -> Path:
    """The folder with Label Studio's environment and its migrated database, made if it is not there.

    Two commands at once wait for each other, and an installation that was interrupted is made anew.

    Args:
        say: Is told what takes long.

    Raises:
        CurateError: If it cannot be installed.
    """
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        if not (folder / "environment.complete").is_file():
            say(f"Installing Label Studio {VERSION} into {folder} (once; it takes about 1 GB) ...")
            _install(folder)
        if not (folder / "database.complete").is_file():
            say("Preparing its database (once; about a minute) ...")
            _migrate(folder)
    return folder


def program(folder: Path) -> Path:
    """The ``label-studio`` of an installation."""
    return folder / "environment" / "bin" / "label-studio"


def database(folder: Path) -> Path:
    """The migrated database of an installation: without users, keys or projects."""
    return folder / "database" / DATABASE


def clean_environment() -> dict[str, str]:
    """The environment variables for Label Studio: the user's, without what would lead it elsewhere."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("LABEL_STUDIO_", "DJANGO_"))}
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"):
        ours.pop(name, None)
    return ours | QUIET


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(folder: Path) -> None:
    environment = folder / "environment"
    shutil.rmtree(environment, ignore_errors=True)
    uv = shutil.which("uv")
    venv.create(environment, with_pip=uv is None, symlinks=True)
    python = environment / "bin" / "python"
    wanted = [f"label-studio=={VERSION}", "--constraint", str(VERSIONS)]
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", str(python), *wanted]
    else:
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    _run(command, folder, "Label Studio cannot be installed", os.environ.copy())
    (folder / "environment.complete").touch()


def _migrate(folder: Path) -> None:
    data = folder / "database"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    python = folder / "environment" / "bin" / "python"
    manage = "import sys, django.core.management as m; m.execute_from_command_line(sys.argv)"
    settings = {"DJANGO_SETTINGS_MODULE": "core.settings.label_studio", "LABEL_STUDIO_BASE_DATA_DIR": str(data)}
    package = next((folder / "environment").glob("lib/python*/site-packages/label_studio"))
    _run(
        [str(python), "-c", manage, "migrate", "--verbosity", "0"],
        folder,
        "Label Studio's database cannot be prepared",
        clean_environment() | settings | {"PYTHONPATH": str(package)},
    )
    for path in data.iterdir():
        # Its key above all: every workspace gets its own.
        if path.name != DATABASE:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / "database.complete").touch()


def _run(command: list[str], folder: Path, what: str, env: dict[str, str]) -> None:
    log = folder / "install.log"
    with log.open("w") as out:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=env, check=False
        )
    if done.returncode:
        raise CurateError(what, file=log, mend="The file says why; mend that and run the command again.")
