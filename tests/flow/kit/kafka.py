# SPDX-License-Identifier: Apache-2.0
"""Apache Kafka for one test, by deploy/kafka/run; killed and started again at will."""
import os
import signal
import socket
import subprocess

from tap import TOP, wait_for

RUN = os.path.join(TOP, "deploy", "kafka", "run")
PROPERTIES = os.path.join(TOP, "deploy", "kafka", "log4j2.properties")
CACHE = os.path.join(os.environ.get("ENTENTE_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ.get("HOME", "/root"), ".cache"), "entente"), "kafka-4.1.1")


def _two_free_ports():
    for _ in range(100):
        with socket.socket() as a, socket.socket() as b:
            a.bind(("127.0.0.1", 0))
            port = a.getsockname()[1]
            if port > 65000:
                continue
            try:
                b.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise RuntimeError("no two free ports side by side")


class Kafka:
    def __init__(self, folder):
        self.folder = folder
        self.port = _two_free_ports()
        self.address = f"127.0.0.1:{self.port}"

    def _run(self, verb, *args):
        return subprocess.run([RUN, verb, self.folder, *args], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, timeout=700)

    def start(self):
        """None when it runs; the reason when it cannot be had here. Anything else raises."""
        out = self._run("start", "--port", str(self.port))
        if out.returncode == 3:
            return out.stderr.strip().splitlines()[-1] if out.stderr.strip() else "it cannot be had here"
        if out.returncode:
            raise RuntimeError("Kafka does not start: " + out.stderr)
        return None

    def stop(self):
        if os.path.exists(os.path.join(self.folder, "kafka.pid")):
            self._run("stop")

    def kill(self):
        with open(os.path.join(self.folder, "kafka.pid")) as f:
            pid = int(f.read())
        os.kill(pid, signal.SIGKILL)
        # Not our child: gone when its name is gone.
        wait_for(lambda: not os.path.exists(f"/proc/{pid}") or open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] == "Z", 10)

    def create(self, topic, partitions, *config):
        command = ["java", f"-Dlog4j2.configurationFile={PROPERTIES}", "-cp", os.path.join(CACHE, "lib", "*"),
                   "org.apache.kafka.tools.TopicCommand", "--bootstrap-server", self.address, "--create", "--topic", topic,
                   "--partitions", str(partitions)]
        for one in config:
            command += ["--config", one]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
