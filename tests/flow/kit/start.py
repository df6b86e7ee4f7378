# SPDX-License-Identifier: Apache-2.0
"""What the flow scripts begin with: a folder that goes away, brokers that are ended."""
import contextlib
import os
import shutil
import sys
import tempfile
import traceback

from stand import Broker


@contextlib.contextmanager
def folder(prefix):
    path = tempfile.mkdtemp(prefix=f"entente-{prefix}-", dir=os.environ.get("ENTENTE_TMP"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def broker(path, *args, start=True, **how):
    one = Broker(path, *args, **how)
    try:
        if start:
            one.start()
        yield one
    finally:
        if one.process:
            one.stop()


@contextlib.contextmanager
def apache(tap, name, path):
    """Gives the running Kafka, or None after saying that the test is skipped."""
    from kafka import Kafka
    kafka = Kafka(path)
    why = kafka.start()
    if why:
        tap.skip(name, why)
    try:
        yield None if why else kafka
    finally:
        kafka.stop()


def _say(kind, value, trace):
    """What nobody caught is a failed check, with where it happened."""
    sys.stdout.flush()
    for line in "".join(traceback.format_exception(kind, value, trace)).splitlines():
        print(f"# {line}")
    what = getattr(value, "stderr", None) or str(value)
    what = what.decode(errors="replace") if isinstance(what, bytes) else what
    print(f"not ok - {os.path.basename(sys.argv[0])} broke off: {kind.__name__}: {' '.join(what.split())[:600]}", flush=True)


sys.excepthook = _say
