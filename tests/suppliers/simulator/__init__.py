# SPDX-License-Identifier: Apache-2.0
"""Suppliers' tools, simulated: see ../README.md."""
