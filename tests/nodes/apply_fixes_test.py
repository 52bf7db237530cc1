#!/usr/bin/env python3
"""apply-fixes: many producers' fixes, the consistent ones applied, the rest named with both sides."""
import json
import os
import shutil
import subprocess
from pathlib import Path

from cohort_cli import CohortTest, git, main

NULLS = {"x.cpp": "int a = 1;\n", "y.cpp": "int c = 1;\n", "h.h": "#pragma once\ninline void f() { T x; (void)x; }\n",
         "a.cpp": '#include "h.h"\nint *p = 0;\n', "b.cpp": '#include "h.h"\nint *q = 0;\n', "c.cpp": "int *r = 0;\n"}


def diagnostic(message: str, *replacements: tuple) -> str:
    """As clang-tidy writes one; (file, offset, length, text) each."""
    lists = "".join(f"        - FilePath:        '{file}'\n          Offset:          {offset}\n"
                    f"          Length:          {length}\n          ReplacementText: {json.dumps(text)}\n"
                    for file, offset, length, text in replacements)
    return (f"  - DiagnosticName:  {message}\n    DiagnosticMessage:\n      Message:         '{message}'\n"
            f"      FilePath:        '{replacements[0][0]}'\n      FileOffset:      {replacements[0][1]}\n"
            f"      Replacements:\n{lists}    Level:           Warning\n")


def export(main_file: Path, *diagnostics: str) -> str:
    return f"---\nMainSourceFile:  '{main_file}'\nDiagnostics:\n{''.join(diagnostics)}...\n"


