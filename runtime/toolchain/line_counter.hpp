#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/toolchain/build_steps.hpp"
#include "runtime/toolchain/coverage_report.hpp"
#include "runtime/toolchain/cxx.hpp"
#include "runtime/toolchain/executed_lines.hpp"

/// How the programs of an instrumented build note which lines they execute, and
/// how that is read. Private to toolchain/.
namespace cohort::runtime::toolchain {

/// What gcov and LLVM have in common.
class line_counter {
public:
  virtual ~line_counter() = default;

  /// Removes what older runs noted.
  virtual void forget() = 0;

  /// What the tests need in their environment.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>>
  environment() const = 0;

  /// Errors: tool_failed, with the tool's last words.
  [[nodiscard]] virtual expected<executed_lines> read() = 0;

  [[nodiscard]] virtual line_counting counting() const = 0;
};

/// GCC's: an object's .gcda holds its counts, its .gcno what they mean. One
/// that never ran has no .gcda. `gcov` is the program.
std::unique_ptr<line_counter>
make_gcov_counter(build_steps steps, std::vector<std::string> objects,
                  std::string gcov);

/// clang's: each program writes a profile; the objects hold what they mean.
std::unique_ptr<line_counter>
make_llvm_counter(build_steps steps, std::vector<std::string> objects,
                  std::string llvm_profdata, std::string llvm_cov);

/// The counter that fits the project's compiler.
std::unique_ptr<line_counter> make_counter(const project& project,
                                           build_steps steps);

/// The object files that the project's commands make, as absolute paths; each
/// once, sorted.
std::vector<std::string> object_files(const project& project);

/// The program that belongs to a compiler, `tool` being its plain name: for
/// "g++-13" and "gcov" it is "gcov-13", and for "/opt/bin/clang++" and
/// "llvm-cov" it is "/opt/bin/llvm-cov" where that is a file.
std::string tool_beside(const std::string& compiler, const std::string& tool);

} // namespace cohort::runtime::toolchain
