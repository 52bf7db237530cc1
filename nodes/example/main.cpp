#include <fstream>
#include <iterator>
#include <string>

#include "nodes/command_line.hpp"

/// A cohort with an executor of its own: `trim` takes the blanks away that
/// stand at the ends of lines. cohort.yaml beside this file tells what for.

namespace {

using cohort::runtime::errc;
using cohort::runtime::error;
using cohort::runtime::expected;
using cohort::runtime::execution::native_assignment;
using cohort::runtime::execution::native_report;

std::string trimmed(const std::string& text) {
  std::string result;
  auto trim = [&] { result.erase(result.find_last_not_of(" \t") + 1); };
  for (char c : text) {
    if (c == '\n')
      trim();
    result += c;
  }
  trim();
  return result;
}

expected<native_report> trim(const native_assignment& what) {
  int changed = 0;
  for (auto& name : what.files) {
    if (what.stop.stop_requested())
      return error{errc::cancelled, "stopped"};
    auto path = what.workspace / name;
    std::ifstream in{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    auto better = trimmed(text);
    if (better != text) {
      std::ofstream{path, std::ios::binary} << better;
      ++changed;
    }
    what.alive();
  }
  return native_report{"trimmed " + std::to_string(changed) + " files"};
}

} // namespace

int main(int argc, char** argv) {
  cohort::nodes::extensions mine;
  mine.executors["trim"] = trim;
  return cohort::nodes::run_command_line(argc, argv, mine);
}