class ApplyFixes(CohortTest):
    def fixes(self, name: str, text: str) -> Path:
        path = self.folder / "fixes" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def json_of(self, *words, code: int) -> dict:
        return json.loads(self.cohort("apply-fixes", *words, "--output-format", "json", code=code).stdout)

    def sarif(self, uri: str, line: int, text: str, **artifact) -> str:
        change = {"artifactLocation": {"uri": uri},
                  "replacements": [{"deletedRegion": {"startLine": line}, "insertedContent": {"text": text}}]}
        return json.dumps({"version": "2.1.0", "runs": [
            {"tool": {"driver": {"name": "checker"}}, "artifacts": [{"location": {"uri": uri}, **artifact}],
             "results": [{"ruleId": "r", "message": {"text": "m"}, "fixes": [{"artifactChanges": [change]}]}]}]})

    def test_numbers_of_a_file_that_changed_since_are_not_trusted(self):
        root = self.workspace(NULLS, repository=False)
        fixes = self.fixes("x.yaml", export(root / "x.cpp", diagnostic("t", (root / "x.cpp", 4, 0, "b"))))
        self.cohort("apply-fixes", fixes, "-w", root, "--apply")
        self.assertEqual((root / "x.cpp").read_text(), "int ba = 1;\n")
        again = self.cohort("apply-fixes", fixes, "-w", root, "--apply", code=1)
        self.assertIn("was changed after", again.stdout)
        self.assertEqual((root / "x.cpp").read_text(), "int ba = 1;\n")

    def test_a_folder_may_hold_other_files(self):
        root = self.workspace(NULLS, repository=False)
        self.fixes("README.md", "Nothing to fix here.\n")
        fixes = self.fixes("x.yaml", export(root / "x.cpp", diagnostic("t", (root / "x.cpp", 4, 1, "b"))))
        done = self.cohort("apply-fixes", fixes.parent, "-w", root, "--apply")
        self.assertIn("has no fixes; left out", done.stderr)
        self.assertEqual((root / "x.cpp").read_text(), "int b = 1;\n")

    # -- conflicts

    def test_a_conflict_in_one_file_leaves_the_others_alone(self):
        # clang-apply-replacements applies nothing here.
        root = self.workspace(NULLS, repository=False)
        for number, (file, text) in enumerate([("x.cpp", "aa"), ("x.cpp", "zz"), ("y.cpp", "cc")]):
            self.fixes(f"{number}.yaml", export(root / file, diagnostic(f"t{number}", (root / file, 4, 1, text))))
        done = self.cohort("apply-fixes", self.folder / "fixes", "-w", root, "--apply", code=3)
        self.assertEqual((root / "x.cpp").read_text(), "int aa = 1;\n")
        self.assertEqual((root / "y.cpp").read_text(), "int cc = 1;\n")
        self.assertIn('1 byte becomes "zz"', done.stdout)
        self.assertIn('1 byte becomes "aa"', done.stdout)
        self.golden("apply_fixes.txt", done.stdout.replace(str(self.folder), "DIR"))

    def header_conflict(self, root: Path) -> None:
        """What clang-tidy 14 exported of NULLS with T=int for a.cpp and T=double for b.cpp, but for names."""
        at = {name: (root / name).read_text().index(" = 0") + 3 for name in ("a.cpp", "b.cpp", "c.cpp")}
        x = (root / "h.h").read_text().index("T x") + 3
        for name in at:
            parts = [diagnostic("modernize-use-nullptr", (root / name, at[name], 1, "nullptr"))]
            if name == "a.cpp":
                parts.append(diagnostic("cppcoreguidelines-init-variables", (root / "h.h", x, 0, " = 0")))
            if name == "b.cpp":
                parts.append(diagnostic("cppcoreguidelines-init-variables", (root / "h.h", 13, 0, "#include <math.h>\n"),
                                        (root / "h.h", x, 0, " = NAN")))
            self.fixes(f"{name}.yaml", export(root / name, *parts))

    def check_header_conflict(self, root: Path) -> None:
        result = self.json_of(self.folder / "fixes", "-w", root, "--apply", code=3)
        for name in ("a.cpp", "b.cpp", "c.cpp"):
            self.assertIn("= nullptr;", (root / name).read_text())
        self.assertEqual(len(result["chosen"]), 4)
        self.assertEqual([one["reason"] for one in result["refused"]], ["same_place"])
        winner = result["chosen"][result["refused"][0]["conflicts_with"]]
        sides = {edit["replacement"] for one in (winner, result["refused"][0]["fix"]) for edit in one["edits"]}
        self.assertLessEqual({" = 0", " = NAN"}, sides)
        self.assertRegex((root / "h.h").read_text(), r"T x = (0|NAN);")

    def test_two_units_that_want_different_things_of_a_header(self):
        root = self.workspace(NULLS)
        self.header_conflict(root)
        self.check_header_conflict(root)

    def test_the_same_with_clang_tidy_itself(self):
        if not shutil.which("clang-tidy"):
            self.skipTest("clang-tidy is not installed")
        root = self.workspace(NULLS)
        (self.folder / "fixes").mkdir()
        for name, kind in (("a.cpp", "int"), ("b.cpp", "double"), ("c.cpp", "int")):
            subprocess.run(["clang-tidy", "-quiet", "-checks=-*,modernize-use-nullptr,cppcoreguidelines-init-variables",
                            "-header-filter=.*", f"-export-fixes={self.folder}/fixes/{name}.yaml", str(root / name), "--",
                            f"-DT={kind}"], check=True, capture_output=True)
        self.check_header_conflict(root)

    def test_agreement_wins(self):
        root = self.workspace(NULLS)
        for number, text in enumerate(["aa", "zz", "zz"]):
            self.fixes(f"{number}.yaml", export(root / f"unit{number}.cpp", diagnostic("t", (root / "x.cpp", 4, 1, text))))
        result = self.json_of(self.folder / "fixes", "-w", root, "--apply", code=3)
        self.assertEqual((root / "x.cpp").read_text(), "int zz = 1;\n")
        self.assertEqual(len(result["chosen"][0]["voters"]), 2)

    # -- what is printed, and what is changed

    def test_without_apply_a_diff_that_git_applies(self):
        root = self.workspace(NULLS)
        (root / "x.cpp").chmod(0o751)
        fixes = self.fixes("a.yaml", export(root / "x.cpp", diagnostic("t", (root / "x.cpp", 4, 1, "aa"), (root / "y.cpp", 4, 1, "b"))))
        done = self.cohort("apply-fixes", fixes, "-w", root)
        self.assertEqual(git(root, "diff", "--stat", "--", "y.cpp"), "")
        self.assertIn("1 fix would be applied to 2 files; 0 fixes refused", done.stdout)
        self.fixes("out.diff", done.stdout)
        git(root, "apply", "--check", str(self.folder / "fixes/out.diff"))
        # What was printed is an input, too.
        self.cohort("apply-fixes", self.folder / "fixes/out.diff", "-w", root, "--apply")
        self.assertEqual((root / "x.cpp").read_text(), "int aa = 1;\n")
        self.assertEqual((root / "y.cpp").read_text(), "int b = 1;\n")
        self.assertEqual((root / "x.cpp").stat().st_mode & 0o777, 0o751)
        self.assertEqual(sorted(path.name for path in root.iterdir() if path.name != ".git"), sorted(NULLS))

    def test_all_formats_at_once(self):
        root = self.workspace({name: "one\ntwo\nthree\n" for name in ("a", "b", "c", "d")})
        self.fixes("1.yaml", export(root / "a", diagnostic("t", (root / "a", 0, 3, "1"))))
        self.fixes("2.sarif", self.sarif("b", 2, "2"))
        self.fixes("3.diff", "--- c\t1\n+++ c\t2\n@@ -2,2 +2,2 @@\n two\n-three\n+3\n")
        self.fixes("4.md", "d\n```\n<<<<<<< SEARCH\none\ntwo\n=======\n1\n>>>>>>> REPLACE\n```\n")
        self.fixes("log.out", "not looked at\n")
        self.assertEqual(len(self.json_of(self.folder / "fixes", "-w", root, "--apply", code=0)["chosen"]), 4)
        self.assertEqual([(root / name).read_text() for name in "abcd"],
                         ["1\ntwo\nthree\n", "one\n2\nthree\n", "one\ntwo\n3\n", "1\nthree\n"])

    def test_gcc_generates_a_patch(self):
        root = self.workspace({"g.cc": "struct S { int length; };\nint f(S& s) { return s.lenght; }\n"})
        log = subprocess.run(["g++", "-fdiagnostics-generate-patch", "-fsyntax-only", "g.cc"], cwd=root, capture_output=True, text=True)
        done = subprocess.run(self.command("apply-fixes", "-", "-w", root, "--apply"), input=log.stderr, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("s.length;", (root / "g.cc").read_text())

    # -- what is refused

    def test_outside_scope_workspace_or_base(self):
        root = self.workspace({**NULLS, "lib/l.cpp": "int l = 1;\n"})
        (self.folder / "outside.cpp").write_text("int o = 1;\n")
        (root / "link.cpp").symlink_to(self.folder / "outside.cpp")
        for number, file in enumerate([root / "x.cpp", root / "lib/l.cpp", self.folder / "outside.cpp", root / "link.cpp",
                                       root / "../outside.cpp", root / ".git/config", root / "none.cpp", root / "lib"]):
            self.fixes(f"{number}.yaml", export(root / "x.cpp", diagnostic("t", (file, 4, 1, "n"))))
        self.fixes("stale.sarif", self.sarif("y.cpp", 1, "int n;", hashes={"sha-256": "00"}))
        self.fixes("far.yaml", export(root / "x.cpp", diagnostic("t", (root / "y.cpp", 2 ** 64 - 1, 1, "n"))))
        result = self.json_of(self.folder / "fixes", "-w", root, "--apply", "--scope", "*.cpp", "--scope", "!lib", code=3)
        self.assertEqual(sorted(one["reason"] for one in result["refused"]),
                         ["misplaced"] + ["outside_scope"] + ["outside_workspace"] * 4 + ["stale"] + ["unusable_file"] * 2)
        self.assertEqual((root / "x.cpp").read_text(), "int n = 1;\n")
        self.assertEqual((self.folder / "outside.cpp").read_text(), "int o = 1;\n")
        self.assertEqual(git(root, "status", "--porcelain", "-uno"), "M x.cpp")

    def test_nothing_that_could_be_applied(self):
        root = self.workspace(NULLS)
        fixes = self.fixes("a.yaml", export(root / "x.cpp", diagnostic("t", (root / "none.cpp", 4, 1, "n"))))
        done = self.cohort("apply-fixes", fixes, "-w", root, "--apply", code=1)
        self.assertIn("none.cpp", done.stdout)

    # -- usage and inputs

    def test_inputs_that_cannot_be_read_are_all_named_and_nothing_is_done(self):
        root = self.workspace(NULLS)
        self.fixes("good.yaml", export(root / "x.cpp", diagnostic("t", (root / "x.cpp", 4, 1, "n"))))
        self.fixes("negative.yaml", export(root / "x.cpp", diagnostic("t", (root / "x.cpp", -4, 1, "n"))))
        self.fixes("bomb.yaml", "Diagnostics: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")
        self.fixes("deep.sarif", '{"runs": ' + "[" * 100000)
        self.fixes("cut.diff", "--- x.cpp\n+++ x.cpp\n@@ -1,2 +1,2 @@\n int a = 1;\n")
        done = self.cohort("apply-fixes", self.folder / "fixes", self.folder / "nowhere.yaml", "-w", root, "--apply", code=4)
        for name in ("negative.yaml:8:", "bomb.yaml:2:", "deep.sarif:1:", "cut.diff:5:", "nowhere.yaml"):
            self.assertIn(name, done.stderr)
        self.assertEqual(git(root, "status", "--porcelain"), "")

    def test_usage(self):
        root = self.workspace(NULLS)
        self.cohort("apply-fixes", code=2)
        self.cohort("apply-fixes", "x", "--frobnicate", code=2)
        self.cohort("apply-fixes", os.devnull, "-w", self.folder / "none", code=4)
        (self.folder / "empty").mkdir()
        done = self.cohort("apply-fixes", self.folder / "empty", "-w", root)
        self.assertIn("0 fixes would be applied", done.stdout)


if __name__ == "__main__":
    main()
