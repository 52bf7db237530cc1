#!/usr/bin/env python3
"""`cohort mutate`: what no test notices is shown."""
import json

from cohort_cli import SMALL, CohortTest, main


class Mutate(CohortTest):
    def test_survivors_are_shown_as_diffs(self):
        root = self.workspace(SMALL)
        # Of a circle with radius 1 nobody notices that its area is divided.
        text = self.cohort("mutate", "-w", root, "--base", "", "-j", 2).stdout
        self.assertIn("7 of 9 mutants killed; 1 not reached by any test", text)
        self.assertIn("area.cc:4:33: arithmetic\n-  double squared = shape.radius * shape.radius;\n"
                      "+  double squared = shape.radius / shape.radius;\n  no test fails: shapes_test\n", text)
        self.assertEqual(text.count("no test fails: shapes_test\n"), 2)

    def test_only_changed_lines_and_a_threshold(self):
        root = self.workspace(SMALL)
        area = root / "area.cc"
        area.write_text(area.read_text().replace("= shape.radius", "= (shape.radius)"))
        done = self.cohort("mutate", "-w", root, "-j", 2, "--threshold", 0.9, "--output-format", "json", code=1)
        mutation, = (gate for gate in json.loads(done.stdout)["gates"] if gate["kind"] == "GATE_KIND_MUTATION")
        self.assertEqual((mutation["verdict"], mutation["threshold"]), ("GATE_VERDICT_FAIL", 0.9))
        self.assertEqual({place["location"]["line"] for place in mutation["objections"]}, {4})

    def test_without_a_change_there_is_nothing_to_try(self):
        root = self.workspace(SMALL)
        self.assertIn("nothing has changed", self.cohort("mutate", "-w", root, "-j", 2).stdout)


if __name__ == "__main__":
    main()
