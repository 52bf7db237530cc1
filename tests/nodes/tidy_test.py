#!/usr/bin/env python3
"""`cohort run` on findings of clang-tidy and on warnings: they are repaired as errors are."""
import json

from cohort_cli import NO_MEASURES, SMALL, CohortTest, git, main

CHECKS = "modernize-use-override,modernize-use-nullptr,modernize-use-using"
OLD = {
    **SMALL,
    "CMakeLists.txt": SMALL["CMakeLists.txt"].replace("name.cc)", "name.cc square.cc)"),
    "base.h": "#pragma once\nstruct base {\n  virtual int sides() const;\n  virtual ~base();\n};\n"
              "struct square : base {\n  int sides() const;\n};\n",
    "square.cc": '#include "base.h"\ntypedef int count;\nint base::sides() const { return 0; }\nbase::~base() {}\n'
                 "int square::sides() const {\n  count result = 4;\n  return result;\n}\n",
    "area.cc": SMALL["area.cc"].replace('shapes.h"', 'shapes.h"\n#include "base.h"') + "const char* unused = 0;\n",
}
NEW = {"base.h": "int sides() const override;", "square.cc": "using count = int;", "area.cc": "unused = nullptr;"}


class Tidy(CohortTest):
    def repair(self, root, *words, code=0):
        done = self.cohort("run", *words[:1], "-w", root, "--output-format", "json", *NO_MEASURES, *words[1:], code=code)
        return json.loads(done.stdout)

    def tree(self, root, result):
        return git(root, "rev-parse", result["branch"] + "^{tree}")

    def test_findings_are_repaired_and_however_many_workers_do_the_same(self):
        root = self.workspace(OLD)
        trees = set()
        for jobs in (1, 2, 8):
            result = self.repair(root, "apply these checks", "--specialty", "refactoring", "--checks", CHECKS,
                                 "--mode", "parallel", "-j", jobs)
            self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", result["summary"])
            trees.add(self.tree(root, result))
        self.assertEqual(len(trees), 1)
        for name, text in NEW.items():
            self.assertIn(text, git(root, "show", f"{result['branch']}:{name}"))
        self.assertEqual(result["errorsBefore"] if "errorsBefore" in result else result["errors_before"], 3)

    def test_the_words_of_a_task_name_checks(self):
        root = self.workspace(OLD)
        result = self.repair(root, "refactor: use override", "-j", 2)
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", result["summary"])
        self.assertIn("override", git(root, "show", f"{result['branch']}:base.h"))
        self.assertIn("typedef", git(root, "show", f"{result['branch']}:square.cc"))

    def test_a_finding_without_a_fix_is_left_with_the_reason(self):
        root = self.workspace(OLD)
        result = self.repair(root, "apply", "--specialty", "refactoring", "--checks",
                             "modernize-use-using,readability-magic-numbers", "-j", 2, code=3)
        self.assertEqual(result["outcome"], "TASK_OUTCOME_PARTIAL")
        self.assertIn("using count", git(root, "show", f"{result['branch']}:square.cc"))
        self.assertIn("clang-tidy proposes no fix", {left["reason"] for left in result["left"]})

    def test_warnings_are_repaired_like_errors(self):
        root = self.workspace({**SMALL, "name.cc": SMALL["name.cc"].replace(
            "return result", "if (shape.radius > 9 & result != nullptr)\n    return result;\n  return result")})
        result = self.repair(root, "fix the warnings", "--specialty", "type_system",
                             "--warnings=-Wparentheses,-Wno-unused", "-j", 2, code=1)
        self.assertEqual(result["outcome"], "TASK_OUTCOME_FAILED")
        self.assertTrue(result["left"])
        self.assertEqual({left["diagnostic"]["location"]["file"] for left in result["left"]}, {"name.cc"})

    def test_what_cannot_be_asked_for_is_told(self):
        root = self.workspace(OLD)
        for words, code, told in ((("--checks", "modernize-use-magic"), 4, "knows no check modernize-use-magic"),
                                  (("--checks", "a;rm"), 2, "expected names of checks"),
                                  (("--warnings=-Wl,x",), 2, "expected options like -Wconversion"),
                                  (("--specialty", "magic"), 2, 'there is no specialty "magic"'),
                                  (("--checks", "modernize-use-auto", "--set", "toolchain.clang_tidy=no-such"), 4,
                                   "install it, or name it in toolchain.clang_tidy")):
            with self.subTest(words):
                done = self.cohort("run", "refactor", "-w", root, *words, code=code)
                self.assertIn(told, done.stdout + done.stderr)

    def test_a_task_without_any_evidence_says_what_to_name(self):
        root = self.workspace(SMALL)
        done = self.cohort("run", "refactor this", "-w", root, code=1)
        self.assertIn("--checks modernize-use-override", done.stdout)


if __name__ == "__main__":
    main()
