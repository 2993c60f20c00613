"""A federation of real processes on loopback: one huizhen-coordinator and sites, each with a state folder, keys and a
certificate of its own. What is measured of it: a plan's rounds, CPU time and memory of every process."""
import contextlib
import datetime
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

MB = 1_000_000
TICKS = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    pass


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def cpu_seconds(pid):
    """User and system time of a process so far."""
    text = pathlib.Path("/proc", str(pid), "stat").read_text(encoding="utf-8", errors="replace")
    return sum(int(word) for word in text.rpartition(")")[2].split()[11:13]) / TICKS


def memory_mb(pid):
    """VmHWM, RssAnon, RssFile ... of a process, in MB of 10^6 bytes."""
    values = {}
    for line in pathlib.Path("/proc", str(pid), "status").read_text().splitlines():
        name, _, rest = line.partition(":")
        if rest.endswith(" kB"):
            values[name] = int(rest.split()[0]) * 1024 / MB
    return values


class AnonymousPeak:
    """The largest RssAnon of each process: the kernel keeps a peak only of all resident memory, which counts mapped
    files too. Sampled every 20 ms: a shorter peak may be missed."""

    def __init__(self, pids):
        self.peaks, self.done = dict.fromkeys(pids, 0.0), threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.done.wait(0.02):
            for pid in self.peaks:
                with contextlib.suppress(OSError):
                    self.peaks[pid] = max(self.peaks[pid], memory_mb(pid).get("RssAnon", 0.0))

    def stop(self):
        self.done.set()
        self.thread.join()


