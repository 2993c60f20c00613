#!/usr/bin/env python3
"""Stock Flower in its deployment form on loopback: seconds a round and the server's memory, without any training.

    python3 tests/bench/federation/flower/peer_flower.py > flower.json
    python3 tests/bench/federation/flower/peer_flower.py --only hundred_mb --repeats 3

One flower-superlink, a flower-supernode for every site, and the app beside this file sent with `flwr run`; nothing of
it is the simulation engine, and Flower's settings are left as shipped. Traffic between SuperNodes and SuperLink is TLS
with the server's certificate (no SuperNode authentication) unless --no-tls. Telemetry and the update check are off.
Needs the packages flwr and numpy in the Python that runs this; the programs are taken from beside that Python.

Measured, every repeat with fresh processes, the first round of each (start-up, the app's download) not counted:
  empty                10 sites, 8 floats, training exchange only. Flower starts a Python process for every message
                       to a site, and here all sites share this machine's cores
  empty_two            the same with 2 sites: what is left is the polling
  empty_with_evaluate  the same with FedAvg's evaluation exchange, which is how FedAvg comes
  hundred_mb           4 sites, 100 MB of float32, every site answers with values of its own
  hundred_mb_same      the same, the model handed back as it came: Flower stores objects by their content, so that
                       answer is not sent again. No training ever does this
  many                 32 sites, 25 MB: the first round alone, once, for the memory; left out, with a line, if memory
                       is short. Start-up counts, and on two cores it is long

JSON on stdout, progress on stderr; a measurement that failed says so in the JSON, and the exit status is 1. MB is 10^6
bytes. server_peak_rss_mb is the largest sum of resident memory over the processes of the SuperLink (SuperLink,
SuperExec, ServerApp), sampled every 50 ms over the whole deployment; server_idle_rss_mb is the same before the app is
sent. cpu_s_per_round is the CPU time of all processes of the deployment, sites included: it depends less than the
seconds on what else the machine does, which busy_cores_before and load_before tell.
"""
import argparse
import contextlib
import ctypes
import datetime
import importlib.metadata
import ipaddress
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

MB = 1_000_000
HERE = pathlib.Path(__file__).resolve().parent
PAGE = os.sysconf("SC_PAGE_SIZE")
NODE_PROCESSES_MB = 330  # SuperNode, its SuperExec and a ClientApp, before any model


class Failed(Exception):
    pass


def say(text):
    print(text, file=sys.stderr, flush=True)


def make_certificates(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.datetime.now(datetime.timezone.utc)

    def certificate(name, key, issuer, issuer_key, extensions):
        builder = (x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
                   .not_valid_after(now + datetime.timedelta(days=1)))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(issuer_key, hashes.SHA256())

    def named(text):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    identifier = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    ca = certificate(named("bench CA"), ca_key, named("bench CA"), ca_key,
                     [(x509.BasicConstraints(True, None), True), (identifier, False),
                      (x509.KeyUsage(True, False, False, False, False, True, True, False, False), True)])
    addresses = x509.SubjectAlternativeName([x509.DNSName("localhost"),
                                             x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    server = certificate(named("localhost"), key, ca.subject, ca_key,
                         [(x509.BasicConstraints(False, None), True), (addresses, False),
                          (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), False)])
    files = {name: folder / f"{name}.pem" for name in ("ca", "server", "key")}
    files["ca"].write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    files["server"].write_bytes(server.public_bytes(serialization.Encoding.PEM))
    files["key"].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))
    return files


def ports(count, base):
    if base:
        return list(range(base, base + count))
    with contextlib.ExitStack() as held:  # all held until all are chosen, so that no two are the same
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def stat_of(pid):
    """The fields of /proc/PID/stat from the state on; the name before them may hold spaces and brackets."""
    text = pathlib.Path("/proc", str(pid), "stat").read_text(encoding="utf-8", errors="replace")
    return text.rpartition(")")[2].split()


