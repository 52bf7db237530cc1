#!/usr/bin/env python3
"""Tools that run commands: xargs, make, ninja, GNU parallel. A no-op here is a process, so there is no `noop`."""
import os
import shutil
import subprocess
import tempfile

from common import dag, emit, timed

FLAT, WAITS = 500, 64
GRAPH = [(f"n{a}_{b}", [f"n{x}_{y}" for x, y in before]) for (a, b), before in dag().items()]


def flat(n):
    return [(f"t{i}", []) for i in range(n)]


def ninja_text(edges, command):
    return f"rule r\n  command = {command}\n" + "".join(f"build {o}: r {' '.join(i)}\n" for o, i in edges)


def make_text(edges, command):
    names = " ".join(o for o, _ in edges)
    rules = "".join(f"{o}: {' '.join(i)}\n\t@{command}\n" for o, i in edges)
    return f".SUFFIXES:\nall: {names}\n{rules}.PHONY: all {names}\n"


with tempfile.TemporaryDirectory(prefix="cmdtools.") as folder:
    os.environ["PARALLEL_HOME"] = folder

    def sh(command):
        subprocess.run(["/bin/sh", "-c", command], check=True, cwd=folder,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def write(name, text):
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(text)

    emit("xargs -P", "process", 800, timed(lambda: sh("seq 800 | xargs -P2 -n1 /bin/true")))
    emit("xargs -P", "wait", WAITS, timed(lambda: sh(f"seq {WAITS} | xargs -P8 -I@ sleep 0.1")))
    if shutil.which("parallel"):
        emit("GNU parallel", "process", 100, timed(lambda: sh("seq 100 | parallel --will-cite -j2 /bin/true")))
        emit("GNU parallel", "wait", WAITS, timed(lambda: sh(f"seq {WAITS} | parallel --will-cite -j8 'sleep 0.1; :'")))
    for peer, text, run in (("ninja", ninja_text, "rm -f .ninja_log; ninja -j{j} -f {f}"),
                            ("make -j", make_text, "make -s -j{j} -f {f}")):
        if not shutil.which(peer.split()[0]):
            continue
        for name, edges, command in (("flat", flat(FLAT), "/bin/true"), ("graph", GRAPH, "/bin/true"),
                                     ("waits", flat(WAITS), "sleep 0.1")):
            write(name, text(edges, command))
        emit(peer, "process", FLAT, timed(lambda: sh(run.format(j=2, f="flat"))))
        emit(peer, "dag", len(GRAPH), timed(lambda: sh(run.format(j=2, f="graph"))), note="a process per node")
        emit(peer, "wait", WAITS, timed(lambda: sh(run.format(j=8, f="waits"))))
