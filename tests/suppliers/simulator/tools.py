# SPDX-License-Identifier: Apache-2.0
"""Which tools there are: each class below Tool, in any file of this folder."""
import importlib
import os
import pkgutil

from .tool import Tool


def all_below(kind):
    return [c for below in kind.__subclasses__() for c in (below, *all_below(below))]


for module in pkgutil.iter_modules([os.path.dirname(os.path.realpath(__file__))]):
    importlib.import_module("." + module.name, __package__)
TOOLS = {tool.name: tool for tool in sorted(all_below(Tool), key=lambda tool: tool.name)}
