#!/usr/bin/env python3
"""Certificates as a user makes them, and TLS as another program speaks it with them."""
import os
import socket
import ssl
import stat
import threading
from pathlib import Path

from cohort_cli import CohortTest, main


class Certs(CohortTest):
    def setUp(self) -> None:
        super().setUp()
        self.certs = self.state / "certs"

    def made(self, *words) -> dict[str, Path]:
        lines = self.cohort("certs", *words).stdout.splitlines()
        return {word: Path(path) for word, path in (line.split(maxsplit=1) for line in lines[1:])}

    def handshake(self, server: dict[str, Path], client: dict[str, Path] | None, host: str = "127.0.0.1") -> str:
        """Both sides ask for a certificate of the authority. Returns what the client read, or why it did not."""
        accepting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        accepting.verify_mode = ssl.CERT_REQUIRED
        accepting.load_verify_locations(server["ca"])
        accepting.load_cert_chain(server["certificate"], server["key"])
        connecting = ssl.create_default_context(cafile=str(server["ca"]))
        if client:
            connecting.load_cert_chain(client["certificate"], client["key"])
        here, there = socket.socketpair()
        for end in (here, there):
            end.settimeout(60)

        def serve() -> None:
            try:
                with accepting.wrap_socket(there, server_side=True) as peer:
                    peer.sendall(b"welcome")
            except OSError:
                there.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with connecting.wrap_socket(here, server_hostname=host) as peer:
                return peer.recv(100).decode()
        except OSError as error:
            return str(error)
        finally:
            here.close()
            thread.join()

    def test_a_cluster_from_nothing(self):
        self.cohort("certs", "ca")
        head, node, client = self.made("head"), self.made("node", "alpha"), self.made("client", "carol")
        self.assertEqual(stat.S_IMODE((self.certs / "ca-key.pem").stat().st_mode), 0o600)
        for files in (head, node, client):
            self.assertEqual(stat.S_IMODE(files["key"].stat().st_mode), 0o600)
        shown = self.cohort("certs", "show").stdout
        self.assertEqual(self.cohort("certs").stdout, shown)
        for who in ("authority authority-", "head head until", "node alpha until", "client carol until"):
            self.assertIn(who, shown)

        self.assertEqual(self.handshake(head, node), "welcome")
        self.assertEqual(self.handshake(head, client, "localhost"), "welcome")
        self.assertIn("certificate required", self.handshake(head, None).lower().replace("_", " "))
        # A node's or client's certificate is none for servers, whatever the host is called.
        self.assertIn("unsuitable certificate purpose", self.handshake(node, client, "alpha"))
        self.assertIn("unsuitable certificate purpose", self.handshake(client, node, "carol"))

    def test_members_of_another_authority_are_strangers(self):
        self.cohort("certs", "ca")
        self.cohort("certs", "ca", "--dir", self.folder / "other")
        head = self.made("head")
        stranger = self.made("node", "alpha", "--dir", self.folder / "other")
        self.assertNotEqual(self.handshake(head, stranger), "welcome")
        self.assertIn("verify failed", self.handshake({**stranger, "ca": head["ca"]}, head).lower().replace("_", " "))

    def test_files_for_another_machine(self):
        self.cohort("certs", "ca", "--dir", self.folder / "ca")
        files = self.made("head", "h", "--dir", self.folder / "ca", "--out", self.folder / "away", "--host", "10.1.2.3",
                          "--host", "build.example", "--days", "10")
        self.assertEqual(sorted(os.listdir(self.folder / "away")), ["ca.pem", "head-h.key", "head-h.pem"])
        self.assertEqual(sorted(os.listdir(self.folder / "ca")), ["ca-key.pem", "ca.pem"])
        shown = self.cohort("certs", "show", files["certificate"]).stdout
        for line in ("role     head", "name     h", "host     10.1.2.3", "host     build.example", "host     127.0.0.1"):
            self.assertIn(line + "\n", shown)
        listed = self.cohort("certs", "show", "--dir", self.folder / "away").stdout
        self.assertIn("(9 days)", listed)
        self.assertIn("`cohort certs head h` renews it", listed)

    def test_a_renewal_serves_who_has_the_key_already(self):
        self.cohort("certs", "ca")
        before = self.made("node", "alpha")
        key, certificate = before["key"].read_text(), before["certificate"].read_text()
        self.assertEqual(self.made("node", "alpha"), before)
        self.assertEqual(self.made("client", "client"), self.made("client"))
        self.assertIn("node-run.pem", str(self.made("node", "run")["certificate"]))  # A verb's name is one, too.
        self.assertEqual(before["key"].read_text(), key)
        self.assertNotEqual(before["certificate"].read_text(), certificate)
        self.made("node", "alpha", "--new-key")
        self.assertNotEqual(before["key"].read_text(), key)
        self.assertEqual(self.handshake(self.made("head"), before), "welcome")

    def test_what_cannot_be_done_is_said(self):
        def refused(*words, code=2, says):
            done = self.cohort("certs", *words, code=code)
            self.assertIn(says, done.stderr)

        refused("head", says="cohort certs ca")
        refused("show", says="cohort certs ca")
        refused("show", self.folder / "none.pem", says="none.pem: is not there")
        refused("sideways", says="sideways")
        self.cohort("certs", "ca")
        refused("ca", says="exists")
        refused("head", "a b", says='"a b" is no name')
        refused("head", "--host", "a,b", says='"a,b" is no host name')
        refused("head", "--days", "0", says="--days")
        refused("head", "--days", "4000", says="ask for fewer days")
        (self.folder / "file").write_text("x")
        refused("head", "--out", self.folder / "file" / "x", code=4, says="file/x")
        self.assertEqual(sorted(os.listdir(self.certs)), ["ca-key.pem", "ca.pem"])

    def test_doctor_names_them(self):
        done = self.cohort("doctor")
        self.assertIn(f"note     certificates  none in {self.certs}", done.stdout)
        self.cohort("certs", "ca")
        node = self.made("node", "alpha", "--days", "400")
        self.made("client", "carol", "--days", "20")
        lost = self.made("node", "beta")
        lost["key"].write_text(node["key"].read_text())
        done = self.cohort("doctor").stdout
        self.assertRegex(done, r"ok +certificate +authority authority-")
        self.assertRegex(done, r"ok +certificate +node alpha until .* \(399 days\)")
        self.assertRegex(done, r"warning +certificate +client carol until .* \(19 days\).* renews it")
        self.assertRegex(done, r"unusable +certificate +.*node-beta.key: is not the key of")


if __name__ == "__main__":
    main()
