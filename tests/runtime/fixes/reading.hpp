#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/fixes/readers.hpp"
#include "tests/support/fixes.hpp"

/// Files in memory, and fixes read about them.
namespace cohort::tests {

namespace fixes = runtime::fixes;
using workspace::proposal;
using workspace::refusal;

/// A workspace of a few files; any other is not there. Absolute names below
/// "/ws/" are inside.
class small_workspace {
public:
  explicit small_workspace(std::map<std::string, std::string> files) {
    for (auto& [path, bytes] : files) {
      files_[path].path = path;
      files_[path].bytes = bytes;
    }
  }

  [[nodiscard]] fixes::file_lookup lookup() {
    return [this](const std::string& name) -> const workspace::base_file& {
      auto path = name.starts_with("/ws/") ? name.substr(4) : name;
      auto [it, is_new] = files_.try_emplace(path);
      if (is_new) {
        it->second.path = path;
        it->second.closed = workspace::objection{refusal::unusable_file,
                                                 path + " is not there"};
      }
      return it->second;
    };
  }

  /// A file after all fixes, which must fit together.
  [[nodiscard]] std::string after(const std::string& path,
                                  const std::vector<proposal>& proposals) {
    auto targets = [this](const std::string& file) {
      auto& found = lookup()(file);
      return workspace::target{found.closed, found.bytes.size(),
                               workspace::file_digest(found.bytes)};
    };
    auto choice = workspace::choose(proposals, targets);
    if (!choice.refused.empty())
      return "refused: " + choice.refused[0].why.text;
    auto edited = workspace::apply_edits(files_.at(path).bytes,
                                         choice.edits[path]);
    return edited ? *edited : edited.error().message;
  }

private:
  std::map<std::string, workspace::base_file> files_;
};

/// Why the only fix of a text is refused; nothing when it is not.
inline std::optional<refusal> why_refused(const fixes::read_result& read) {
  if (!read || read->size() != 1)
    return std::nullopt;
  auto& only = read->front();
  return only.refused ? std::optional{only.refused->why} : std::nullopt;
}

} // namespace cohort::tests
