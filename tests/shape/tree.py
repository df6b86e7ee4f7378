# SPDX-License-Identifier: Apache-2.0
"""The sources as the scripts of this folder read them."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from tap import TOP

# Bytes as suppliers send them stand here.
NOT_OURS = ("tests/cases/", "tests/fuzz/corpus/")


def files_of_tree():
    if shutil.which("git"):
        listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, capture_output=True, text=True)
        if listing.returncode == 0:
            return [f for f in listing.stdout.split("\n") if f and os.path.isfile(os.path.join(TOP, f))]
    found = []  # an unpacked archive
    for folder, names, files in os.walk(TOP):
        names[:] = [n for n in names if n not in ("build", ".git", "__pycache__")]
        found += [os.path.relpath(os.path.join(folder, f), TOP) for f in files]
    return found


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def without(text, strings):
    """Comments become blanks; the insides of strings too when asked. Lines keep their numbers."""
    def blank(match):
        token = match[0]
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        return token[0] + " " * (len(token) - 2) + token[0] if strings else token
    return TOKEN.sub(blank, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def layer_of(path):
    parts = path.split("/")
    if parts[0] == "connectors":
        return "connectors/" + parts[1] if parts[1] in ("abi", "sdk") else "connector"
    return "broker/" + parts[1] if len(parts) > 2 else "broker"


def is_source(path):
    return path.endswith((".c", ".h")) and path.startswith(("broker/", "connectors/"))
