#!/usr/bin/env python3
"""`cohort bench schedule`: task graphs from files and made up, and what is no task graph."""
import json
import subprocess

from cohort_cli import BINARY, CohortTest, main

# By rank the two of three seconds come first, on a worker each: 7 s where 6 are possible.
PACKED = {"name": "packed", "tasks": [{"id": n, "seconds": s, "deps": []} for n, s in enumerate((3, 3, 2, 2, 2))],
          "reference": {"2": {"best_found": 6, "lower_bound": 6}, "3": "unknown"}}
# Not sorted, ids of both kinds, members that nobody knows.
DIAMOND = {"name": "diamond", "known_best": {}, "tasks": [
    {"id": "end", "seconds": 1.5, "deps": ["left", 7]}, {"id": "left", "seconds": 2, "deps": ["begin"], "kind": "x"},
    {"id": 7, "seconds": 3, "deps": ["begin"]}, {"id": "begin", "seconds": 0, "deps": []}]}


def tasks(*each, name="g"):
    return json.dumps({"name": name, "tasks": each})


def task(id="a", seconds=1, deps=()):
    return {"id": id, "seconds": seconds, "deps": list(deps)}


class BenchSchedule(CohortTest):
    def bench(self, *words, text="", code=0):
        done = subprocess.run([str(BINARY), "bench", "schedule", *map(str, words)], input=text, capture_output=True, text=True,
                              timeout=300)
        self.assertEqual(done.returncode, code, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def check(self, graph, line):
        """Judges the assignments of a line without asking cohort."""
        given = {t["id"]: t for t in graph["tasks"]}
        placed = {a["id"]: a for a in line["assignments"]}
        self.assertEqual(given.keys(), placed.keys())
        end = {name: placed[name]["start"] + given[name]["seconds"] for name in given}
        for name, one in given.items():
            for earlier in one["deps"]:
                self.assertGreaterEqual(placed[name]["start"], end[earlier])
        free = {}
        for name in sorted(given, key=lambda n: (placed[n]["start"], end[n])):
            worker = placed[name]["worker"]
            self.assertIn(worker, range(line["workers"]))
            self.assertGreaterEqual(placed[name]["start"], free.get(worker, 0))
            free[worker] = end[name]
        self.assertEqual(max(end.values()), line["makespan"])

    def test_graphs_of_a_file(self):
        file = self.folder / "dags.jsonl"
        file.write_text(json.dumps(PACKED) + "\n\n" + json.dumps(DIAMOND) + "\n")
        (packed, diamond), said = self.bench("--dags", file, "--workers", 2, "--assignments")
        self.assertEqual([packed[k] for k in ("name", "workers", "tasks", "edges", "makespan", "makespan_by_rank", "lower_bound")],
                         ["packed", 2, 5, 0, 6, 7, 6])
        self.assertEqual([packed["best_found"], packed["ratio"], packed["ratio_by_rank"]], [6, 1, 7 / 6])
        self.assertGreater(packed["decision_us"], 0)
        self.assertEqual([diamond[k] for k in ("makespan", "edges", "lower_bound")], [4.5, 4, 4.5])
        self.assertNotIn("ratio", diamond)
        self.check(PACKED, packed)
        self.check(DIAMOND, diamond)
        self.assertIn("2 graphs on 2 workers", said)

    def test_ids_keep_their_kind(self):
        ids = [7, "8", 2**53 + 1, 1.5, "x\"y"]
        text = tasks(*(task(id, deps=[earlier] if i else ()) for i, (id, earlier) in enumerate(zip(ids, ["", *ids]))))
        (line,), _ = self.bench("--dags", "-", "--assignments", text=text)
        self.assertEqual(sorted((a["start"], a["id"]) for a in line["assignments"]), list(enumerate(ids)))
        # As deps they may be written either way.
        (line,), _ = self.bench("--dags", "-", "--assignments", text=tasks(task("a", deps=["7"]), task(7)))
        self.assertEqual([a["id"] for a in line["assignments"]], [7, "a"])

    def test_a_best_found_that_cannot_be(self):
        for best in (5e-324, 1e-300, 0, -1):
            graph = dict(PACKED, reference={"2": {"best_found": best}})
            (line,), said = self.bench("--dags", "-", "--workers", 2, text=json.dumps(graph))
            self.assertNotIn("ratio", line)
            self.assertNotRegex(said, r"\b(inf|nan)\b")

    def test_times_too_short_to_divide_by(self):
        text = tasks(*(task(n, seconds) for n, seconds in enumerate((5e-324, 0, 1e-323, 5e-324))))
        (line,), said = self.bench("--dags", "-", "--workers", 2, "--noise", "0.5:2", text=text)
        self.assertIsNotNone(line["online"][0]["ratio"])
        self.assertNotRegex(said, r"\b(inf|nan)\b")

    def test_as_many_workers_as_anybody_wants(self):
        for workers, makespan in ((1, 12), (3, 5), (5, 3), (10**18, 3)):
            (line,), _ = self.bench("--dags", "-", "--workers", workers, text=json.dumps(PACKED))
            self.assertEqual([line["workers"], line["makespan"]], [workers, makespan])
        for wrong in ("0", "-1", "many", "2.5", "99999999999999999999999"):
            self.bench("--dags", "-", "--workers", wrong, code=2)

    def test_what_is_made_up(self):
        (small, large), _ = self.bench("--generate", 300, "--generate", 20000, "--effort", 500000, "--assignments")
        self.assertEqual([small["tasks"], large["tasks"]], [300, 20000])
        for line in (small, large):
            self.assertLessEqual(line["lower_bound"], line["makespan"])
            self.assertLessEqual(line["makespan"], line["makespan_by_rank"])
            self.assertEqual(len(line["assignments"]), line["tasks"])

    def test_the_same_seed_and_effort_give_the_same(self):
        def found(*words):
            (line,), _ = self.bench("--generate", 120, "--workers", 3, "--effort", 100000, "--assignments",
                                    "--noise", "0.5:2", *words)
            return {k: v for k, v in line.items() if k not in ("seconds", "decision_us")}
        self.assertEqual(found("--seed", 3), found("--seed", 3))
        self.assertNotEqual(found("--seed", 3)["assignments"], found("--seed", 4)["assignments"])

    def test_times_that_are_not_as_predicted(self):
        (line,), said = self.bench("--generate", 100, "--workers", 4, "--effort", 100000,
                                   "--noise", "0.5:2", "--noise", "1:1", "--improve-ms", 20)
        wrong, right = line["online"]
        self.assertEqual([wrong["low"], wrong["high"]], [0.5, 2])
        self.assertGreater(wrong["ratio"], 0.9)
        self.assertAlmostEqual(right["makespan"], line["makespan_by_rank"])
        self.assertIn("0.5 to 2", said)
        for nonsense in ("", "1", "2:1", "0:1", "-1:1", "1:2:3", "a:b", "1:inf"):
            _, said = self.bench("--generate", 5, "--noise", nonsense, code=2)
            self.assertIn("--noise", said)

    def test_what_is_no_task_graph(self):
        for text, says in (
            ("nonsense", "not JSON at byte 2"), ("[1]", "no JSON object"), ("7", "no JSON object"),
            ('{"name": "g", "tasks": [{"id": "a", "seconds": NaN, "deps": []}]}', "NaN"),
            ('{"name": "g", "tasks": [{"id": "a", "seconds": 1e999, "deps": []}]}', "1e999"),
            ('{"tasks": []}', '"name"'), ('{"name": "g"}', '"tasks"'), (tasks(), "no tasks"),
            (tasks(3), "task 1 is 3"), (tasks({"seconds": 1, "deps": []}), 'no "id"'),
            (tasks(task(seconds=-1)), 'task "a": "seconds" is -1'), (tasks(task(seconds=None)), "null"),
            (tasks(task(seconds="2")), '"2"'), (tasks({"id": "a", "seconds": 1}), '"deps"'),
            (tasks(task(deps=[None])), "null"), (tasks(task(), task()), 'task "a" is there twice'),
            (tasks(task(deps=["zz"])), 'task "a" waits for "zz"'),
            (tasks(task(deps=["a"])), '"a", and "a" again'),
            (tasks(task("a", deps=["c"]), task("b", deps=["a"]), task("c", deps=["b"]), task("d", deps=["c"])), "in a circle"),
            ('{"name": "g", "x": ' + "[" * 200_000, "not JSON"),
        ):
            text += "\n" + json.dumps(DIAMOND)
            lines, said = self.bench("--dags", "-", text=text, code=2)
            self.assertIn("standard input:1: ", said)
            self.assertIn(says, said)
            self.assertEqual([line["name"] for line in lines], ["diamond"], text[:80])

    def test_files_that_are_none(self):
        empty = self.folder / "empty.jsonl"
        empty.write_text("\n")
        for file in (self.folder / "none.jsonl", self.folder, empty):
            _, said = self.bench("--dags", file, code=2)
            self.assertIn(f"{file} ", said)
        _, said = self.bench(code=2)
        self.assertIn("--dags", said)

    def test_many_tasks_in_a_line(self):
        text = tasks(*(task(n, 1, [n - 1] if n % 100 else []) for n in range(200_000)))
        (line,), _ = self.bench("--dags", "-", "--workers", 64, "--effort", 1, text=text)
        self.assertEqual([line["tasks"], line["edges"]], [200_000, 198_000])
        self.assertLess(line["decision_us"], 50)


if __name__ == "__main__":
    main()
