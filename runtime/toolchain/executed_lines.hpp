#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "runtime/expected.hpp"

/// Which lines of which files were executed, as coverage tools print it.
///
/// Pure; linear in the text, but for the maps. Errors: tool_failed, for text
/// that is not what the tool prints; never a part of what was read.
namespace cohort::runtime::toolchain {

/// How much of a line was executed. One line may belong to several functions,
/// instances of a template for example.
enum class execution : uint8_t {
  none,
  some, // In no object file by all functions that have it.
  all,
};

/// By file, an absolute path without "." and "..", and by line, from 1. Lines
/// that cannot be executed are not there.
using executed_lines = std::map<std::string, std::map<uint32_t, execution>>;

/// Adds what other object files of the same programs did: a line was executed
/// as in that which executed the most of it.
void add_lines(executed_lines& lines, const executed_lines& more);

/// `gcov --json-format --stdout` of GCC 9 and later: a document a line, one for
/// each object file. Relative names are those of the compiler's folder.
expected<executed_lines> read_gcov(std::string_view text);

/// `llvm-cov export -format=lcov`: a record a file. Names are absolute.
expected<executed_lines> read_lcov(std::string_view text);

} // namespace cohort::runtime::toolchain
