#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "messages/v1/analysis.pb.h"

/// The line with which a compiler or a linker begins to say something.
///
/// Pure; linear in the line. What is returned is valid UTF-8.
namespace cohort::runtime::logs {

namespace pb = messages::v1;

/// What a line announces. Its tool is "rustc", "msvc" or "ld" where the wording
/// tells, else "log".
///
/// | GCC, clang | `a.c:3:7: error: text [-Wname]`, `a.c:3: Error: text`      |
/// | MSVC, C#   | `a.cpp(3,7): fatal error C1083: text [b.vcxproj]`          |
/// | TypeScript | the same, and `a.ts:3:7 - error TS2304: text`              |
/// | objects    | `a.obj : error LNK2019: text`                              |
/// | rustc      | `error[E0425]: text`; its place follows on another line    |
/// | Go         | `a.go:3:7: text`                                           |
/// | CMake      | `CMake Error: text`; text follows after `in a.txt:` and    |
/// |            | `at a.cmake:3 (x):`                                        |
/// | others     | `cc1: fatal error: text`                                   |
///
/// nullopt for any other line, for one with no text, and for those that only
/// sum up (summaries.hpp).
std::optional<pb::Diagnostic> read_headline(std::string_view line);

/// Whether it is what rustc says of a link that failed, before what the linker
/// said: "linking with `cc` failed: exit status: 1".
bool announces_link(const pb::Diagnostic& said);

/// What a linker complains about, in any of the ways in which ld, gold, lld,
/// mold and Apple's say it: "undefined reference to 'f'", "multiple definition
/// of 'f'", "cannot find -lz", "a.o: error adding symbols: text".
std::optional<pb::Diagnostic> read_linker_line(std::string_view line);

/// "a.c:3:7", "a.c:3", "a.c(3,7)", "a.c(3)"; nullopt without a line.
std::optional<pb::Location> read_place(std::string_view text);

/// Whether a line ends a link: what comes later is another one's.
bool ends_link(std::string_view line);

} // namespace cohort::runtime::logs
