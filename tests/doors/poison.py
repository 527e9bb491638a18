"""A connector that harms whoever reads it; a worker started with `-I tests.doors.poison` has it on its shelf."""

import os
import signal

from leads.connector import NewLead, Posted
from leads.connectors import all_connectors


class Poison(Posted):
    """Raises, dies or never ends, as its payload says; reads all else as a lead."""

    name = "poison"
    label = "Poison"

    def read(self, came, configured, door):
        facts = self.payload(came)
        match facts.get("harm"):
            case "raises":
                raise RuntimeError("poisoned")
            case "dies":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "loops":
                while True:
                    pass
        return [NewLead("", facts, {"channel": "web hook"})]


all_connectors()["poison"] = Poison()
