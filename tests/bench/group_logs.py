#!/usr/bin/env python3
"""Whether `cohort diagnose --diagnostics` finds as many root causes in logs as people did.

Takes JSON lines with a log each: `text` and `label.root_causes`, and for the table `repo` and `compiler`. The yardsticks are
what needs no thought: one cause a log, one for each kind of error, one for each error.
"""
import argparse
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def groups_of(cohort: str, text: str) -> list:
    done = subprocess.run([cohort, "diagnose", "--diagnostics", "-"], input=text.encode(), capture_output=True)
    return json.loads(done.stdout)["groups"] if done.returncode == 0 else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logs", type=pathlib.Path)
    parser.add_argument("--cohort", default=os.environ.get("COHORT_BINARY", ROOT / "build/release/nodes/cohort"))
    parser.add_argument("--show", action="store_true", help="list the errors of each group")
    args = parser.parse_args()
    rows = [json.loads(line) for line in args.logs.read_text().splitlines() if line.strip()]
    right = {"cohort": 0, "one cause a log": 0, "one a kind": 0, "one an error": 0}
    print(f"{'log':40} {'compiler':22} errors groups labelled")
    for row in rows:
        groups = groups_of(args.cohort, row["text"])
        errors = sum(len(group["diagnostics"]) for group in groups)
        wanted = row["label"]["root_causes"]
        for name, found in (("cohort", len(groups)), ("one cause a log", 1),
                            ("one a kind", row["label"].get("distinct_error_types")), ("one an error", errors)):
            right[name] += found == wanted
        print(f"{row.get('repo', '')[:40]:40} {row.get('compiler', '')[:22]:22} {errors:6} {len(groups):6} {wanted:8}"
              + ("" if len(groups) == wanted else "  <-"))
        for group in groups if args.show else []:
            print(f"    {group['id']} {group['kind']}")
            for one in group["diagnostics"]:
                print(f"        {one['file']}:{one['line']}: {one['message'][:120]}")
    for name, count in right.items():
        print(f"{name}: {count} of {len(rows)} logs as labelled ({count / max(len(rows), 1):.0%})")


if __name__ == "__main__":
    main()
