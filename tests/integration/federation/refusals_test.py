"""What the programs refuse, and how they end."""

import signal
import socket
import sqlite3
import ssl
import subprocess
import time
import unittest
from pathlib import Path

from federation import SITES, Programs, enrolled_federation, temporary_folder, training, wait_for


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(temporary_folder())
        cls.original = enrolled_federation(cls.folder / "original", Programs(), SITES[:3])

    def setUp(self):
        self.federation = self.original.copy(self.folder / self._testMethodName[:30])
        self.addCleanup(self.federation.kill)

    def refused(self, done, code, *words):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertLess(len(done.stderr.splitlines()), 6, done.stderr)

    def enrol(self, code, state):
        return subprocess.run([self.federation.programs.node, "enrol", "--state", self.federation.folder / state],
                              input=code + "\n", capture_output=True, text=True, timeout=60)

    # Invitations.

    def test_a_mistyped_invitation_is_found_before_anything_is_sent(self):
        code = self.federation.serve().invite("omega")
        self.federation.kill()
        swapped = code[:20] + ("2" if code[20] != "2" else "3") + code[21:]
        for wrong in ("hz1-", "something else", swapped, code[:-4], code + "-AAAA"):
            self.refused(self.enrol(wrong, "omega"), 2, "invitation-mistyped")
        self.refused(self.enrol("", "omega"), 2, "no-code")

    def test_an_invitation_serves_once(self):
        federation = self.federation.serve()
        code = federation.invite("omega")
        first = federation.begin_enrolment("omega", code)
        federation.approve("omega")
        said, _ = first.communicate(timeout=60)
        self.assertEqual(first.returncode, 0, said)
        self.refused(self.enrol(code, "thief"), 4, "invitation-used")
        self.refused(self.enrol(code, "omega"), 2, "already-enrolled")

    def test_an_older_or_an_unknown_invitation_is_refused(self):
        federation = self.federation.serve()
        withdrawn = federation.invite("omega")
        federation.invite("omega")
        self.refused(self.enrol(withdrawn, "one"), 4, "invitation-withdrawn")
        self.refused(federation.run_coordinator("invite", "alpha"), 2, "already-enrolled")

    def test_an_invitation_expires(self):
        federation = self.federation.serve()
        code = federation.invite("omega", "--hours", "1")
        federation.coordinator.stop()
        with sqlite3.connect(federation.state / "coordinator.db") as database:
            database.execute("UPDATE invitation SET expires_at = made_at + 1 WHERE name = 'omega'")
        database.close()
        federation.serve()
        self.refused(self.enrol(code, "omega"), 4, "invitation-expired")

    def test_only_the_key_that_was_compared_is_approved(self):
        federation = self.federation.serve()
        process = federation.begin_enrolment("omega", federation.invite("omega"))
        key = wait_for("omega asks", lambda: {s["name"]: s for s in federation.sites()}["omega"]["request_fingerprint"])
        other = key[:-1] + ("2" if key[-1] != "2" else "3")
        self.refused(federation.run_coordinator("approve", "omega", "--key", other), 3, "key-differs")
        self.assertIn(federation.run_coordinator("approve", "alpha", "--key", key).returncode, (2, 3, 4))
        federation.ask("refuse", "omega", "--reason", "called the wrong number")  # and still waits
        said, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 4, said)
        self.assertIn("called the wrong number", said)

    # Certificates.

    def test_a_revoked_site_is_cut_at_once_and_does_not_come_back(self):
        federation = self.federation.serve().start_nodes()
        begin = time.monotonic()
        federation.ask("revoke", "beta", "--reason", "its disk was stolen")
        wait_for("beta is cut", lambda: "disconnected" in federation.nodes["beta"].text(), 10)
        self.assertLess(time.monotonic() - begin, 2 + 1)  # and a second for a busy machine
        node = federation.nodes["beta"]
        if node.alive():
            node.stop()
        seen = len(node.text())
        node.start()
        wait_for("beta is refused", lambda: "revoked" in node.text()[seen:], 20)
        self.assertNotIn("info connected", node.text()[seen:])
        self.assertFalse({site["name"]: site for site in federation.sites()}["beta"]["connected"])

    def call_without_certificate(self, path):
        """What a gRPC call from a client without a certificate gets, as bytes."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])

        def frame(kind, flags, stream, payload=b""):
            return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload

        def header(name, value):
            return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value

        headers = b"".join(header(*pair) for pair in (
            (b":method", b"POST"), (b":scheme", b"https"), (b":path", path), (b":authority", b"localhost"),
            (b"te", b"trailers"), (b"content-type", b"application/grpc")))
        with socket.create_connection(("127.0.0.1", self.federation.port), 10) as plain, \
                context.wrap_socket(plain) as line:
            self.assertEqual(line.version(), "TLSv1.3")
            line.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0) + frame(1, 4, 1, headers) +
                         frame(0, 1, 1, b"\0\0\0\0\0"))
            answer = b""
            while b"grpc-status" not in answer:
                got = line.recv(65536)
                if not got:
                    break
                answer += got
        return answer

    def test_without_a_certificate_only_enrolment_is_open(self):
        self.federation.serve()
        for path in (b"/huizhen.federation.v1.Session/Open", b"/huizhen.federation.v1.Objects/Get",
                     b"/huizhen.federation.v1.Coordinator/ListSites"):
            self.assertIn(b"no-certificate", self.call_without_certificate(path), path)
        self.assertNotIn(b"no-certificate", self.call_without_certificate(b"/huizhen.federation.v1.Enrolment/Root"))

    def test_plain_text_and_old_tls_are_refused(self):
        self.federation.serve()
        with socket.create_connection(("127.0.0.1", self.federation.port), 10) as line:
            line.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0")
            answer = b""
            while got := line.recv(65536):
                answer += got
        self.assertNotIn(b"\0\0\0\4", answer)  # no HTTP/2 settings
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with socket.create_connection(("127.0.0.1", self.federation.port), 10) as line:
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                context.wrap_socket(line)

    # Programs.

    def test_one_coordinator_serves_a_folder(self):
        federation = self.federation.serve()
        self.refused(federation.run_coordinator("serve"), 4, "in-use", "stop it first")

    def test_serving_says_what_is_missing(self):
        nowhere = self.federation.folder / "nowhere"
        self.refused(self.federation.run_coordinator("serve", state=nowhere), 4, "not-initialised", "huizhen-coordinator init")
        self.refused(self.federation.run_coordinator("status", state=nowhere), 4, "not-running", "huizhen-coordinator serve")
        self.assertFalse(nowhere.exists())
        self.refused(self.federation.run_node("nobody", "federate"), 4, "not-enrolled", "huizhen-node enrol")

    def test_a_port_in_use_is_named(self):
        with socket.create_server(("127.0.0.1", self.federation.port)):
            done = self.federation.run_coordinator("serve")
        self.refused(done, 4, f"cannot listen on 127.0.0.1:{self.federation.port}", "choose another port")
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)

    def test_an_audit_that_was_changed_is_found(self):
        federation = self.federation
        self.assertGreater(federation.ask_node("alpha", "federation", "audit")["entries"], 2)
        for file, ask in ((federation.state / "coordinator.db", lambda: federation.run_coordinator("audit", "verify")),
                          (federation.folder / "alpha" / "site.db", lambda: federation.run_node("alpha", "federation", "audit"))):
            self.assertEqual(ask().returncode, 0)
            database = sqlite3.connect(file)
            with database:
                database.execute("DROP TRIGGER audit_entries_are_as_written")
                database.execute("UPDATE audit_entries SET who = 'nobody' WHERE number = 2")
            database.close()
            self.assertNotEqual(ask().returncode, 0)
            self.assertIn("audit-broken: entry 2", ask().stderr)

    def test_keys_and_patients_reach_no_core_file(self):
        federation = self.federation.serve().start_nodes()
        for process in (federation.coordinator, federation.nodes["alpha"]):
            limits = Path(f"/proc/{process.running.pid}/limits").read_text()
            self.assertRegex(limits, r"Max core file size +0 +0 ")

    def test_wrong_arguments_end_with_two(self):
        federation = self.federation
        for words in ((), ("nothing",), ("serve", "--nothing"), ("invite",), ("invite", "x", "--hours", "0"),
                      ("plan",), ("plan", "show"), ("preflight",), ("preflight", "--sites", "one")):
            self.assertEqual(federation.run_coordinator(*words).returncode, 2, words)
        for words in ((), ("federation",), ("federate", "--nothing"), ("federation", "pin")):
            self.assertEqual(federation.run_node("alpha", *words).returncode, 2, words)

    def test_plans_that_cannot_be_are_refused(self):
        federation = self.federation.serve()
        for words in (("--id", "Not A Name", "--task", "synthetic-linear/1"), ("--id", "p"),
                      ("--file", "/nowhere")):
            self.assertNotEqual(federation.run_coordinator("plan", "create", *words).returncode, 0, words)
        self.assertEqual(federation.ask("plan", "list", "--all").get("plans", []), [])
        for words, named in ((("--task", "no-such-task/1"), "no-such-task/1"),
                             (("--task", "synthetic-linear/1", "--site", "omega"), "omega")):
            check = federation.ask("plan", "check", "--id", "p", *words)
            self.assertFalse(check["can_start"])
            self.assertIn(named, str(check["findings"]))
            created = federation.run_coordinator("plan", "create", "--id", "p", *words)
            self.refused(created, 3, "plan-refused")
            self.assertIn(named, created.stdout)
        self.assertEqual(federation.ask("plan", "list", "--all").get("plans", []), [])

    def test_both_end_within_two_seconds_when_asked(self):
        federation = self.federation.serve().start_nodes()
        federation.begin(training("long-1", 200000, rounds=500, sites=3))
        wait_for("a round", lambda: federation.rounds_over("long-1") > 0)
        for process in (federation.nodes["alpha"], federation.coordinator, federation.nodes["beta"]):
            code, seconds = process.stop()
            self.assertEqual(code, 0, process.text()[-2000:])
            self.assertLess(seconds, 2)
        federation.nodes["delta"].signal(signal.SIGINT)
        self.assertIn(federation.nodes["delta"].ended(5), (0, 130))


if __name__ == "__main__":
    unittest.main()
