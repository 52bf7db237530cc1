#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/expected.hpp"

/// What a program that works on a subtask is told, and how a model is told.
///
/// Pure.
namespace cohort::runtime::chat {

struct place {
  std::string file;
  uint32_t line = 0; // 0: not known.
};

struct check {
  std::string tool;
  std::string file;
  std::vector<std::string> command;
};

struct assignment {
  std::string prompt;
  std::string workspace;          // Where it works.
  std::vector<std::string> files; // That may change.
  std::vector<place> evidence;
  std::vector<check> checks;
  std::optional<uint32_t> seconds_left; // None: no limit.
};

/// Reads version 1. Errors: invalid_request, with what is missing.
expected<assignment> read_assignment(std::string_view json);

/// How answers must look, and what they must leave alone.
[[nodiscard]] const std::string& rules();

/// The assignment's words and its files, `bytes_max` of them: whole where all
/// fit, else the lines around the evidence.
[[nodiscard]] std::string
question(const assignment& what,
         const std::map<std::string, std::string>& contents, size_t bytes_max);

} // namespace cohort::runtime::chat
