#pragma once

#include <string>
#include <vector>

#include "messages/v1/specialist.pb.h"
#include "messages/v1/task.pb.h"
#include "runtime/expected.hpp"

/// Who does which kind of work.
///
/// Pure.
namespace cohort::runtime::coordination {

namespace pb = messages::v1;

/// How tasks of one specialty are done.
struct specialist {
  pb::Specialty specialty;
  std::vector<std::string> words;      // Of a custom one: what asks for it.
  std::vector<pb::FileTool> tools;     // What finds its work.
  std::vector<pb::Executor> executors; // In the order in which they try.
};

struct specialists {
  std::vector<specialist> all; // One a specialty, the custom ones first.
  std::vector<pb::FileTool> languages; // Check every task's files.
};

/// Completes a request: its specialty, from its words where it names none; the
/// executors of that specialty; and the tools that find its work. What the
/// words ask of clang-tidy is added where no check is named. What a client says
/// of executors and tools does not count.
void specialise(pb::TaskRequest& request, const specialists& known);

/// Why nobody can do anything for a completed request; empty where somebody
/// can.
[[nodiscard]] std::string why_unfit(const pb::TaskRequest& request);

/// Those of the specialties that are about C and C++, where the configuration
/// names no others: the compilers' fixes, and clang-tidy's.
[[nodiscard]] std::vector<pb::Executor> cxx_executors();

/// The specialty of that name. Errors: invalid_request, with those that there
/// are.
expected<pb::Specialty> read_specialty(const std::string& name);

/// Whether it is one that there can be: of a kind that is known, and with a
/// name exactly where it is custom.
[[nodiscard]] bool is_specialty(const pb::Specialty& specialty);

/// Whether the compilers, clang-tidy and the tools of languages have something
/// to say of it.
[[nodiscard]] bool is_about_code(pb::SpecialtyKind kind);

/// Its name: "refactoring", "custom:licence".
[[nodiscard]] std::string to_string(const pb::Specialty& specialty);

} // namespace cohort::runtime::coordination
