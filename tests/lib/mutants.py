# SPDX-License-Identifier: Apache-2.0
"""The mutants of a test program: tests/mutants/NAME.patch, each with the rule that it breaks and the seeds that must
find it. tests/README.md says how to write one."""
import glob
import os
import re
from collections import namedtuple

from tap import BUILD, TOP

RELEASE = os.environ.get("ENTENTE_BUILD_RELEASE") or os.path.join(TOP, "build", "release")
Mutant = namedtuple("Mutant", "name rule seeds first path")


def mutants_of(program):
    """Those whose head says `Program: PROGRAM`, by name; path is None where the mutant is not built."""
    found = []
    for patch in sorted(glob.glob(os.path.join(TOP, "tests", "mutants", "*.patch"))):
        name = os.path.basename(patch)[:-len(".patch")]
        with open(patch, encoding="utf-8") as file:
            head = file.read().split("\n--- ")[0]
        fields = dict(re.findall(r"^(Rule|Program|Seeds): (.+)$", head, re.M))
        seeds = re.fullmatch(r"(\d+)(?: from (\d+))?", fields.get("Seeds", ""))
        if not seeds:
            raise ValueError(f"{patch}: `Seeds: N` or `Seeds: N from FIRST` is missing")
        if fields.get("Program") != program:
            continue
        paths = [os.path.join(build, "tests", "mutant_" + name) for build in (RELEASE, BUILD)]
        path = next((one for one in paths if os.access(one, os.X_OK)), None)
        found.append(Mutant(name, fields["Rule"], int(seeds[1]), int(seeds[2] or 1), path))
    return found
