#!/usr/bin/env python3
"""How well `cohort score` tells tasks that touch many files from those that do not, by their words alone.

Takes JSON lines with a commit each: `repo`, `text` (its message) and `broad` (whether it touches five files or more). Prints
for each repository the area under the ROC curve (0.5: by chance, 1: always right) of

  cohort    the score as it ships
  left out  the same features, with weights fitted on the other repositories only (logistic regression, ridge 30): what an
            unseen repository can expect, and what config/complexity.yaml was made from (--weights prints those of all)
  keywords  how many words of "all, every, refactor, rename, move, remove, update, support, add" there are
  length    how long the message is

and the CPU time that a score takes, with 600 characters, reading and printing JSON included.
"""
import argparse
import json
import math
import os
import pathlib
import re
import resource
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEYWORDS = {"all", "every", "refactor", "rename", "move", "remove", "update", "support", "add"}
RIDGE = 30


def scores(cohort: str, texts: list) -> list:
    lines = "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts))
    done = subprocess.run([cohort, "score"], input=lines.encode(), capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def auc(values: list, broad: list) -> float:
    """Mann-Whitney: ties count half."""
    ranked = sorted(zip(values, broad))
    total, begin = 0.0, 0
    while begin < len(ranked):
        end = begin
        while end < len(ranked) and ranked[end][0] == ranked[begin][0]:
            end += 1
        total += (begin + 1 + end) / 2 * sum(is_broad for _, is_broad in ranked[begin:end])
        begin = end
    wide = sum(broad)
    return (total - wide * (wide + 1) / 2) / max(wide * (len(broad) - wide), 1)


def shipped_weights() -> dict:
    text = (ROOT / "config/complexity.yaml").read_text()
    return {name: float(weight) for name, weight in re.findall(r"- name: (\w+)\n.*?\n    weight: (\S+)", text, re.S)}


def solve(rows: list, right: list) -> list:
    n = len(right)
    rows = [row + [value] for row, value in zip(rows, right)]
    for c in range(n):
        pivot = max(range(c, n), key=lambda r: abs(rows[r][c]))
        rows[c], rows[pivot] = rows[pivot], rows[c]
        for r in range(n):
            if r != c and rows[r][c]:
                factor = rows[r][c] / rows[c][c]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[c])]
    return [rows[i][n] / rows[i][i] for i in range(n)]


def fit(values: list, broad: list, repos: list) -> list:
    """Weights of standardised features, each repository with an intercept of its own, by Newton's method."""
    width = len(values[0])
    means = [sum(row[k] for row in values) / len(values) for k in range(width)]
    spreads = [max(math.sqrt(sum((row[k] - means[k]) ** 2 for row in values) / len(values)), 1e-3) for k in range(width)]
    names = sorted(set(repos))
    rows = [[(x - m) / s for x, m, s in zip(row, means, spreads)] + [float(repo == name) for name in names]
            for row, repo in zip(values, repos)]
    n = width + len(names)
    weights = [0.0] * n
    for _ in range(12):
        hessian = [[0.0] * n for _ in range(n)]
        gradient = [0.0] * n
        for row, is_broad in zip(rows, broad):
            p = 1 / (1 + math.exp(-sum(w * x for w, x in zip(weights, row))))
            for i, x in enumerate(row):
                gradient[i] += (is_broad - p) * x
                for j, y in enumerate(row):
                    hessian[i][j] += p * (1 - p) * x * y
        for i in range(n):
            ridge = RIDGE if i < width else 1e-3
            hessian[i][i] += ridge
            gradient[i] -= ridge * weights[i]
        weights = [w + step for w, step in zip(weights, solve(hessian, gradient))]
    return [w / s for w, s in zip(weights, spreads)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commits", type=pathlib.Path)
    parser.add_argument("--cohort", default=os.environ.get("COHORT_BINARY", ROOT / "build/release/nodes/cohort"))
    parser.add_argument("--weights", action="store_true", help="print the weights that all repositories together give")
    args = parser.parse_args()
    rows = [json.loads(line) for line in args.commits.read_text().splitlines() if line.strip()]
    texts, broad, repos = ([row[key] for row in rows] for key in ("text", "broad", "repo"))
    broad = [int(bool(value)) for value in broad]
    scored = scores(args.cohort, texts)
    weights = shipped_weights()
    values = [[{reason["name"]: reason["contribution"] for reason in one["reasons"]}.get(name, 0) / weight
               for name, weight in weights.items()] for one in scored]
    keywords = [sum(word.strip(".,:;()").lower() in KEYWORDS for word in text.split()) for text in texts]

    print(f"{'repository':24} texts broad cohort left-out keywords length")
    sums = [0.0] * 4
    for repo in sorted(set(repos)):
        inside = [i for i, name in enumerate(repos) if name == repo]
        outside = [i for i, name in enumerate(repos) if name != repo]
        learned = fit([values[i] for i in outside], [broad[i] for i in outside], [repos[i] for i in outside]) if outside else []
        columns = ([scored[i]["score"] for i in inside],
                   [sum(w * x for w, x in zip(learned, values[i])) for i in inside],
                   [keywords[i] for i in inside], [len(texts[i]) for i in inside])
        areas = [auc(column, [broad[i] for i in inside]) for column in columns]
        sums = [a + b for a, b in zip(sums, areas)]
        print(f"{repo:24} {len(inside):5} {sum(broad[i] for i in inside):5} " + "  ".join(f"{area:6.3f}" for area in areas))
    print(f"{'mean':24} {len(rows):5} {sum(broad):5} " + "  ".join(f"{total / len(set(repos)):6.3f}" for total in sums))
    print(f"{'all as one':24} {len(rows):5} {sum(broad):5} {auc([one['score'] for one in scored], broad):6.3f}")
    if args.weights:
        for name, weight in zip(weights, fit(values, broad, repos)):
            print(f"  {name:16} {weight:+.3f}  (ships as {weights[name]:+g})")

    long_texts = [((text + " ") * (600 // (len(text) + 1) + 1))[:600] for text in texts if text] * 10
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    scores(args.cohort, long_texts)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{seconds / len(long_texts) * 1e6:.1f} microseconds of CPU time a score of 600 characters")


if __name__ == "__main__":
    main()
