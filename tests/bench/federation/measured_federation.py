"""A federation of real processes that is measured: its rounds, and CPU time and memory of every process."""
import contextlib
import datetime
import os
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "integration" / "federation"))
from federation import Failed, Federation, Programs, wait_for  # noqa: E402,F401

MB = 1_000_000
TICKS = os.sysconf("SC_CLK_TCK")
ENROLMENT_S = 2.5  # a coordinator lets strangers call about once a second


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


class MeasuredFederation(Federation):
    def bring_up(self, sites):
        """Enrolled, running and connected."""
        self.init().serve()
        for index in range(sites):
            began = time.monotonic()
            self.enrol([f"site-{index + 1}"])
            time.sleep(max(0.0, ENROLMENT_S - (time.monotonic() - began)) if sites > 6 else 0)
        return self.start_nodes()

    def process(self, name):
        return self.coordinator if name == "coordinator" else self.nodes[name]

    def lines(self, name):
        return self.process(name).text().splitlines()

    def until(self, is_so, what, seconds):
        def so():
            for name in ["coordinator", *self.nodes]:
                if not self.process(name).alive():
                    raise Failed(f"{name} ended\n" + "\n".join(self.lines(name)[-15:]))
            return is_so()

        wait_for(what, so, seconds)

    def train(self, plan, timeout_s=900):
        """Runs a plan to its end; what it cost. The first round, where much happens once, is in none of the figures
        that are of a round, and is in the peaks."""
        daemons = {name: self.process(name).running.pid for name in ["coordinator", *self.nodes]}
        opened = f'round-opened plan="{plan["id"]}" round="2"'
        watch = AnonymousPeak(daemons.values())
        try:
            self.begin(plan)
            self.until(lambda: opened in self.coordinator.text(), "the second round", timeout_s)
            before = {name: cpu_seconds(pid) for name, pid in daemons.items()}
            over = f'round-over plan="{plan["id"]}" round="{plan["rounds"]}"'
            self.until(lambda: over in self.coordinator.text(), "the last round", timeout_s)
            cpu = {name: cpu_seconds(pid) - before[name] for name, pid in daemons.items()}
        finally:
            watch.stop()
        status = self.show(plan["id"])
        history = status.get("history", [])
        if len(history) != plan["rounds"] or any(one.get("failure") for one in history):
            raise Failed(f"not every round made a model: {str(history)[:2000]}")
        if any(len(one.get("included", [])) != len(self.nodes) for one in history):
            raise Failed("not every site was in every round")
        counted = plan["rounds"] - 1
        hwm = {name: memory_mb(pid)["VmHWM"] for name, pid in daemons.items()}
        anonymous = {name: watch.peaks[pid] for name, pid in daemons.items()}
        return {
            "seconds": [int(one["milliseconds"]) / 1000 for one in history[1:]],
            "period_s": self.period(plan),
            "phases_s": self.phases(plan),
            "coordinator_cpu_s": cpu["coordinator"] / counted,
            "sites_cpu_s": sum(cpu[name] for name in self.nodes) / counted,
            "coordinator_peak_mb": hwm["coordinator"],
            "coordinator_anonymous_mb": anonymous["coordinator"],
            "site_peak_mb": max(hwm[name] for name in self.nodes),
            "site_anonymous_mb": max(anonymous[name] for name in self.nodes),
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
        here = [self.times_of(name, "round-opened", plan) for name in self.nodes]
        ready = [self.times_of(name, "update-ready", plan) for name in self.nodes]
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
