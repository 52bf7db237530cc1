#!/usr/bin/env python3
"""Reads JSON lines (cohort's and the peers') and prints what each measured, and cohort's ratio to it.

A ratio above 1 says that cohort is better: more units a second, or less time. Where cohort was measured over nodes, a second
table compares that with those peers whose units cross process borders, too.
"""
import json
import sys

WORKLOADS = ("noop", "roundtrip", "dag", "wait", "process")
# What a workload is judged by: its field, how it reads, and whether more is better.
JUDGED = {"noop": ("per_second", "{:,.0f}/s", True), "roundtrip": ("p50_us", "{:,.1f} us", False),
          "dag": ("seconds", "{:.3f} s", False), "wait": ("seconds", "{:.3f} s", False),
          "process": ("per_second", "{:,.0f}/s", True)}
WIDTHS = (22, *[24] * len(WORKLOADS))
NODES = "cohort, "  # The beginning of its name when units go to other processes.
CROSSING = ("CAF basp", "CAF tls", "erlang", "gearman", "dask")


def read(lines):
    """{peer: {workload: line}} in the order of first appearance; what is no measurement is counted."""
    rows, ignored = {}, 0
    for line in lines:
        try:
            entry = json.loads(line)
            if entry["workload"] in JUDGED and float(entry[JUDGED[entry["workload"]][0]]) > 0:
                rows.setdefault(entry.get("peer", "cohort"), {})[entry["workload"]] = entry
        except (ValueError, KeyError, TypeError):
            ignored += line.strip() != ""
    return rows, ignored


def cell(workload, entry, ours):
    if entry is None:
        return ""
    field, form, more_is_better = JUDGED[workload]
    text = form.format(entry[field])
    if entry.get("failed"):
        text += f" {entry['failed']} failed"
    if ours is None or ours is entry:
        return text
    ratio = ours[field] / entry[field]
    return f"{text}  {ratio if more_is_better else 1 / ratio:.2f}x"


def show(rows, ours):
    print("".join(text.ljust(width) for text, width in zip(("", *WORKLOADS), WIDTHS)).rstrip())
    for peer, row in rows.items():
        cells = [cell(w, row.get(w), ours.get(w)) for w in WORKLOADS]
        print("".join(text.ljust(width) for text, width in zip((peer, *cells), WIDTHS)).rstrip())


def main():
    rows, ignored = read(sys.stdin)
    ours = rows.get("cohort", {})
    show({peer: row for peer, row in rows.items() if not peer.startswith(NODES)}, ours)
    over_nodes = {peer: row for peer, row in rows.items() if peer.startswith(NODES)}
    if over_nodes:
        print("\nbetween processes")
        crossing = {peer: row for peer, row in rows.items() if peer.startswith(CROSSING)}
        show(over_nodes | crossing, next(iter(over_nodes.values())))
    if ignored:
        print(f"{ignored} lines were no measurements", file=sys.stderr)
    return 0 if ours else 1


if __name__ == "__main__":
    sys.exit(main())
