#include "runtime/mutation/guilty.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "runtime/workspace/edits.hpp"

namespace cohort::runtime::mutation {

namespace {

namespace fs = std::filesystem;

/// A line of the worktree that a compiler names.
struct mention {
  std::string file;
  uint32_t line = 0;
  bool is_error = false;
};

/// "file:line:" at the start of a line, or behind "In file included from".
mention read_mention(std::string_view text, const fs::path& tree,
                     const fs::path& build) {
  mention result;
  for (std::string_view lead : {"In file included from ", "from "}) {
    auto start = text.find_first_not_of(' ');
    if (start != std::string_view::npos && text.substr(start).starts_with(lead))
      text = text.substr(start + lead.size());
  }
  auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return result;
  auto digits = text.substr(colon + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), result.line);
  result.is_error = text.find(" error: ") != std::string_view::npos;
  auto path = (build / text.substr(0, colon)).lexically_normal().string();
  auto root = tree.lexically_normal().string() + '/';
  if (result.line > 0 && path.starts_with(root))
    result.file = path.substr(root.size());
  return result;
}

std::vector<mention> read_mentions(std::string_view output,
                                   const fs::path& tree,
                                   const fs::path& build) {
  std::vector<mention> result;
  while (!output.empty()) {
    auto end = std::min(output.find('\n'), output.size());
    auto one = read_mention(output.substr(0, end), tree, build);
    if (!one.file.empty())
      result.push_back(std::move(one));
    output.remove_prefix(std::min(end + 1, output.size()));
  }
  return result;
}

/// The mutants that can be chosen at run time, with their lines.
struct located {
  const site* what = nullptr;
  uint32_t first = 0;
  uint32_t last = 0;
};

std::vector<located> locate(const std::map<std::string, std::string>& texts,
                            const std::vector<site>& sites) {
  std::map<std::string_view, workspace::line_index> lines;
  for (auto& [file, text] : texts)
    lines.emplace(file, workspace::line_index{text});
  std::vector<located> result;
  for (auto& one : sites) {
    auto found = lines.find(one.mutant.file());
    if (one.alternative.empty() || found == lines.end())
      continue;
    result.push_back(
      {&one, found->second.line_of(one.begin), found->second.line_of(one.end)});
  }
  return result;
}

void add_smallest(const mention& at, const std::vector<located>& all,
                  std::set<uint32_t>& to) {
  auto is_there = [&](const located& one) {
    return one.what->mutant.file() == at.file && one.first <= at.line
           && at.line <= one.last;
  };
  auto smallest = std::numeric_limits<uint32_t>::max();
  for (auto& one : all)
    if (is_there(one))
      smallest = std::min(smallest, one.last - one.first);
  for (auto& one : all)
    if (is_there(one) && one.last - one.first == smallest)
      to.insert(one.what->mutant.id());
}

} // namespace

std::set<uint32_t>
guilty_mutants(std::string_view output, const fs::path& tree,
               const fs::path& build,
               const std::map<std::string, std::string>& texts,
               const std::vector<site>& sites, bool whole_files) {
  auto mentions = read_mentions(output, tree, build);
  auto all = locate(texts, sites);
  std::set<uint32_t> result;
  for (auto& one : mentions)
    if (one.is_error && !whole_files)
      add_smallest(one, all, result);
  if (result.empty() && !whole_files)
    for (auto& one : mentions)
      add_smallest(one, all, result);
  if (result.empty())
    for (auto& at : mentions)
      for (auto& one : all)
        if (one.what->mutant.file() == at.file)
          result.insert(one.what->mutant.id());
  if (result.empty())
    for (auto& one : all)
      result.insert(one.what->mutant.id());
  return result;
}

} // namespace cohort::runtime::mutation
