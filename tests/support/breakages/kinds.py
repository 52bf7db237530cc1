"""The kinds of breakage: each finds places in a file where one small edit makes a typical mistake."""
from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Callable, Iterator

from .source import KEYWORDS, Edit, Source, Token


@dataclass(frozen=True)
class Kind:
    name: str
    fixable: str         # "yes", "partly" or "no": could a deterministic fixer undo it?
    find: Callable[[Source, random.Random], Iterator[Edit]]
    cxx_only: bool = False
    flags: tuple[str, ...] = ()     # what turns a warning-only breakage into an error
    how: str = ""


KINDS: dict[str, Kind] = {}


def kind(fixable: str, how: str, cxx_only: bool = False, flags: tuple[str, ...] = ()):
    def register(fn):
        KINDS[fn.__name__] = Kind(fn.__name__, fixable, fn, cxx_only, flags, how)
        return fn
    return register


def cut(t: Token, detail: str, new: str = "") -> Edit:
    return Edit(t.start, t.end, new, detail)


@kind("yes", "spelling suggestion")
def misspelled_identifier(src, rng):
    for prev, t in src.windows(2):
        if t.kind != "id" or len(t.text) < 5 or t.text in KEYWORDS or src.words[t.text] < 3:
            continue
        if prev.kind == "id" and prev.text not in ("return", "else", "throw", "case"):
            continue                                  # most likely a declaration's own name
        if t.depth == 0:
            continue
        i = rng.randrange(1, len(t.text) - 1)
        s = t.text
        new = rng.choice([s[:i] + s[i + 1:], s[:i] + s[i] + s[i:],
                          s[:i] + s[i + 1] + s[i] + s[i + 2:], s[:i] + rng.choice("aeiostz") + s[i + 1:]])
        if new != s and new not in src.words and new not in KEYWORDS:
            yield cut(t, f"{s} -> {new}", new)


@kind("yes", "expected-token insertion")
def missing_semicolon(src, rng):
    for prev, t in src.windows(2):
        line = src.line_of(t.start)
        if t.text == ";" and t.depth > 0 and t.parens == 0 and (prev.text == ")" or prev.kind in ("id", "num", "str")):
            if src.text[t.end:src.line_span(line)[1]].strip() == "":
                yield cut(t, "statement's ; removed")


@kind("yes", "expected-token insertion")
def missing_class_semicolon(src, rng):
    for prev, t in src.windows(2):
        if prev.text == "}" and t.text == ";" and t.start == prev.end and t.parens == 0:
            yield cut(t, "}; -> }")


def includes(src: Source, pattern: str) -> Iterator[Edit]:
    for start, end in src.directives:
        if m := re.match(r"[ \t]*#[ \t]*include[ \t]*" + pattern, src.text[start:end]):
            line_start, line_end = src.line_span(src.line_of(start))
            yield Edit(line_start, line_end, "", f"#include {m[1]} removed")


@kind("yes", "symbol to standard header table")
def removed_std_include(src, rng):
    yield from includes(src, r"(<[\w.]+>)")


@kind("yes", "symbol index of the workspace")
def removed_local_include(src, rng):
    yield from includes(src, r"(\"[^\"]+\"|<[^>]*/[^>]*>)")


@kind("yes", "member-access operator suggestion")
def dot_vs_arrow(src, rng):
    for a, op, b in src.windows(3):
        if op.text in (".", "->") and b.kind == "id" and (a.kind == "id" or a.text in ")]") and op.depth > 0:
            yield cut(op, f"{a.text}{op.text}{b.text}", "->" if op.text == "." else ".")


@kind("yes", "qualified-name suggestion", cxx_only=True)
def missing_std_qualifier(src, rng):
    for a, std, sep, name in src.windows(4):
        if std.text == "std" and sep.text == "::" and name.kind == "id" and a.text not in ("namespace", "::", "using"):
            yield Edit(std.start, name.start, "", f"std::{name.text} -> {name.text}")


@kind("partly", "parser says where ) was expected")
def missing_close_paren(src, rng):
    for t in src.tokens:
        if t.text == ")" and t.depth > 0:
            yield cut(t, ") removed")


@kind("partly", "indentation based brace matching")
def missing_close_brace(src, rng):
    for t in src.tokens:
        if t.text == "}" and src.line_text(src.line_of(t.start)).strip() == "}":
            start, end = src.line_span(src.line_of(t.start))
            yield Edit(start, end, "", "line with } removed")


@kind("no", "the type must be known (declaration elsewhere)")
def missing_return_type(src, rng):
    for a, t, name, paren in src.windows(4):
        if a.text in ";}{:" and t.text in ("void", "bool", "int") and name.kind == "id" and paren.text == "(":
            yield Edit(t.start, name.start, "", f"{t.text} {name.text}( -> {name.text}(")


