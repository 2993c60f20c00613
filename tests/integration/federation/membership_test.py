"""Who is a member changes while others train: certificates are renewed, and a hospital leaves."""

import unittest

from federation import SITES, Programs, enrolled_federation, temporary_folder, training, wait_for


class Leaving(unittest.TestCase):
    """One of four hospitals; the others go on."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(temporary_folder())
        cls.original = enrolled_federation(cls.folder / "original", Programs())

    def setUp(self):
        self.federation = self.original.copy(self.folder / self._testMethodName)
        self.thief = self.original.copy(self.folder / f"{self._testMethodName}-thief")  # of a copy of the keys
        self.addCleanup(self.thief.kill)
        self.addCleanup(self.federation.kill)

    def leave(self, name):
        return self.federation.run_node(name, "federation", "leave", "--yes").stdout

    def check_left(self, name):
        """The coordinator knows, both have it in their audits, and the certificate serves nobody any more."""
        federation = self.federation
        site = {site["name"]: site for site in federation.sites()}[name]
        self.assertEqual(site["state"], "SITE_STATE_LEFT")
        self.assertFalse(site["connected"])
        self.assertIn("by order of", site["reason"])
        self.assertRegex(federation.run_coordinator("sites").stdout, rf"{name} +left ")
        entries = federation.ask("audit", "list")["entries"]
        self.assertEqual([e["actor"] for e in entries if e["action"] == "leave"], [f"site:{name}"])
        self.assertEqual(federation.ask_node(name, "federation", "status")["enrolment"], "left")
        self.assertEqual(federation.run_node(name, "federation", "audit").returncode, 0)
        self.assertFalse((federation.folder / name / "keys" / "certificate.pem").exists())
        thief = self.thief.nodes[name]
        thief.start()
        wait_for("the old certificate is refused", lambda: "revoked" in thief.text(), 20)
        self.assertNotIn("info connected", thief.text())

    def test_the_others_go_on_without_a_hospital_that_leaves(self):
        federation = self.federation.serve().start_nodes()
        federation.begin(training("lungs-1", 5000, rounds=100, sites=3))
        wait_for("a round", lambda: federation.rounds_over("lungs-1") > 1)
        self.assertIn("left for the daemon", self.leave("delta"))
        self.assertEqual(federation.nodes["delta"].ended(30), 0)
        self.check_left("delta")
        status = federation.finish("lungs-1")
        self.assertNotIn("delta", status["history"][-1]["included"])

    def test_a_hospital_leaves_while_its_daemon_does_not_run(self):
        federation = self.federation.serve()
        self.assertEqual(self.leave("delta"), "done\n")
        self.check_left("delta")
        # And is welcome again, with a new key.
        self.assertTrue(federation.invite("delta"))

    def test_a_hospital_leaves_though_the_coordinator_cannot_be_told(self):
        self.assertIn("was not told", self.leave("delta"))
        status = self.federation.ask_node("delta", "federation", "status")
        self.assertEqual(status["enrolment"], "left")
        self.assertIn("the coordinator was not told", status["why"])


if __name__ == "__main__":
    unittest.main()
