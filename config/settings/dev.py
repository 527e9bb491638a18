"""Settings of `make run` and `make demo`: one machine, plain HTTP on loopback."""

from .base import *  # noqa: F403 - the one place where settings pass on whole
