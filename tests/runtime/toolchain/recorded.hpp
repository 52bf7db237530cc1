#pragma once

#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>

#include "runtime/toolchain/diagnostics.hpp"
#include "runtime/workspace/edits.hpp"

/// What compilers printed about small files: recorded/NAME.gcc.txt (GCC 12.2)
/// and NAME.clang.txt (clang 14.0) about recorded/NAME.source.txt, which was
/// called NAME.cc.
namespace cohort::tests {

namespace pb = cohort::messages::v1;
namespace toolchain = cohort::runtime::toolchain;

inline std::string recorded(const std::string& name) {
  auto path = "tests/runtime/toolchain/recorded/" + name + ".txt";
  std::ifstream file{path, std::ios::binary};
  if (!file)
    throw std::runtime_error(path + " cannot be read from here");
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// Files by name; any other cannot be read.
class known_files {
public:
  void add(std::string name, std::string bytes) {
    files_[std::move(name)] = std::move(bytes);
  }

  [[nodiscard]] toolchain::file_reader reader() const {
    return [this](const std::string& name) -> const std::string* {
      auto found = files_.find(name);
      return found != files_.end() ? &found->second : nullptr;
    };
  }

  /// The file's content after a fix that touches nothing else.
  [[nodiscard]] std::string after(const pb::Fix& fix) const {
    auto result = cohort::runtime::workspace::apply_edits(
      files_.at(fix.edits(0).file()), {fix.edits().begin(), fix.edits().end()});
    if (!result)
      throw std::runtime_error(result.error().message);
    return *result;
  }

private:
  std::map<std::string, std::string> files_;
};

inline known_files sources_of(const std::string& name) {
  known_files result;
  result.add(name + ".cc", recorded(name + ".source"));
  return result;
}

inline toolchain::parsed_diagnostics read_gcc(const std::string& name) {
  return toolchain::read_gcc_json(recorded(name + ".gcc"),
                                  sources_of(name).reader());
}

inline toolchain::parsed_diagnostics read_clang(const std::string& name) {
  return toolchain::read_clang(recorded(name + ".clang"),
                               sources_of(name).reader());
}

/// The one fix of a diagnostic, applied.
inline std::string fixed(const std::string& name, const pb::Diagnostic& error) {
  if (error.fixes_size() != 1)
    throw std::runtime_error("there is not one fix but "
                             + std::to_string(error.fixes_size()));
  return sources_of(name).after(error.fixes(0));
}

inline std::string replaced(std::string text, const std::string& from,
                            const std::string& to) {
  auto at = text.find(from);
  if (at == std::string::npos)
    throw std::runtime_error("'" + from + "' is not in the text");
  return text.replace(at, from.size(), to);
}

} // namespace cohort::tests
