"""A C or C++ file as text with tokens. Comments, strings and directives are told apart; nothing is parsed."""
from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from typing import Iterator

KEYWORDS = set("""alignas auto bool break case catch char class const constexpr continue decltype
default delete do double else enum explicit extern false float for friend goto if inline int long
mutable namespace new noexcept nullptr operator override private protected public register return
short signed sizeof static struct switch template this throw true try typedef typename union
unsigned using virtual void volatile while final static_assert static_cast const_cast
dynamic_cast reinterpret_cast defined""".split())

TOKEN = re.compile(
    r"(?P<skip>[ \t\r\n\f\v]+|\\\n|//(?:\\\n|[^\n])*|/\*.*?\*/)"
    r'|(?P<raw>(?:u8|[uUL])?R"(?P<d>[^()\\ ]{0,16})\(.*?\)(?P=d)")'
    r"|(?P<str>(?:u8|[uUL])?\"(?:\\.|[^\"\\\n])*\"|(?:u8|[uUL])?'(?:\\.|[^'\\\n])*')"
    r"|(?P<id>[A-Za-z_]\w*)|(?P<num>\.?\d(?:[eEpP][+-]|'(?=\w)|[\w.])*)"
    r"|(?P<op>->\*|->|::|<<=|>>=|<=|>=|==|!=|&&|\|\||\+\+|--|\.\.\.|[^\s\w])", re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|//[^\n]*|/\*.*?\*/|[^\n])*", re.M | re.S)


@dataclass(frozen=True)
class Token:
    text: str
    start: int
    kind: str            # id, num, str, raw, op
    depth: int           # braces open before this token
    parens: int          # parentheses open before this token

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True)
class Edit:
    start: int
    end: int
    new: str
    detail: str


class Source:
    def __init__(self, text: str):
        self.text = text
        self.starts = [0] + [m.end() for m in re.finditer("\n", text)]
        self.tokens: list[Token] = []
        self.directives: list[tuple[int, int]] = []
        self._scan()
        self.words: dict[str, int] = {}
        for t in self.tokens:
            if t.kind == "id":
                self.words[t.text] = self.words.get(t.text, 0) + 1

    def _scan(self) -> None:
        text, pos, depth, parens = self.text, 0, 0, 0
        while pos < len(text):
            if m := DIRECTIVE.match(text, pos) if self.at_line_start(pos) else None:
                self.directives.append(m.span())
                pos = m.end()
                continue
            m = TOKEN.match(text, pos)
            if not m:
                pos += 1
                continue
            pos = m.end()
            if m.lastgroup == "skip":
                # Stop at a newline so that the next line may start a directive.
                newline = text.find("\n", m.start(), m.end())
                if newline >= 0 and not m[0].startswith(("/*", "//", "\\")):
                    pos = newline + 1
                continue
            if m[0] == "}":
                depth -= 1
            elif m[0] == ")":
                parens -= 1
            kind = "raw" if m["raw"] else m.lastgroup
            self.tokens.append(Token(m[0], m.start(), kind, max(depth, 0), max(parens, 0)))
            depth += m[0] == "{"
            parens += m[0] == "("

    def at_line_start(self, pos: int) -> bool:
        return self.starts[self.line_of(pos) - 1] == pos

    def line_of(self, pos: int) -> int:
        return bisect.bisect_right(self.starts, pos)

    def line_span(self, line: int) -> tuple[int, int]:
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        return self.starts[line - 1], end

    def line_text(self, line: int) -> str:
        start, end = self.line_span(line)
        return self.text[start:end].rstrip("\n")

    def windows(self, n: int) -> Iterator[tuple[Token, ...]]:
        return zip(*(self.tokens[i:] for i in range(n)))


def apply(text: str, edits: list[Edit]) -> str:
    for e in sorted(edits, key=lambda e: e.start, reverse=True):
        text = text[:e.start] + e.new + text[e.end:]
    return text
