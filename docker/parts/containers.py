# SPDX-License-Identifier: BSD-2-Clause
"""The lab with Docker: compose.yaml by `docker compose`, or by docker-compose 1.29 where there is no plugin."""
import os
import shutil

from base import Trouble, run, say

PROJECT = "anyns-lab"


class Containers:
    kind = "containers"

    def __init__(self, here, state, services):
        self.here, self.state, self.services = here, state, services
        self.ids = {}

    def compose(self, *words, **options):
        plugin = run("docker", "compose", "version", check=False).returncode == 0
        if not plugin and not shutil.which("docker-compose"):
            raise Trouble("neither `docker compose` nor docker-compose is installed")
        command = ["docker", "compose"] if plugin else ["docker-compose"]
        # --compatibility: names alike in both; long lines of progress are nobody's wish.
        return run(*command, "-p", PROJECT, "-f", self.here / "compose.yaml", *words,
                   env={**os.environ, "LAB_STATE": str(self.state)}, **options)

    # --- up and down -----------------------------------------------------------------------------------

    def prepare(self):
        if run("docker", "info", check=False).returncode != 0:
            raise Trouble("no Docker daemon answers; start it, or use docker/lab --netns")
        flags = os.environ.get("BUILD_FLAGS", "").split()
        base = os.environ.get("BASE")
        if base:
            flags += ["--build-arg", f"BASE={base}"]
        for image, dockerfile in (("anyns", "Dockerfile"), ("anyns-lab", "lab.Dockerfile")):
            say(f"building the image {image}")
            run("docker", "build", *flags, "-q", "-f", self.here / dockerfile, "-t", image, self.here.parent, limit=1800)
        size = int(run("docker", "image", "inspect", "--format", "{{.Size}}", "anyns").stdout)
        say(f"the image of a PoP, anyns, has {size / 1e6:.1f} MB")

    def is_up(self):
        return bool(run("docker", "ps", "-q", "--filter", f"label=com.docker.compose.project={PROJECT}").stdout.strip())

    def up(self):
        self.compose("up", "-d", limit=600)

    def down(self):
        self.compose("down", "-t", "1", "-v", "--remove-orphans", limit=600)

    # --- one service -----------------------------------------------------------------------------------

    def id(self, name):
        if not self.ids:
            label = '{{.Label "com.docker.compose.service"}} {{.ID}}'
            listed = run("docker", "ps", "-a", "--filter", f"label=com.docker.compose.project={PROJECT}", "--format", label)
            self.ids = dict(line.split() for line in listed.stdout.splitlines())
        return self.ids[name]

    def kill(self, name):
        run("docker", "kill", self.id(name))

    def stop(self, name):
        run("docker", "stop", "-t", "30", self.id(name))

    def start(self, name):
        run("docker", "start", self.id(name))

    @staticmethod
    def tool(folder, *words):
        run("docker", "run", "--rm", "--network", "none", "--user", f"{os.getuid()}:{os.getgid()}", "-v", f"{folder}:/work",
            "-w", "/work", "anyns-lab", *words)

    # --- inside ----------------------------------------------------------------------------------------

    def inside(self, name, words):
        program = ["/usr/sbin/anyns", *words[1:]] if words[0] == "anyns" else words
        return ["docker", "exec", "-i", self.id(name), *map(str, program)]

    def log(self, name):
        done = run("docker", "logs", self.id(name))
        return done.stdout + done.stderr

    def options(self):
        return {}
