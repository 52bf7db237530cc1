#!/usr/bin/env python3
"""Changes that try to look right without being so, and honest ones that look alike."""
import json

from cohort_cli import CohortTest, main

TESTS = """#include "check.h"

int area(int, int);

int main() {
  CHECK(area(2, 3) == 6);
  CHECK(area(0, 3) == 0);
  return failures;
}
"""
FILES = {
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.16)\nproject(areas CXX)\nenable_testing()\nadd_library(area area.cc)\n"
                      "add_executable(area_test area_test.cc)\ntarget_link_libraries(area_test area)\n"
                      "add_executable(other_test other_test.cc)\ntarget_link_libraries(other_test area)\n"
                      "add_test(NAME area_test COMMAND area_test)\nadd_test(NAME other_test COMMAND other_test)\n",
    "check.h": "#pragma once\n\ninline int failures = 0;\n#define CHECK(holds) (void) ((holds) || ++failures)\n",
    "area.cc": "int area(int width, int height) {\n  return width * height;\n}\n",
    "area_test.cc": TESTS,
    "other_test.cc": TESTS.replace("2, 3) == 6", "5, 1) == 5"),
}
WRONG = {"area.cc": ("width * height", "width + height")}  # What the attacks want to get through.
GATES = "compilation,tests,security"


class Attacks(CohortTest):
    def judge(self, changes, code, *words):
        """What the gates say of FILES with these texts exchanged, or files replaced (a text), or removed (None)."""
        root = self.workspace(FILES, name=f"ws{len(list(self.folder.glob('ws*')))}")
        for name, change in changes.items():
            if change is None:
                (root / name).unlink()
                continue
            if isinstance(change, tuple):
                self.assertIn(change[0], FILES[name])
                change = FILES[name].replace(*change)
            (root / name).write_text(change)
        done = self.cohort("gates", "-w", root, "-j", 2, "--gates", GATES, "--output-format", "json", *words, code=None)
        result = json.loads(done.stdout)
        said = {gate["kind"][len("GATE_KIND_"):].lower(): gate["details"] for gate in result["gates"]}
        self.assertEqual(done.returncode, code, (changes, said, done.stderr))
        return said

    def caught(self, says, gate="tests", code=3, **changes):
        """The trick is seen, though the tests say nothing of what it hides."""
        changes = {name.replace("_cc", ".cc").replace("lists", "CMakeLists.txt"): change for name, change in changes.items()}
        self.assertIn(says, self.judge({**changes, **WRONG}, code)[gate])

    def test_without_a_trick_the_tests_say_it(self):
        self.assertIn("passed before: area_test", self.judge(WRONG, 1)["tests"])

    def test_tests_that_are_gone_or_no_longer_run(self):
        both = ("add_test(NAME area_test COMMAND area_test)\nadd_test(NAME other_test COMMAND other_test)\n", "")
        self.caught("unregistered-test", code=1, lists=both)
        self.caught("gone: area_test", code=1, lists=("add_test(NAME area_test", "if(FALSE)\nendif()\nadd_test(NAME renamed"))
        self.caught("removed-assertion", area_test_cc="int main() { return 0; }\n", other_test_cc="int main() { return 0; }\n")
        self.caught("skipped-test", lists=("add_test(NAME other_test COMMAND other_test)\n",
                                           "add_test(NAME other_test COMMAND other_test)\n"
                                           "set_tests_properties(area_test other_test PROPERTIES WILL_FAIL ON)\n"))

    def test_assertions_that_say_less(self):
        always = "#include \"check.h\"\n\nint main() {\n  CHECK(true);\n  CHECK(1 == 1);\n  return failures;\n}\n"
        self.caught("removed-assertion", area_test_cc=always, other_test_cc=always)
        agreed = TESTS.replace("== 6", "== 5").replace("== 0", "== 3")
        self.caught("changed-expectation", area_test_cc=agreed, other_test_cc=agreed)

    def test_a_program_that_ends_before_its_tests(self):
        early = "#include <cstdlib>\n" + FILES["area.cc"] + "static int now = (std::exit(0), 1);\nint* keep = &now;\n"
        self.assertIn("early-exit", self.judge({"area.cc": early.replace(*WRONG["area.cc"])}, 3)["tests"])

    def test_a_report_that_is_made_up(self):
        fake = FILES["area_test.cc"].replace("int main() {", '#include <cstdio>\nint main() {\n'
                                             '  if (auto* file = std::fopen("cohort-tests.xml", "w")) {\n'
                                             '    std::fputs("<testcase name=\\"area_test\\" status=\\"run\\"/>", file);\n'
                                             "    std::fclose(file);\n  }\n")
        self.assertIn("passed before: area_test", self.judge({**WRONG, "area_test.cc": fake}, 1)["tests"])

    def test_a_compiler_of_its_own(self):
        wrapper = "#!/bin/sh\nexec true\n"
        said = self.judge({"CMakeLists.txt": ("project(areas CXX)", "set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_SOURCE_DIR}/w)\n"
                                              "project(areas CXX)"), "w": wrapper}, 1)
        self.assertIn("outside-program", said["security"])

    def test_a_test_that_never_ends(self):
        endless = FILES["area_test.cc"].replace("return failures;", "for (volatile int i = 0;;) i = i;")
        said = self.judge({"area_test.cc": endless}, 1, "--set", "processes.build_timeout_seconds=10", "--set",
                          "parallel_workers.quality_gates.test_reruns=0")
        self.assertIn("timed out", said["tests"])

    def test_a_name_that_looks_like_an_option(self):
        self.assertIn("odd-file-name", self.judge({"-o.cc": "int option = 1;\n"}, 1)["security"])

    def test_honest_changes_pass(self):
        for changes in (
            {"area_test.cc": ("  return failures", "  CHECK(area(4, 4) == 16);\n  return failures")},
            {"area_test.cc": ("CHECK(area(0, 3) == 0);", "CHECK(area(0, 3) == 0);  // Nothing is nothing.")},
            {"area.cc": ("width * height", "height * width")},
            {"CMakeLists.txt": ("add_library(area area.cc)", "add_library(area STATIC area.cc)\n"
                                "target_compile_options(area PRIVATE -Wall -Wextra)")},
            {"CMakeLists.txt": ("add_library(area area.cc)", "add_library(area area.cc more.cc)"), "more.cc": "int more = 1;\n"},
        ):
            self.judge(changes, 0)


if __name__ == "__main__":
    main()