def family(root):
    """A process and all that descend from it; its group is not enough: Flower gives some children their own session."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                children.setdefault(int(stat_of(entry)[1]), []).append(int(entry))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_seconds(root):
    """Of a process and its descendants, those that have ended included."""
    ticks = 0
    for pid in family(root):
        with contextlib.suppress(OSError):
            ticks += sum(int(word) for word in stat_of(pid)[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def adopt_orphans():
    """Makes this process the parent of descendants whose own parent ends, so that none can be left behind."""
    PR_SET_CHILD_SUBREAPER = 36
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def end_descendants():
    while True:
        for pid in family(os.getpid())[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


class MemoryWatch:
    """Samples the summed resident memory of a process and its descendants, on a thread of its own."""

    def __init__(self, root):
        self.root, self.now, self.peak, self.done = root, 0, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        members, looked = [], 0
        while not self.done.wait(0.05):
            if time.monotonic() - looked > 0.5:
                members, looked = family(self.root), time.monotonic()
            total = 0
            for pid in members:
                with contextlib.suppress(OSError, IndexError):
                    total += int(pathlib.Path("/proc", str(pid), "statm").read_text().split()[1]) * PAGE
            self.now, self.peak = total, max(self.peak, total)

    def stop(self):
        self.done.set()
        self.thread.join()


class Deployment:
    """A SuperLink and its SuperNodes; they and all they started end with the `with` block."""

    def __init__(self, nodes, tls, base_port):
        self.nodes, self.tls, self.base_port = nodes, tls, base_port
        self.started, self.memory = [], None

    def peak(self):
        return self.memory.peak if self.memory else 0

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="peer_flower_"))
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        self.bin = pathlib.Path(sys.executable).parent
        clean = {k: v for k, v in os.environ.items() if not k.startswith("FLWR_") and not k.lower().endswith("_proxy")}
        self.environment = clean | {
            "PATH": f"{self.bin}{os.pathsep}{os.environ.get('PATH', '')}", "FLWR_TELEMETRY_ENABLED": "0",
            "FLWR_DISABLE_UPDATE_CHECK": "1", "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1",
            "TMPDIR": str(self.folder), "NO_COLOR": "1"}
        port, *node_ports = ports(self.nodes + 1, self.base_port)
        address = f"127.0.0.1:{port}"
        secure_server, secure_node, connection = ["--insecure"], ["--insecure"], "insecure = true"
        if self.tls:
            files = make_certificates(self.folder)
            secure_server = ["--ssl-ca-certfile", files["ca"], "--ssl-certfile", files["server"],
                             "--ssl-keyfile", files["key"]]
            secure_node = ["--root-certificates", files["ca"]]
            connection = f'root-certificates = "{files["ca"]}"'
        self.cli_home = self.home("cli")
        (self.cli_home / "config.toml").write_text(
            f'[superlink]\ndefault = "bench"\n[superlink.bench]\naddress = "{address}"\n{connection}\n')
        loopback = ["--host", "127.0.0.1", "--port"]
        self.server = self.spawn("superlink", ["flower-superlink", *secure_server, *loopback, port])
        self.memory = MemoryWatch(self.server.pid)
        self.wait_for_port(port)
        for index, node_port in enumerate(node_ports):
            node = ["flower-supernode", *secure_node, "--superlink", address, *loopback, node_port]
            self.spawn(f"node-{index}", node)
            if index % 2:  # 32 Python programs starting at once on few cores miss Flower's deadlines
                self.wait_for_node(index)
        self.wait_for_node(self.nodes - 1)

    def home(self, name):
        folder = self.folder / name
        folder.mkdir()
        return folder

    def spawn(self, name, command):
        environment = self.environment | {"FLWR_HOME": str(self.home(name))}
        with open(self.folder / f"{name}.log", "wb") as log:
            process = subprocess.Popen([str(self.bin / command[0]), *map(str, command[1:])], stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log, env=environment)
        self.started.append((name, process))
        return process

    def wait_for_port(self, port):
        for _ in range(600):
            self.check()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.1)
        raise Failed("the SuperLink did not open its port within a minute\n" + self.tail("superlink"))

    def wait_for_node(self, index):
        log = self.folder / f"node-{index}.log"
        for _ in range(1200):
            self.check()
            if "SuperNode ID" in log.read_text(encoding="utf-8", errors="replace"):
                return
            time.sleep(0.1)
        raise Failed(f"node-{index} was not connected within two minutes\n{self.tail(log.stem)}")

    def check(self):
        for name, process in self.started:
            if process.poll() is not None:
                raise Failed(f"{name} ended with {process.returncode}\n{self.tail(name)}")

    def tail(self, name):
        text = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-30:])

    def run(self, rounds, warm_up, timeout_s, **config):
        """Sends the app; the first `warm_up` rounds are not counted."""
        idle = self.memory.now
        times, app = self.folder / "times", self.folder / "app"
        shutil.copytree(HERE / "app", app, ignore=shutil.ignore_patterns("__pycache__"))
        config |= {"nodes": self.nodes, "rounds": rounds + warm_up, "times": str(times)}
        words = " ".join(f"{key.replace('_', '-')}={json.dumps(value)}" for key, value in config.items())
        sent = subprocess.run([str(self.bin / "flwr"), "run", str(app), "bench", "--run-config", words],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                              env=self.environment | {"FLWR_HOME": str(self.cli_home)})
        if sent.returncode != 0:
            raise Failed(f"flwr run: {sent.stdout}{sent.stderr}")
        stamps, moved, cpu = [], time.monotonic(), None
        while len(stamps) < rounds + warm_up + 1:
            self.check()
            time.sleep(0.2)
            alive = self.server_app_runs()
            seen = times.read_text().splitlines() if times.exists() else []
            if len(seen) != len(stamps):
                stamps, moved = [tuple(map(float, line.split())) for line in seen], time.monotonic()
            elif stamps and not alive:
                raise Failed(f"the ServerApp ended after {len(stamps) - 1} rounds\n{self.tail('superlink')}")
            if any(answers != self.nodes for _, answers in stamps[1:]):
                raise Failed(f"not every site answered in every round: {[int(n) for _, n in stamps[1:]]}")
            if cpu is None and len(stamps) > warm_up:
                cpu = self.cpu()
            if time.monotonic() - moved > timeout_s:
                raise Failed(f"no round ended within {timeout_s} s\n{self.tail('superlink')}")
        clock = [at for at, _ in stamps[warm_up:]]
        server, everything = ((after - before) / rounds for before, after in zip(cpu, self.cpu()))
        return {"seconds": [b - a for a, b in zip(clock, clock[1:])], "idle": idle, "server_cpu": server,
                "cpu": everything}

    def server_app_runs(self):
        for pid in family(self.server.pid):
            with contextlib.suppress(OSError):
                if b"flwr-serverapp" in pathlib.Path("/proc", str(pid), "cmdline").read_bytes():
                    return True
        return False

    def cpu(self):
        return cpu_seconds(self.server.pid), cpu_seconds(os.getpid())

    def __exit__(self, *_):
        if self.memory:
            self.memory.stop()
        end_descendants()
        shutil.rmtree(self.folder, ignore_errors=True)


def busy_cores(seconds=2.0):
    def reading():
        words = [int(w) for w in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return sum(words) - words[3] - words[4]

    before = reading()
    time.sleep(seconds)
    return (reading() - before) / os.sysconf("SC_CLK_TCK") / seconds


def available_mb():
    for line in pathlib.Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024 / MB
    return 0


def measure(name, nodes, model_mb, options, **config):
    rounds, warm_up, repeats = (1, 0, 1) if name == "many" else (options.rounds, 1, options.repeats)
    parameters = max(8, round(model_mb * MB / 4))
    config |= {"parameters": parameters, "arrays": options.arrays if parameters >= 1_000_000 else 1}
    result = {"nodes": nodes, "model_mb": model_mb, "rounds_s": [], "server_idle_rss_mb": 0, "server_peak_rss_mb": 0,
              "cpu_s_per_round": [], "server_cpu_s_per_round": [], "busy_cores_before": [], "load_before": []}
    need = nodes * (NODE_PROCESSES_MB + 6 * model_mb) + 4 * nodes * model_mb
    if need > available_mb():
        say(f"{name}: left out, may need {need:.0f} MB and {available_mb():.0f} MB are free")
        return result | {"left_out": "memory"}
    for repeat in range(repeats):
        result["busy_cores_before"].append(round(busy_cores(), 2))
        result["load_before"].append(round(os.getloadavg()[0], 2))
        deployment = Deployment(nodes, not options.no_tls, options.base_port)
        try:
            with deployment:
                time.sleep(2)
                one = deployment.run(rounds, warm_up, options.round_timeout, **config)
        except (Failed, subprocess.TimeoutExpired) as failure:
            say(f"{name} {repeat + 1}/{repeats}: FAILED: {failure}")
            result["failed"] = str(failure).split("\n", 1)[0]
        result["server_peak_rss_mb"] = max(result["server_peak_rss_mb"], round(deployment.peak() / MB))
        if "failed" in result:
            return result
        result["rounds_s"].append([round(s, 3) for s in one["seconds"]])
        result["cpu_s_per_round"].append(round(one["cpu"], 2))
        result["server_cpu_s_per_round"].append(round(one["server_cpu"], 2))
        result["server_idle_rss_mb"] = max(result["server_idle_rss_mb"], round(one["idle"] / MB))
        say(f"{name} {repeat + 1}/{repeats}: {nodes} sites, {model_mb} MB, rounds {result['rounds_s'][-1]} s, "
            f"CPU {one['cpu']:.1f} s a round ({one['server_cpu']:.1f} the server's), "
            f"server {result['server_peak_rss_mb']} MB (idle {one['idle'] / MB:.0f}), "
            f"{result['busy_cores_before'][-1]} cores busy before")
    seconds = [s for repeat in result["rounds_s"] for s in repeat]
    return result | {"min_s": round(min(seconds), 3), "median_s": round(statistics.median(seconds), 3)}


def main():
    names = ["empty", "empty_two", "empty_with_evaluate", "hundred_mb", "hundred_mb_same", "many"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(names), help="comma-separated, of: " + ", ".join(names))
    parser.add_argument("--rounds", type=int, default=4, help="rounds counted in a repeat (default 4)")
    parser.add_argument("--repeats", type=int, default=2, help="fresh deployments of each measurement (default 2)")
    parser.add_argument("--empty-nodes", type=int, default=10)
    parser.add_argument("--nodes", type=int, default=4, help="sites of the hundred_mb measurements (default 4)")
    parser.add_argument("--model-mb", type=float, default=100)
    parser.add_argument("--many-nodes", type=int, default=32)
    parser.add_argument("--many-mb", type=float, default=25)
    parser.add_argument("--arrays", type=int, default=10, help="arrays that a large model is cut into (default 10)")
    parser.add_argument("--base-port", type=int, default=0, help="first of consecutive ports; 0: free ones (default)")
    parser.add_argument("--round-timeout", type=float, default=600)
    parser.add_argument("--no-tls", action="store_true")
    options = parser.parse_args()
    wanted = options.only.split(",")
    if unknown := sorted(set(wanted) - set(names)):
        parser.error(f"unknown measurement: {', '.join(unknown)}")
    if min(options.rounds, options.repeats, options.arrays) < 1:
        parser.error("at least one round, one repeat and one array")
    if min(options.empty_nodes, options.nodes, options.many_nodes) < 2:
        parser.error("FedAvg needs at least two sites")
    try:
        version = importlib.metadata.version("flwr")
    except importlib.metadata.PackageNotFoundError:
        sys.exit(f"peer_flower.py: {sys.executable} has no package flwr; install it with: pip install flwr numpy")
    missing = [p for p in ("flwr", "flower-superlink", "flower-supernode", "flower-superexec")
               if not (pathlib.Path(sys.executable).parent / p).exists()]
    if missing:
        sys.exit(f"peer_flower.py: flwr {version} is there, but no {', '.join(missing)} beside {sys.executable}")
    adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    plans = {
        "empty": (options.empty_nodes, 0, {"fraction_evaluate": 0.0, "distinct": True}),
        "empty_two": (2, 0, {"fraction_evaluate": 0.0, "distinct": True}),
        "empty_with_evaluate": (options.empty_nodes, 0, {"fraction_evaluate": 1.0, "distinct": True}),
        "hundred_mb": (options.nodes, options.model_mb, {"fraction_evaluate": 0.0, "distinct": True}),
        "hundred_mb_same": (options.nodes, options.model_mb, {"fraction_evaluate": 0.0, "distinct": False}),
        "many": (options.many_nodes, options.many_mb, {"fraction_evaluate": 0.0, "distinct": True}),
    }
    found = {}
    for name in names:
        if name in wanted:
            nodes, model_mb, config = plans[name]
            found[name] = measure(name, nodes, model_mb, options, **config)
    print(json.dumps({
        "flower_version": version, "tls": not options.no_tls, "cpus": len(os.sched_getaffinity(0)),
        "empty_round_s": found.get("empty", {}).get("median_s"),
        "hundred_mb_round_s": found.get("hundred_mb", {}).get("median_s"),
        "server_peak_rss_mb": found.get("hundred_mb", {}).get("server_peak_rss_mb"),
        "model_mb": options.model_mb, "measurements": found}, indent=2))
    return int(any("failed" in one for one in found.values()))


if __name__ == "__main__":
    sys.exit(main())