def log_time(line):
    """The seconds of a log line's time stamp; None where it has none."""
    try:
        return datetime.datetime.fromisoformat(line.split(" ", 1)[0].replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None


class Deployment:
    """Comes up enrolled and connected; all its processes end, and its folder goes, with the `with` block."""

    def __init__(self, programs, sites, work=None, keep=False):
        self.coordinator_program = programs / "huizhen-coordinator"
        self.node_program = programs / "huizhen-node"
        self.names = [f"site-{i + 1}" for i in range(sites)]
        self.work, self.keep = work, keep
        self.processes = {}  # by name; "coordinator" is one

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="federation_speed_", dir=self.work))
        self.state = self.folder / "coordinator"
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        passphrase = self.folder / "passphrase"
        passphrase.write_text("a bench needs no better one\n")
        address = f"127.0.0.1:{free_port()}"
        self.ask("init", "--federation", "bench", "--advertise", address, "--listen", address,
                 "--root-key", self.folder / "root.pem", "--passphrase-file", passphrase)
        self.spawn("coordinator", self.coordinator_program, "serve", "--state", self.state)
        self.wait(lambda: (self.state / "control.socket").exists(), "the coordinator's control socket")
        for name in self.names:
            self.enrol(name)
        for name in self.names:
            self.spawn(name, self.node_program, "federate", "--state", self.folder / name, "--quiet")
        self.wait(lambda: sum(site.get("connected", False) for site in self.sites()) == len(self.names),
                  "every site's connection")

    def enrol(self, name):
        """One site after the other, and again after a while: strangers may call a coordinator once a second."""
        code = self.ask("invite", name)["code"]
        for _ in range(20):
            with open(self.folder / f"{name}.enrol.log", "wb") as log:
                process = subprocess.Popen([self.node_program, "enrol", "--state", self.folder / name],
                                           stdin=subprocess.PIPE, stdout=log, stderr=log)
            self.processes[f"{name}.enrol"] = process
            process.stdin.write((code + "\n").encode())
            process.stdin.close()
            while process.poll() is None:
                time.sleep(0.1)
                key = {site["name"]: site for site in self.sites()}.get(name, {}).get("request_fingerprint")
                if key:
                    self.ask("approve", name, "--key", key)
            if process.returncode == 0:
                return
            if not any("busy" in line for line in self.lines(f"{name}.enrol")):
                break
            time.sleep(5)
        raise Failed(f"{name} could not enrol\n{self.tail(name + '.enrol')}")

    def spawn(self, name, *command):
        with open(self.folder / f"{name}.log", "wb") as log:
            self.processes[name] = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                                    stdout=log, stderr=log)

    def ask(self, *words):
        """One command of the coordinator; its JSON answer."""
        command = [self.coordinator_program, *words, "--state", self.state, "--json"]
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=120)
        if done.returncode != 0:
            raise Failed(f"{' '.join(str(w) for w in words[:2])}: {done.stderr.strip() or done.stdout.strip()}")
        try:
            return json.loads(done.stdout) if done.stdout.strip() else {}
        except json.JSONDecodeError:
            return {}

    def sites(self):
        return self.ask("sites").get("sites", [])

    def wait(self, is_so, what, seconds=180, every=0.1):
        end = time.monotonic() + seconds
        while not is_so():
            for name in ["coordinator", *self.names]:
                if name in self.processes and self.processes[name].poll() is not None:
                    raise Failed(f"{name} ended\n{self.tail(name)}")
            if time.monotonic() > end:
                raise Failed(f"waited {seconds} s for {what}\n{self.tail('coordinator')}")
            time.sleep(every)

    def lines(self, name):
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()

    def tail(self, name):
        return "\n".join(self.lines(name)[-15:])

    def daemons(self):
        return {name: self.processes[name].pid for name in ["coordinator", *self.names]}

    def train(self, plan, timeout_s=900):
        """Runs a plan to its end; what it cost. The first round, where much happens once, is in none of the figures
        that are of a round, and is in the peaks."""
        daemons = self.daemons()
        file = self.folder / f"{plan['id']}.json"
        file.write_text(json.dumps(plan))
        opened = f'round-opened plan="{plan["id"]}" round="2"'
        watch = AnonymousPeak(daemons.values())
        try:
            self.ask("plan", "create", "--file", file, "--start")
            self.wait(lambda: any(opened in line for line in self.lines("coordinator")), "the second round",
                      timeout_s, 0.02)
            before = {name: cpu_seconds(pid) for name, pid in daemons.items()}
            ended = ("PLAN_STATE_FINISHED", "PLAN_STATE_FAILED", "PLAN_STATE_WAITING_FOR_DECISION",
                     "PLAN_STATE_CANCELLED")
            over = f'round-over plan="{plan["id"]}" round="{plan["rounds"]}"'
            self.wait(lambda: any(over in line for line in self.lines("coordinator"))
                      or self.ask("plan", "show", plan["id"])["state"] in ended, "the last round", timeout_s, 0.3)
            cpu = {name: cpu_seconds(pid) - before[name] for name, pid in daemons.items()}
        finally:
            watch.stop()
        status = self.ask("plan", "show", plan["id"])
        history = status.get("history", [])
        if len(history) != plan["rounds"] or any(one.get("failure") for one in history):
            raise Failed(f"not every round made a model: {json.dumps(history)[:2000]}")
        if any(len(one.get("included", [])) != len(self.names) for one in history):
            raise Failed("not every site was in every round")
        counted = plan["rounds"] - 1
        hwm = {name: memory_mb(pid)["VmHWM"] for name, pid in daemons.items()}
        anonymous = {name: watch.peaks[pid] for name, pid in daemons.items()}
        return {
            "seconds": [int(one["milliseconds"]) / 1000 for one in history[1:]],
            "period_s": self.period(plan),
            "phases_s": self.phases(plan),
            "coordinator_cpu_s": cpu["coordinator"] / counted,
            "sites_cpu_s": sum(cpu[name] for name in self.names) / counted,
            "coordinator_peak_mb": hwm["coordinator"],
            "coordinator_anonymous_mb": anonymous["coordinator"],
            "site_peak_mb": max(hwm[name] for name in self.names),
            "site_anonymous_mb": max(anonymous[name] for name in self.names),
        }

    def times_of(self, name, event, plan):
        """By round: when a process logged an event of it."""
        times = {}
        for line in self.lines(name):
            if f" {event} " in line and f'plan="{plan["id"]}"' in line:
                times[int(line.split('round="')[1].split('"')[0])] = log_time(line)
        return times

    def period(self, plan):
        """From one round's opening to the next one's: what lies between rounds counts too."""
        opened = self.times_of("coordinator", "round-opened", plan)
        last = max(opened)
        return (opened[last] - opened[2]) / (last - 2) if last > 2 else None

    def phases(self, plan):
        """Mean seconds of a round's parts, of the slowest site each; the spread is within the second part."""
        opened = self.times_of("coordinator", "round-opened", plan)
        over = self.times_of("coordinator", "round-over", plan)
        here = [self.times_of(name, "round-opened", plan) for name in self.names]
        ready = [self.times_of(name, "update-ready", plan) for name in self.names]
        rounds = range(2, plan["rounds"] + 1)

        def mean(seconds):
            values = [seconds(number) for number in rounds]
            return sum(values) / len(values)

        return {
            "proposal": mean(lambda n: max(times[n] for times in here) - opened[n]),
            "keys, model down, training, masking": mean(
                lambda n: max(times[n] for times in ready) - max(times[n] for times in here)),
            "(of it, from the first site to the last)": mean(
                lambda n: max(times[n] for times in ready) - min(times[n] for times in ready)),
            "update up, sum, unmasking, next model": mean(
                lambda n: over[n] - max(times[n] for times in ready)),
        }

    def __exit__(self, *_):
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        end = time.monotonic() + 10
        for process in self.processes.values():
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
