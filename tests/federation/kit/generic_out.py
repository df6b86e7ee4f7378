# SPDX-License-Identifier: Apache-2.0
"""jq programs that connect the simulated generic tool, by class and dialect."""
from tools import GENERIC_DECODE


def settings(kind_class, dialect):
    return {"decode": GENERIC_DECODE, "signature_header": "X-Signature", "signature_prefix": "sha256=", "delivery_header": "X-Delivery"}
