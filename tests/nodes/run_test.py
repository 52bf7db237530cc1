#!/usr/bin/env python3
"""Whole tasks, from the command line to the branch."""
import json
import shutil

from cohort_cli import SMALL, TWO_FAULTS, CohortTest, broken, git, main, steady


class Run(CohortTest):
    def tree_of(self, root, result):
        return {name: git(root, "show", f"{result['branch']}:{name}") for name in SMALL}

    def assert_repaired(self, root, result):
        self.assertEqual(self.tree_of(root, result), {name: text.strip() for name, text in SMALL.items()})

    def test_parallel_and_sequential_hand_back_the_original(self):
        root = self.workspace(TWO_FAULTS)
        status = git(root, "status", "--porcelain=v2", "--branch")
        trees = set()
        for mode in ("parallel", "sequential"):
            result = self.run_task(root, "--mode", mode)
            self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE")
            self.assertEqual((result["errors_after"], result["fixes_kept"]), (0, 2))
            self.assert_repaired(root, result)
            trees.add(git(root, "rev-parse", result["branch"] + "^{tree}"))
            gates = {gate["kind"]: gate["verdict"] for gate in result["gates"]}
            self.assertEqual(set(gates), {"GATE_KIND_COMPILATION", "GATE_KIND_SCOPE", "GATE_KIND_TESTS", "GATE_KIND_SECURITY"})
            self.assertEqual(set(gates.values()), {"GATE_VERDICT_PASS"})
        self.assertEqual(len(trees), 1)
        self.assertEqual(git(root, "status", "--porcelain=v2", "--branch"), status)
        self.assertEqual(git(root, "stash", "list"), "")

    def test_what_was_checked_is_not_checked_again(self):
        files = {**TWO_FAULTS, "three.h": "#pragma once\n"}
        files["area.cc"] = '#include "three.h"\n' + files["area.cc"]
        root = self.workspace(files)
        first, second = self.run_task(root), self.run_task(root)
        self.assertGreater(first["metrics"]["checks"], 6)
        self.assertEqual((second["metrics"]["checks"], second["metrics"]["cache_hits"]),
                         (0, first["metrics"]["checks"]))
        self.assertEqual(*(git(root, "rev-parse", result["branch"] + "^{tree}") for result in (first, second)))
        for header, readers in (("three.h", 1), ("shapes.h", 3)):
            with open(root / header, "a") as file:
                file.write("// More words.\n")
            plan = json.loads(self.cohort("plan", "fix the compile errors", "-w", root, "--output-format", "json").stdout)
            self.assertEqual(plan["metrics"]["checks"], readers * 2, header)  # By GCC and clang.

    def test_what_cannot_be_repaired_is_partial_and_listed(self):
        root = self.workspace(broken(area_cc=("shape.radius;", "shape.radius"), name_cc=("result +", "unheard_of() +")))
        result = self.run_task(root, "--mode", "parallel", code=3)
        self.assertEqual(result["outcome"], "TASK_OUTCOME_PARTIAL")
        self.assertEqual([left["diagnostic"]["location"]["file"] for left in result["left"]], ["name.cc"])
        self.assertTrue(all(left["reason"] for left in result["left"]))
        self.assertEqual(git(root, "diff", "--name-only", f"main..{result['branch']}"), "area.cc")

    def test_nothing_repairable_fails(self):
        root = self.workspace(broken(name_cc=("result +", "unheard_of() +")))
        result = self.run_task(root, code=1)
        self.assertEqual((result["branch"], result["fixes_kept"]), ("", 0))
        self.assertEqual(git(root, "branch", "--list", "cohort/*"), "")

    def test_a_clean_workspace_is_done_at_once(self):
        root = self.workspace(SMALL)
        result = self.run_task(root)
        self.assertEqual((result["outcome"], result["branch"]), ("TASK_OUTCOME_DONE", ""))

    def test_scope_bounds_what_changes(self):
        root = self.workspace(TWO_FAULTS)
        result = self.run_task(root, "--scope", "area.cc", code=3)
        self.assertEqual(git(root, "diff", "--name-only", f"main..{result['branch']}"), "area.cc")
        result = self.run_task(root, "--scope", "!area.cc", code=3)
        self.assertEqual(git(root, "diff", "--name-only", f"main..{result['branch']}"), "name.cc")

    def test_compile_commands_of_a_build_elsewhere(self):
        files = {name: text for name, text in TWO_FAULTS.items() if name != "CMakeLists.txt"}
        root = self.workspace(files)
        build = self.folder / "build"
        build.mkdir()
        (build / "compile_commands.json").write_text(json.dumps(
            [{"directory": str(build), "file": str(root / name), "arguments": ["c++", "-I", str(root), "-c", str(root / name)]}
             for name in files if name.endswith(".cc")]))
        result = self.run_task(root, "-p", build)
        self.assertEqual(result["errors_after"], 0)
        self.assertEqual(sorted(p.name for p in build.iterdir()), ["compile_commands.json"])

    def test_stream_json_begins_and_ends_as_promised(self):
        root = self.workspace(TWO_FAULTS)
        done = self.cohort("run", "fix the compile errors", "-w", root, "--output-format", "stream-json")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual((lines[0]["type"], lines[-1]["type"]), ("init", "result"))
        self.assertEqual({line["type"] for line in lines[1:-1]}, {"progress"})

    def test_a_hanging_compiler_costs_one_unit_only(self):
        root = self.workspace(TWO_FAULTS)
        result = self.run_task(root, "--mode", "parallel", "--set", self.hanging_compiler("name.cc"),
                               "--set", "processes.check_timeout_seconds=8", code=3)
        files = git(root, "diff", "--name-only", f"main..{result['branch']}").split()
        self.assertIn("area.cc", files)

    def test_a_budget_ends_the_task_with_what_there_is(self):
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "slow").write_text(f'#!/bin/sh\nsleep 20\nexec {shutil.which("g++")} "$@"\n')
        (tools / "slow").chmod(0o755)
        root = self.workspace(TWO_FAULTS)
        result = self.run_task(root, "--budget-seconds", "2", "--set", f"toolchain.gcc={tools}/slow", code=1)
        self.assertLess(result["wall_seconds"], 10)


class Output(CohortTest):
    def test_plan_reads_as_agreed_and_changes_nothing(self):
        root = self.workspace(TWO_FAULTS)
        done = self.cohort("plan", "fix the 2 compile errors", "-w", root, "-j", 2, "--mode", "parallel", "--explain")
        self.golden("plan.txt", steady(done.stdout))
        self.assertEqual(git(root, "branch", "--list", "cohort/*"), "")
        dot = self.cohort("plan", "fix the 2 compile errors", "-w", root, "-j", 2, "--mode", "parallel", "--dot").stdout
        self.assertTrue(dot.startswith("digraph"))

    def test_summary_reads_as_agreed(self):
        root = self.workspace(broken(area_cc=("shape.radius;", "shape.radius"), name_cc=("result +", "unheard_of() +")))
        done = self.cohort("run", "fix the 2 compile errors", "-w", root, "-j", 1, "--mode", "parallel", code=3)
        self.golden("summary.txt", steady(done.stdout))

    def test_no_colour_and_no_bars_where_there_is_no_terminal(self):
        root = self.workspace(TWO_FAULTS)
        done = self.cohort("run", "fix the compile errors", "-w", root)
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        quiet = self.cohort("run", "fix the compile errors", "-w", root, "-q")
        self.assertEqual(quiet.stderr, "")


if __name__ == "__main__":
    main()
