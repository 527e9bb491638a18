"""`python -m config.run [--demo]`: everything on one machine under one supervisor, until Ctrl-C."""

import argparse
import os
import sys

from config.run.folder import StartError
from config.run.supervisor import ROOT, Supervisor


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.run", description=__doc__)
    parser.add_argument("--demo", action="store_true", help="a team, past leads and new ones, in a folder of its own")
    arguments = parser.parse_args()
    if arguments.demo:
        os.environ.setdefault("DATA_DIR", str(ROOT / ".demo"))
    try:
        return from_environment(demo=arguments.demo).run()
    except StartError as error:
        print(error, file=sys.stderr)
        return 1


def from_environment(*, demo: bool) -> Supervisor:
    try:
        from config import env  # noqa: PLC0415 - it reads the environment, which --demo has just added to
    except ValueError as error:
        raise StartError(f"The environment holds a value that cannot be read: {error}") from error
    if not 0 < env.PORT < 65536:
        raise StartError(f"PORT must be between 1 and 65535, not {env.PORT}.")
    if ROOT.is_relative_to(env.DATA_DIR):
        raise StartError(f"DATA_DIR must be a folder of its own, not {env.DATA_DIR}.")
    return Supervisor(
        data=env.DATA_DIR, port=env.PORT, database_url=env.DATABASE_URL, redis_url=env.REDIS_URL, demo=demo
    )


if __name__ == "__main__":
    sys.exit(main())
