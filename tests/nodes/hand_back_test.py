#!/usr/bin/env python3
"""What a repair leaves behind: a branch, a patch file, or a changed tree."""
import os
import stat

from cohort_cli import SMALL, TWO_FAULTS, CohortTest, git, main


class HandBack(CohortTest):
    def test_apply_changes_the_tree_and_keeps_other_work(self):
        root = self.workspace(TWO_FAULTS)
        (root / "notes.txt").write_text("mine\n")
        done = self.cohort("run", "fix the compile errors", "-w", root, "--apply")
        self.assertIn("; applied to the working tree)", done.stdout)
        self.assertEqual((root / "area.cc").read_text(), SMALL["area.cc"])
        self.assertEqual((root / "notes.txt").read_text(), "mine\n")
        self.assertEqual(git(root, "status", "--porcelain"), "M area.cc\n M name.cc\n?? notes.txt")

    def test_a_later_apply_works_once_and_refuses_a_tree_that_moved(self):
        root = self.workspace(TWO_FAULTS)
        result = self.run_task(root)
        before = (root / "area.cc").read_text()
        (root / "area.cc").write_text(before + "// mine\n")
        refused = self.cohort("apply", result["task_id"], "-w", root, code=4)
        self.assertIn("area.cc", refused.stderr)
        self.assertEqual((root / "area.cc").read_text(), before + "// mine\n")
        (root / "area.cc").write_text(before)
        self.cohort("apply", result["task_id"], "-w", root)
        self.assertEqual((root / "area.cc").read_text(), SMALL["area.cc"])

    def test_no_repository_gives_a_patch_that_fits(self):
        root = self.workspace(TWO_FAULTS, repository=False)
        result = self.run_task(root)
        self.assertEqual(result["branch"], "")
        git(root, "init", "-q")
        git(root, "apply", result["patch_file"])
        self.assertEqual((root / "name.cc").read_text(), SMALL["name.cc"])

    def test_no_branch_gives_a_patch_in_a_repository(self):
        root = self.workspace(TWO_FAULTS)
        result = self.run_task(root, "--no-branch")
        self.assertEqual(git(root, "branch", "--list", "cohort/*"), "")
        git(root, "apply", "--check", result["patch_file"])

    def test_a_read_only_workspace_gives_a_patch(self):
        root = self.workspace(TWO_FAULTS)
        for path in [root, *root.rglob("*")]:
            path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
        self.addCleanup(lambda: [p.chmod(p.stat().st_mode | stat.S_IWUSR) for p in [root, *root.rglob("*")]])
        if os.geteuid() == 0:
            self.skipTest("root writes anywhere")
        result = self.run_task(root)
        self.assertTrue(result["patch_file"])

    def test_unusual_files_survive(self):
        root = self.workspace(TWO_FAULTS)
        (root / "run.sh").write_text("#!/bin/sh\n")
        (root / "run.sh").chmod(0o755)
        (root / "crlf.txt").write_bytes(b"a\r\nb\r\n")
        (root / "link").symlink_to("crlf.txt")
        with open(os.fsencode(root) + b"/caf\xe9.txt", "wb") as odd:
            odd.write(b"x")
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", "odd")
        result = self.run_task(root)
        self.assertEqual(git(root, "diff", "--name-only", f"main..{result['branch']}"), "area.cc\nname.cc")


if __name__ == "__main__":
    main()
