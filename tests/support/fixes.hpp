#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/workspace/edits.hpp"
#include "runtime/workspace/proposals.hpp"

/// Fixes in few words, and files that are only named.
namespace cohort::tests {

namespace pb = messages::v1;
namespace workspace = runtime::workspace;

inline pb::Edit edit(std::string file, uint64_t begin, uint64_t end,
                     std::string text) {
  pb::Edit result;
  result.set_file(std::move(file));
  result.set_begin(begin);
  result.set_end(end);
  result.set_replacement(std::move(text));
  return result;
}

inline workspace::proposal propose(const std::string& producer,
                                   std::vector<pb::Edit> edits,
                                   std::string message = "") {
  workspace::proposal result;
  result.fix.add_voters(producer);
  result.fix.set_message(std::move(message));
  for (auto& one : edits)
    *result.fix.add_edits() = std::move(one);
  return result;
}

/// Files by name, all of which may be changed.
class plain_files {
public:
  explicit plain_files(std::map<std::string, std::string> contents)
    : files_{std::move(contents)} {
    // nop
  }

  [[nodiscard]] workspace::target_lookup targets() const {
    return [this](const std::string& file) {
      workspace::target result;
      if (auto found = files_.find(file); found != files_.end()) {
        result.size = found->second.size();
        result.digest = "digest of " + found->second;
      } else {
        result.closed = workspace::objection{workspace::refusal::unusable_file,
                                             file + " is not there"};
      }
      return result;
    };
  }

  /// What the files are after a choice; empty when it cannot be applied.
  [[nodiscard]] std::map<std::string, std::string>
  after(const workspace::choice& choice) const {
    auto result = files_;
    for (auto& [file, edits] : choice.edits) {
      auto edited = workspace::apply_edits(files_.at(file), edits);
      if (!edited)
        return {};
      result[file] = *edited;
    }
    return result;
  }

private:
  std::map<std::string, std::string> files_;
};

} // namespace cohort::tests
