#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"

/// What could be tried against the errors of a file, best first.
///
/// Pure. Of 1395 proposals in one broken code base 11 came from both compilers,
/// and those were right far more often than the rest; so were those on the
/// first error. That gives the order.
namespace cohort::runtime::execution {

namespace pb = messages::v1;

/// An error that a fix answers, as one compiler words it.
struct target {
  std::string tool;
  std::string file;
  uint32_t line = 0;
  std::string message;
};

/// One set of edits.
struct candidate {
  pb::Fix fix; // `voters` holds every compiler that proposes it.
  std::vector<target> targets; // What it would cure.
};

/// The errors on one line of a file, all compilers together.
struct error_place {
  uint32_t line = 0;
  std::vector<candidate> candidates;
  std::string refusal; // Why the last proposal that was left out was.
};

/// Says why a fix may not be tried, or nothing.
using fix_guard = std::function<std::optional<std::string>(const pb::Fix&)>;

/// What else could be tried against an error, beside what its compiler
/// proposes.
using fix_source
  = std::function<std::vector<pb::Fix>(const pb::Diagnostic& error)>;

struct place_limits {
  size_t places = 8;      // With at least one candidate.
  size_t lines = 64;      // That are looked at.
  size_t candidates = 10; // Of each place.
};

/// Whether it is an error or a fatal error.
[[nodiscard]] bool is_error(const pb::Diagnostic& diagnostic);

/// Returns the places of `file` with errors in the order in which the compilers
/// come upon them: the first is the one to trust. `reports` are about the same
/// content, the primary compiler's first. Fixes that `guard` refuses are left
/// out; places without a candidate stay in, for what they say. `more` may be
/// empty.
[[nodiscard]] std::vector<error_place>
leading_places(const std::vector<const pb::UnitReport*>& reports,
               const std::string& file, const fix_guard& guard,
               const fix_source& more = {}, const place_limits& limits = {});

/// A text that is the same for the same edits and no others.
[[nodiscard]] std::string key_of(const pb::Fix& fix);

} // namespace cohort::runtime::execution
