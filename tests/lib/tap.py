# SPDX-License-Identifier: Apache-2.0
"""For test scripts in Python: one line per check, exit status from end().

    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
    from tap import Tap
"""
import os
import socket
import sys
import time

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("ENTENTE_BUILD") or os.path.join(TOP, "build", "dev")
SHARED = os.environ.get("ENTENTE_SHARED") or ""


class Tap:
    def __init__(self):
        self.n = self.bad = 0

    def _line(self, line):
        self.n += 1
        print(line, flush=True)

    def ok(self, name):
        self._line(f"ok - {name}")

    def fail(self, name, why):
        self.bad += 1
        self._line(f"not ok - {name}: {str(why)[:2000]}")

    def skip(self, name, why):
        self._line(f"ok - {name} # SKIP {why}")

    def note(self, text):
        for line in str(text).splitlines():
            print(f"# {line}", flush=True)

    def check(self, name, holds, why="it does not hold"):
        if holds:
            self.ok(name)
        else:
            self.fail(name, why)
        return bool(holds)

    def equal(self, name, got, want):
        return self.check(name, got == want, f"got {got!r}, want {want!r}")

    def end(self):
        if not self.n:
            self.fail("suite", "nothing was checked")
        sys.exit(1 if self.bad else 0)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, seconds=20, every=0.05):
    """Calls what() until it gives something true and returns that; None at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        got = what()
        if got:
            return got
        if time.monotonic() >= deadline:
            return None
        time.sleep(every)
