#!/usr/bin/env python3
"""What `run --report` and `diagnose --output-format sarif` tell of each cause."""
import json
from urllib.parse import unquote

from cohort_cli import SMALL, TWO_FAULTS, CohortTest, broken, git, main, steady

# One fault that has an answer, and one that has none.
ONE_OF_TWO = broken(area_cc=("shape.radius;", "shape.radius"), name_cc=("result +", "resolt(3) +"))


def offset(text: str, line: int, column: int) -> int:
    """Of a region's end, in characters; columns count UTF-16 code units from 1."""
    lines = text.splitlines(keepends=True) + [""]
    units, at = 1, 0
    while units < column:
        units += 2 if ord(lines[line - 1][at]) > 0xffff else 1
        at += 1
    assert units == column, "inside of a character"
    return sum(map(len, lines[:line - 1])) + at


class Sarif(CohortTest):
    def check_region(self, region: dict) -> None:
        self.assertGreaterEqual(region["startLine"], 1)
        self.assertGreaterEqual(region.get("startColumn", 1), 1)
        if "endLine" in region:
            self.assertLessEqual((region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"]))

    def check_artifact(self, place: dict, root) -> str:
        self.assertRegex(place["uri"], r"^[A-Za-z0-9%._~/:-]+$")
        if "uriBaseId" not in place:
            self.assertTrue(place["uri"].startswith("file:///"))
            return unquote(place["uri"][7:])
        self.assertEqual(place["uriBaseId"], "%SRCROOT%")
        name = unquote(place["uri"])
        self.assertTrue((root / name).is_file(), name)
        return name

    def check(self, text: str, root) -> dict:
        """What SARIF 2.1.0 asks of the parts that are there; returns the run."""
        log = json.loads(text)
        self.assertEqual(log["version"], "2.1.0")
        self.assertTrue(log["$schema"].endswith("sarif-2.1.0.json"))
        run, = log["runs"]
        self.assertEqual(run["columnKind"], "utf16CodeUnits")
        base = run["originalUriBaseIds"]["%SRCROOT%"]["uri"]
        self.assertEqual((unquote(base)), f"file://{root.resolve()}/")
        self.assertIsInstance(run["invocations"][0]["executionSuccessful"], bool)
        driver = run["tool"]["driver"]
        self.assertTrue(driver["name"])
        rules = [rule["id"] for rule in driver["rules"]]
        self.assertEqual(len(rules), len(set(rules)))
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]], result["ruleId"])
            self.assertIn(result["level"], ("none", "note", "warning", "error"))
            self.assertTrue(result["message"]["text"])
            self.assertGreaterEqual(result["occurrenceCount"], 1)
            for place in result["locations"] + result.get("relatedLocations", []):
                self.check_artifact(place["physicalLocation"]["artifactLocation"], root)
                self.check_region(place["physicalLocation"]["region"])
            for fix in result.get("fixes", []):
                self.assertTrue(fix["artifactChanges"])
                for change in fix["artifactChanges"]:
                    self.check_artifact(change["artifactLocation"], root)
                    self.assertTrue(change["replacements"])
                    for replacement in change["replacements"]:
                        self.check_region(replacement["deletedRegion"])
        return run

    def applied(self, result: dict, root) -> dict[str, str]:
        """The files with all fixes of a result."""
        edits: dict[str, list] = {}
        for fix in result.get("fixes", []):
            for change in fix["artifactChanges"]:
                name = self.check_artifact(change["artifactLocation"], root)
                text = (root / name).read_text()
                for one in change["replacements"]:
                    region = one["deletedRegion"]
                    edits.setdefault(name, []).append(
                        (offset(text, region["startLine"], region["startColumn"]),
                         offset(text, region["endLine"], region["endColumn"]), one.get("insertedContent", {}).get("text", "")))
        result = {}
        for name, some in edits.items():
            text = (root / name).read_text()
            for begin, end, inserted in sorted(some, reverse=True):
                text = text[:begin] + inserted + text[end:]
            result[name] = text
        return result

    def steady_report(self, text: str, root) -> str:
        return steady(text).replace(str(root.resolve()), "ROOT")

    def test_a_diagnosis_proposes_what_compilers_propose(self):
        root = self.workspace(TWO_FAULTS, name="w ü")
        text = self.cohort("diagnose", "-w", root, "-j", 1, "--output-format", "sarif").stdout
        run = self.check(text, root)
        self.assertEqual([r["properties"]["end"] for r in run["results"]], ["open", "open"])
        proposed = {name: new for r in run["results"] for name, new in self.applied(r, root).items()}
        self.assertEqual(proposed, {name: SMALL[name] for name in ("area.cc", "name.cc")})

    def test_a_log_has_no_columns_and_makes_no_store(self):
        root = self.workspace(SMALL)
        log = self.folder / "log.txt"
        log.write_text("area.cc:4:55: error: expected ';' at end of declaration\n")
        done = self.cohort("diagnose", "-w", root, "--diagnostics", log, "--output-format", "sarif", cwd=root)
        run = self.check(done.stdout, root)
        self.assertEqual(run["results"][0]["locations"][0]["physicalLocation"]["region"], {"startLine": 4})
        self.assertEqual(git(root, "status", "--porcelain"), "")

    def test_a_repair_tells_what_it_changed_and_what_it_could_not(self):
        root = self.workspace(ONE_OF_TWO)
        report = self.folder / "report.sarif"
        result = self.run_task(root, "--report", report, code=3)
        text = report.read_text()
        run = self.check(text, root)
        ends = {r["properties"]["end"]: r for r in run["results"]}
        self.assertEqual(set(ends), {"repaired", "escalated"})
        self.assertEqual(self.applied(ends["repaired"], root), {"area.cc": SMALL["area.cc"]})
        self.assertNotIn("fixes", ends["escalated"])
        self.assertIn(result["left"][0]["reason"], ends["escalated"]["message"]["text"])

    def test_the_report_reads_as_agreed(self):
        root = self.workspace(ONE_OF_TWO)
        for suffix in ("txt", "json", "sarif"):
            report = self.folder / f"report.{suffix}"
            done = self.cohort("run", "fix the compile errors", "-w", root, "-j", 1, "--mode", "sequential", "--no-branch",
                               "--report", report, code=3)
            self.assertIn(f"report: {report}   (2 causes: 1 repaired, 1 escalated)\n", done.stdout)
            self.golden(f"report.{suffix}", self.steady_report(report.read_text(), root))

    def test_a_report_that_cannot_be_is_told_before_the_work_or_after_it(self):
        root = self.workspace(TWO_FAULTS)
        done = self.cohort("run", "fix the compile errors", "-w", root, "--report", "report.pdf", code=2)
        self.assertIn("expected a name that ends in .txt, .json or .sarif", done.stderr)
        self.assertEqual(git(root, "branch", "--list", "cohort/*"), "")
        done = self.cohort("run", "fix the compile errors", "-w", root, "--report", self.folder / "no/r.txt", code=2)
        self.assertIn("cannot be written", done.stderr)
        self.assertEqual(git(root, "branch", "--list", "cohort/*"), "")
        (self.folder / "full.txt").symlink_to("/dev/full")
        done = self.cohort("run", "fix the compile errors", "-w", root, "--report", self.folder / "full.txt", code=4)
        self.assertIn("cannot be written", done.stderr)
        self.assertIn("result: branch", done.stdout)


if __name__ == "__main__":
    main()
