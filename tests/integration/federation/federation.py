"""A federation of real programs on the loopback device, for tests: a coordinator and its sites, each a process of its own.

Whatever is started here ends with the test, by its own process id, even if the test is killed.
"""

import contextlib
import ctypes
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE_S = 120  # for what takes seconds on an idle machine

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _end_with_the_test():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Failed(AssertionError):
    """The product did something else than it should."""


class Programs:
    """The two programs under test, from the command line or from the environment (as ctest sets it)."""

    def __init__(self, coordinator=None, node=None):
        self.coordinator = coordinator or os.environ["HUIZHEN_COORDINATOR_PROGRAM"]
        self.node = node or os.environ["HUIZHEN_NODE_PROGRAM"]


def add_program_options(parser):
    parser.add_argument("--coordinator", help="huizhen-coordinator")
    parser.add_argument("--node", help="huizhen-node")


def free_port():
    """Below the ports that outgoing connections get: nobody else takes it while its server is being restarted."""
    for _ in range(1000):
        port = random.SystemRandom().randint(20000, 32000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise RuntimeError("no free port")


def wait_for(what, condition, seconds=PATIENCE_S):
    """The first true value of condition()."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"waited {seconds} s for: {what}")
        time.sleep(0.02)


class Process:
    """One program that is started, killed and started again; all its runs write into one log."""

    def __init__(self, command, log):
        self.command = [str(word) for word in command]
        self.log = Path(log)
        self.running = None

    def start(self, before=None):
        def prepare():
            _end_with_the_test()
            if before:
                before()

        with open(self.log, "ab") as out:
            self.running = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            preexec_fn=prepare)

    def signal(self, number):
        self.running.send_signal(number)

    def kill(self):
        self.running.kill()
        self.running.wait()

    def ended(self, seconds):
        """The exit code, or None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.running.wait(seconds)
        return None

    def stop(self):
        """SIGTERM. (exit code, seconds that it took)"""
        begin = time.monotonic()
        self.signal(signal.SIGTERM)
        code = self.ended(30)
        if code is None:
            self.kill()
            raise Failed(f"{self.command[:2]} does not end on SIGTERM")
        return code, time.monotonic() - begin

    def text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def alive(self):
        return self.running is not None and self.running.poll() is None


class Federation:
    def __init__(self, folder, programs, port=None):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.programs = programs
        self.port = port or free_port()
        self.state = self.folder / "c"
        self.coordinator = Process([programs.coordinator, "serve", "--state", self.state], self.folder / "c.log")
        self.nodes = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    # Setting up.

    def init(self, listen="127.0.0.1", hosts=("127.0.0.1",)):
        secret = self.folder / "passphrase"
        secret.write_text("nothing that anybody types\n")
        words = [word for host in hosts for word in ("--host", host)]
        done = self.run_coordinator("init", "--federation", "Test", "--advertise", f"127.0.0.1:{self.port}", "--listen",
                                    f"{listen}:{self.port}", "--root-key", self.folder / "root-key.pem",
                                    "--passphrase-file", secret, *words)
        _expect(done, 0)
        return self

    def advertise(self, address):
        """What invitations from now on name. The coordinator reads it as it starts."""
        file = self.state / "coordinator.toml"
        file.write_text(re.sub(r"(?m)^advertise = .*$", f'advertise = "{address}"', file.read_text()))

    def serve(self, before=None):
        self.coordinator.start(before)
        return self.await_coordinator()

    def await_coordinator(self):
        wait_for("the coordinator answers", lambda: self.coordinator.alive() and self.answers() or self._has_ended())
        return self

    def answers(self):
        return self.run_coordinator("status", "--json").returncode == 0

    def _has_ended(self):
        if self.coordinator.alive():
            return False
        raise Failed("the coordinator has ended:\n" + self.coordinator.text())

    def invite(self, name, *words):
        return self.ask("invite", name, *words)["code"]

    def begin_enrolment(self, name, code, prefix=(), state=None):
        """The process that waits for its approval."""
        process = subprocess.Popen([*map(str, prefix), self.programs.node, "enrol", "--state", str(state or self.folder / name)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   preexec_fn=_end_with_the_test)
        process.stdin.write(code + "\n")
        process.stdin.flush()
        return process

    def approve(self, name):
        def waiting():
            sites = {site["name"]: site for site in self.sites()}
            return sites.get(name, {}).get("request_fingerprint")

        self.ask("approve", name, "--key", wait_for(f"{name} asks to be enrolled", waiting))

    def enrol(self, names, prefix=()):
        """Several at once: each waits seconds for its approval."""
        begun = {name: self.begin_enrolment(name, self.invite(name), prefix) for name in names}
        for name in names:
            self.approve(name)
        for name, process in begun.items():
            said, _ = process.communicate(timeout=PATIENCE_S)
            if process.returncode != 0:
                raise Failed(f"{name} was not enrolled: {said}")
            self.add_node(name, prefix)
        return self

    def add_node(self, name, prefix=()):
        command = [*prefix, self.programs.node, "federate", "--state", self.folder / name, "--quiet"]
        self.nodes[name] = Process(command, self.folder / f"{name}.log")

    def start_nodes(self):
        for node in self.nodes.values():
            node.start()
        return self.await_connections()

    def await_connections(self):
        wait_for("every site is connected",
                 lambda: {site["name"] for site in self.sites() if site["connected"]} >= set(self.nodes))
        return self

    def copy(self, folder):
        """The same federation, of programs that do not run, in another folder: same keys, same port."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("*.log", "control.socket"))
        twin = Federation(folder, self.programs, self.port)
        for name in self.nodes:
            twin.add_node(name)
        return twin

    # Asking.

    def run_coordinator(self, *words, state=None):
        return _run([self.programs.coordinator, *words, "--state", state or self.state])

    def run_node(self, name, *words):
        return _run([self.programs.node, *words, "--state", self.folder / name])

    def ask(self, *words):
        return json.loads(_expect(self.run_coordinator(*words, "--json"), 0).stdout)

    def ask_node(self, name, *words):
        return json.loads(_expect(self.run_node(name, *words, "--json"), 0).stdout)

    def sites(self):
        return self.ask("sites").get("sites", [])

    # Plans.

    def begin(self, plan):
        file = self.folder / f"{plan['id']}.json"
        file.write_text(json.dumps(plan))
        return self.ask("plan", "create", "--file", file, "--start")

    def show(self, plan_id):
        return self.ask("plan", "show", plan_id)

    def rounds_over(self, plan_id):
        """How many rounds have ended, from the log: cheap."""
        return self.coordinator.text().count(f'round-over plan="{plan_id}"')

    def finish(self, plan_id, seconds=PATIENCE_S):
        """The plan when its rounds are over and a person is asked."""

        def over():
            if not self.coordinator.alive():
                self._has_ended()
            # Each round is said to be over and then, with the last, the candidate of the plan.
            return "candidate" in self.coordinator.text() and self.show(plan_id)["state"] not in _GOES_ON

        wait_for(f"{plan_id} is over", over, seconds)
        status = self.show(plan_id)
        if status["state"] != "PLAN_STATE_WAITING_FOR_DECISION":
            raise Failed(f"{plan_id}: {status['state']}: {status['reason']}")
        return status

    # Ending.

    def stop(self):
        for process in [*self.nodes.values(), self.coordinator]:
            if process.alive():
                code, _ = process.stop()
                if code != 0:
                    raise Failed(f"{process.command[:2]} ended with {code} on SIGTERM:\n{process.text()[-2000:]}")

    def kill(self):
        for process in [*self.nodes.values(), self.coordinator]:
            if process.alive():
                process.kill()

    # What must hold at any time.

    def check_at_rest(self):
        """When nothing runs: every audit is whole, and every object is what its name says."""
        _expect(self.run_coordinator("audit", "verify"), 0)
        for name in self.nodes:
            _expect(self.run_node(name, "federation", "audit"), 0)
        for objects in self.folder.glob("*/objects/objects"):
            for file in objects.glob("*/*"):
                if hashlib.sha256(file.read_bytes()).hexdigest() != file.name:
                    raise Failed(f"{file} is not what its name says")


_GOES_ON = ("PLAN_STATE_RUNNING", "PLAN_STATE_PAUSED", "PLAN_STATE_SCHEDULED", "PLAN_STATE_CREATED")


def _run(command):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=PATIENCE_S, preexec_fn=_end_with_the_test)


def _expect(done, code):
    if done.returncode != code:
        raise Failed(f"{' '.join(done.args[:4])}: exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done


def training(plan_id, numbers=1000, rounds=5, sites=4, noise=0.0, **more):
    """A plan that nobody is left out of, unless `more` says so."""
    plan = {
        "id": plan_id, "task": f"synthetic-linear/1:{numbers}", "rounds": rounds, "minimum_sites": sites,
        "grace_seconds": 600, "silence_seconds": 600, "retry_after_seconds": 1,
        "training": {"epochs": 1, "learning_rate": 0.1, "batch_size": 32}, "encoding": {"clip": 4},
    }
    if noise:
        plan["privacy"] = {"enabled": True, "clip_norm": 1, "noise_multiplier": noise}
    return {**plan, **more}


def models_of(status):
    """The model of every round, in order."""
    return [entry["model"] for entry in status["history"]]


def check_nobody_left_out(status, names):
    for entry in status["history"]:
        if entry["failure"] or sorted(entry["included"]) != sorted(names):
            raise Failed(f"round {entry['number']}: {entry}")


@contextlib.contextmanager
def temporary_folder():
    """Under TMPDIR, or else in memory where there is room: it is processes that are killed here, not machines."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > (1 << 28)
    folder = tempfile.mkdtemp(prefix="hz-fed-", dir=memory if roomy and "TMPDIR" not in os.environ else None)
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


SITES = ["alpha", "beta", "delta", "gamma"]


def enrolled_federation(folder, programs, names=None):
    """Enrolled, nothing running."""
    federation = Federation(folder, programs)
    federation.init().serve().enrol(names or SITES)
    federation.stop()
    return federation


def run_undisturbed(federation, plan):
    """On a federation that does not run; leaves it stopped."""
    with federation:
        federation.serve().start_nodes()
        federation.begin(plan)
        status = federation.finish(plan["id"])
        federation.stop()
    return status
