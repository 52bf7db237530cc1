#!/usr/bin/env python3
"""`cohort gates`: a change is judged, and nothing is written."""
import json
import xml.etree.ElementTree as xml

from cohort_cli import SMALL, CohortTest, git, main


class Gates(CohortTest):
    def judge(self, root, *words, code=0):
        done = self.cohort("gates", "-w", root, "-j", 2, "--output-format", "json", *words, code=code)
        result = json.loads(done.stdout)
        return result, {gate["kind"][len("GATE_KIND_"):].lower(): gate for gate in result["gates"]}

    def change(self, root, name, old, new):
        text = (root / name).read_text()
        self.assertIn(old, text)
        (root / name).write_text(text.replace(old, new, 1))

    def verdicts(self, gates, *names):
        return [gates[name]["verdict"][len("GATE_VERDICT_"):] for name in names]

    def test_an_honest_change_passes_and_nothing_is_written(self):
        root = self.workspace(SMALL)
        self.change(root, "area.cc", "3 * squared", "squared * 3")
        (root / "more.cc").write_text("int more() {\n  return 1;\n}\n")
        self.change(root, "CMakeLists.txt", "name.cc)", "name.cc more.cc)")
        before = git(root, "status", "--porcelain=v2", "--branch"), git(root, "for-each-ref")
        result, gates = self.judge(root)
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", result["summary"])
        self.assertEqual(self.verdicts(gates, "compilation", "scope", "tests"), ["PASS"] * 3)
        self.assertIn("3 changed files", gates["scope"]["details"])
        self.assertEqual((result["branch"], result["patch_file"]), ("", ""))
        self.assertEqual((git(root, "status", "--porcelain=v2", "--branch"), git(root, "for-each-ref")), before)
        self.assertFalse(list(self.state.glob("patches/*")))

    def test_a_change_that_breaks_a_unit_fails(self):
        root = self.workspace(SMALL)
        self.change(root, "area.cc", "return 3", "retrun 3")
        report, junit = self.folder / "gates.sarif", self.folder / "gates.xml"
        result, gates = self.judge(root, "--report", report, "--junit", junit, code=1)
        self.assertEqual(self.verdicts(gates, "compilation"), ["FAIL"])
        self.assertIn("area.cc", gates["compilation"]["details"])
        self.assertTrue(result["left"])
        self.assertEqual({left["reason"] for left in result["left"]}, {"the base lacks it"})
        found = json.loads(report.read_text())["runs"][0]["results"]
        self.assertIn(("error", "area.cc", 5),
                      {(one["level"], place["artifactLocation"]["uri"], place["region"]["startLine"])
                       for one in found for place in [one["locations"][0]["physicalLocation"]]})
        suite, = xml.parse(junit).getroot()
        self.assertEqual((suite.get("failures"), suite.get("errors")), ("1", "0"))
        self.assertEqual([case.get("name") for case in suite if case.find("failure") is not None], ["compilation"])

    def test_a_change_that_breaks_a_test_fails(self):
        root = self.workspace(SMALL)
        self.change(root, "area.cc", "3 * squared", "4 * squared")
        _, gates = self.judge(root, code=1)
        self.assertEqual(self.verdicts(gates, "compilation", "tests"), ["PASS", "FAIL"])
        self.assertIn("shapes_test", gates["tests"]["details"])

    def test_tests_that_cannot_be_run_are_no_pass(self):
        root = self.workspace(SMALL)
        _, gates = self.judge(root, "--gates", "tests", "--set", "toolchain.ctest=/bin/false")
        self.assertEqual(gates["tests"]["details"], "nothing has changed")
        self.change(root, "area.cc", "3 * squared", "squared * 3")
        for ctest in ("/bin/false", "/nowhere/ctest"):
            _, gates = self.judge(root, "--set", f"toolchain.ctest={ctest}", code=1)
            self.assertEqual(self.verdicts(gates, "tests"), ["FAIL"])
            self.assertIn("could not be built or run", gates["tests"]["details"])

    def test_what_was_broken_before_is_a_warning(self):
        files = {**SMALL, "area.cc": SMALL["area.cc"].replace("return 3", "retrun 3")}
        root = self.workspace(files)
        (root / "name.cc").write_text(SMALL["name.cc"] + "// More.\n")
        result, gates = self.judge(root, code=3)
        self.assertEqual(self.verdicts(gates, "compilation"), ["WARNING"])
        self.assertEqual({left["reason"] for left in result["left"]}, {"the base has it, too"})

    def test_changed_lines_that_no_test_executes_fail(self):
        root = self.workspace(SMALL)
        self.change(root, "area.cc", "  return 3 * squared;\n}\n",
                    "  squared = squared * 3;\n  return squared;\n}\n\nint never(int a) {\n  a += 1;\n  return a;\n}\n")
        report = self.folder / "gates.sarif"
        words = ("--gates", "tests,coverage", "--report", report)
        result, gates = self.judge(root, *words, code=1)
        self.assertEqual(self.verdicts(gates, "tests", "coverage"), ["PASS", "FAIL"])
        self.assertEqual(gates["coverage"]["details"],
                         "2 of 5 changed lines are executed (40 %); 80 % are asked for")
        objection, = gates["coverage"]["objections"]
        self.assertEqual((objection["rule"], objection["location"]["file"], objection["location"]["line"]),
                         ("uncovered-line", "area.cc", 9))
        found, = json.loads(report.read_text())["runs"][0]["results"]
        self.assertEqual((found["ruleId"], found["level"]), ("uncovered-line", "error"))
        _, gates = self.judge(root, *words, "--coverage-threshold", 0.4)
        self.assertEqual(self.verdicts(gates, "coverage"), ["PASS"])
        self.change(root, "shapes_test.cc", "int main() {\n  circle unit;\n",
                    "int never(int a);\n\nint main() {\n  circle unit;\n  if (never(1) != 2)\n    return 2;\n")
        _, gates = self.judge(root, *words)
        self.assertEqual(gates["coverage"]["details"], "5 of 5 changed lines are executed (100 %)")

    def test_coverage_of_a_change_without_code_is_not_measured(self):
        root = self.workspace(SMALL)
        (root / "notes.txt").write_text("words\n")
        _, gates = self.judge(root, "--gates", "tests,coverage")
        self.assertEqual(gates["coverage"]["verdict"], "GATE_VERDICT_NOT_MEASURED")
        self.assertEqual(gates["coverage"]["details"], "no changed line can be executed")

    def test_what_clang_tidy_finds_anew_fails(self):
        halves = "double {}(int x) {{ return x / 2; }}\n"
        root = self.workspace({**SMALL, "area.cc": SMALL["area.cc"] + halves.format("half")})
        with (root / "area.cc").open("a") as source:
            source.write("// Nothing new.\n")
        result, gates = self.judge(root, "--gates", "lint")
        self.assertEqual(self.verdicts(gates, "lint"), ["PASS"], result)
        with (root / "area.cc").open("a") as source:
            source.write(halves.format("other_half"))
        _, gates = self.judge(root, "--gates", "lint", code=1)
        self.assertEqual(self.verdicts(gates, "lint"), ["FAIL"])
        self.assertEqual([(one["rule"], one["location"]["file"]) for one in gates["lint"]["objections"]],
                         [("bugprone-integer-division", "area.cc")])
        _, gates = self.judge(root, "--gates", "lint", "--set", "parallel_workers.quality_gates.lint_checks=cert-err34-c")
        self.assertEqual(self.verdicts(gates, "lint"), ["PASS"])

    def test_lint_without_the_tool_is_no_pass(self):
        root = self.workspace(SMALL)
        self.change(root, "area.cc", "3 * squared", "squared * 3")
        _, gates = self.judge(root, "--gates", "lint", "--set", "toolchain.clang_tidy=no-such-tidy", code=1)
        self.assertEqual(self.verdicts(gates, "lint"), ["FAIL"])
        self.assertIn("no-such-tidy", gates["lint"]["details"])

    def test_against_an_older_commit_and_against_nothing(self):
        root = self.workspace(SMALL)
        self.change(root, "area.cc", "return 3", "retrun 3")
        git(root, "commit", "-qam", "break it")
        self.judge(root, "--gates", "compilation", code=3)
        result, gates = self.judge(root, "--base", "HEAD~1", code=1)
        self.assertIn("1 changed file,", gates["scope"]["details"])
        self.change(root, "area.cc", "retrun 3", "return 3")
        _, gates = self.judge(root, "--base", "")
        self.assertIn(f"{len(SMALL)} changed files", gates["scope"]["details"])

    def test_a_base_that_is_not_there_is_named(self):
        root = self.workspace(SMALL)
        done = self.cohort("gates", "-w", root, "--base", "release-7", code=4)
        self.assertIn("the base 'release-7' is no revision", done.stdout)
        self.assertIn("name a commit, a branch or a tag", done.stdout)
        done = self.cohort("gates", "-w", self.workspace(SMALL, repository=False, name="bare"), code=4)
        self.assertIn("no git repository holds", done.stdout)

    def test_what_makes_no_sense_is_refused_at_once(self):
        root = self.workspace(SMALL)
        for words, part in ((("--gates", "taste"), "taste"), (("--coverage-threshold", "80"), "--coverage-threshold"),
                            (("--report", "gates.txt"), ".sarif")):
            done = self.cohort("gates", "-w", root, *words, code=2)
            self.assertIn(part, done.stderr)
        self.assertFalse(self.state.exists())

    def test_a_judgement_is_in_the_journal_and_is_forgotten_like_others(self):
        root = self.workspace(SMALL)
        self.change(root, "area.cc", "3 * squared", "squared * 3")
        result, _ = self.judge(root, "--gates", "compilation")
        story = self.cohort("audit", result["task_id"]).stdout
        self.assertIn("judge the changes since HEAD", story)
        self.cohort("audit", "--verify")
        bundle = self.folder / "judged.bundle"
        self.cohort("audit", result["task_id"], "--export", bundle)
        self.cohort("verify", bundle)
        self.cohort("gc", "--keep", 0)
        self.assertNotIn(result["task_id"], self.cohort("audit").stdout)


if __name__ == "__main__":
    main()
