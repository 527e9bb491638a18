"""`python -m config.run.beside COMMAND`: one command beside embedded servers of its own, in a throw-away folder."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from config.run import embedded
from config.run.folder import StartError


def main(command: list[str]) -> int:
    """The exit code of the command; DATABASE_URL or REDIS_URL, where given, take the place of a server of ours."""
    from config import env  # noqa: PLC0415 - the command's own process reads it anew, with what is set below

    with tempfile.TemporaryDirectory(prefix="fairlead-beside-") as folder:
        servers = []
        try:
            if not env.DATABASE_URL:
                servers.append(embedded.start_postgres(Path(folder)))
                os.environ["DATABASE_URL"] = servers[-1].url
            if not env.REDIS_URL:
                servers.append(embedded.start_valkey(Path(folder)))
                os.environ["REDIS_URL"] = servers[-1].url
            os.environ["DATA_DIR"] = folder
            return subprocess.run(command, check=False).returncode
        except (StartError, FileNotFoundError) as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
        finally:
            for server in reversed(servers):
                server.stop()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