@kind("yes", "insertion suggestion", cxx_only=True)
def missing_typename(src, rng):
    for t, a, sep in src.windows(3):
        if t.text == "typename" and sep.text in ("::", "<"):
            yield Edit(t.start, a.start, "", f"typename {a.text}:: -> {a.text}::")


@kind("yes", "compare with the base or the in-class declaration", cxx_only=True)
def const_mismatch(src, rng):
    for a, t, b in src.windows(3):
        if a.text == ")" and t.text == "const" and b.text in ("{", "override", ";", ":") and t.parens == 0:
            yield Edit(a.end, t.end, "", f") const {b.text} -> ) {b.text}")


@kind("partly", "compare with the base class", cxx_only=True)
def bad_override(src, rng):
    for a, b, c, t in src.windows(4):
        if a.kind == "id" and b.text == "(" and c.text == ")" and t.text == "{" and a.depth > 0 and a.parens == 0:
            if src.text[b.start:t.start].count("\n") == 0 and rng.random() < 0.5:
                yield Edit(c.end, c.end, " override", f"{a.text}() gains override")


@kind("yes", "qualified-name suggestion", cxx_only=True)
def missing_using(src, rng):
    for i, t in enumerate(src.tokens[:-3]):
        if t.text == "using" and src.tokens[i + 2].text in ("::", "std") or (
                t.text == "using" and src.tokens[i + 1].text == "namespace"):
            line = src.line_of(t.start)
            start, end = src.line_span(line)
            if src.line_text(line).rstrip().endswith(";"):
                yield Edit(start, end, "", src.line_text(line).strip() + " removed")


@kind("yes", "format suggestion", flags=("-Werror=format", "-Wformat"))
def wrong_printf_format(src, rng):
    call = None
    for t in src.tokens:
        if t.kind == "id":
            call = t.text if re.search("printf", t.text) else None
        elif t.kind == "str" and call:
            for m in re.finditer(r"%(l|z)?[dsu]", t.text):
                yield Edit(t.start + m.start(), t.start + m.end(), "%d" if m[0] == "%s" else "%s", f"{m[0]} in {call}")


LOCAL = re.compile(r"^[ \t]+(?:const )?(?:int|bool|char|size_t|double|long|std::string|unsigned)\s*[*&]? (\w+)( = [^;{}]*|\([^;{}]*\))?;\s*$")


def local_lines(src: Source) -> Iterator[tuple[int, int, str]]:
    for t in src.tokens:
        line = src.line_of(t.start)
        start, end = src.line_span(line)
        if t.depth > 0 and t.parens == 0 and src.text[start:t.start].strip() == "" and (m := LOCAL.match(src.text[start:end])):
            yield start, end, m[1]


@kind("yes", "drop the second, identical declaration")
def duplicate_declaration(src, rng):
    for start, end, name in local_lines(src):
        yield Edit(start, end, 2 * src.text[start:end], f"declaration of {name} doubled")


@kind("no", "type and initial value are lost")
def removed_declaration(src, rng):
    for start, end, name in local_lines(src):
        yield Edit(start, end, "", f"declaration of {name} removed")


@kind("yes", "keyword spelling")
def misspelled_keyword(src, rng):
    typos = {"return": "retrun", "const": "cosnt", "static": "sttaic", "class": "clas", "struct": "strcut",
             "while": "whlie", "void": "viod", "bool": "boool", "false": "flase", "virtual": "virutal"}
    for t in src.tokens:
        if t.text in typos:
            yield cut(t, f"{t.text} -> {typos[t.text]}", typos[t.text])


@kind("yes", "expected-token replacement", cxx_only=True)
def single_colon(src, rng):
    for a, t, b in src.windows(3):
        if t.text == "::" and a.kind == "id" and b.kind == "id" and t.depth > 0:
            yield cut(t, f"{a.text}::{b.text} -> {a.text}:{b.text}", ":")


@kind("no", "the value is lost")
def dropped_argument(src, rng):
    for name, p, a, comma, b, q in src.windows(6):
        if name.kind == "id" and name.text not in KEYWORDS and (p.text, comma.text, q.text) == ("(", ",", ")") and name.depth > 0:
            yield Edit(a.end, b.end, "", f"{name.text}({a.text}, {b.text}) loses {b.text}")


@kind("no", "intent is lost")
def wrong_type(src, rng):
    for prev, t, name in src.windows(3):
        if name.kind == "id" and prev.text in ";{}" and t.text in ("int", "bool", "size_t"):
            yield cut(t, f"{t.text} {name.text} -> struct type", "struct Undefined_")
