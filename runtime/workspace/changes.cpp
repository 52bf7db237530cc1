#include "runtime/workspace/changes.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/workspace/edits.hpp"
#include "runtime/workspace/line_diff.hpp"

namespace cohort::runtime::workspace {

namespace {

constexpr size_t text_bytes_max = 8U << 20U;

expected<std::optional<std::string>> read_if_there(object_store& store,
                                                   const tree_id& tree,
                                                   const std::string& file) {
  auto content = store.read_file(tree, file);
  if (content)
    return std::optional{std::move(*content)};
  if (content.error().code == errc::not_found)
    return std::optional<std::string>{};
  return content.error();
}

expected<file_versions> read_versions(object_store& store, const tree_id& base,
                                      const tree_id& tree,
                                      const std::string& file) {
  auto before = read_if_there(store, base, file);
  if (!before)
    return before.error();
  auto after = read_if_there(store, tree, file);
  if (!after)
    return after.error();
  return file_versions{file, std::move(*before), std::move(*after)};
}

bool is_text(const std::string& content) {
  return content.size() <= text_bytes_max
         && content.find('\0') == std::string::npos;
}

/// The changes of a file that is text before and after; none where it differs
/// as a whole.
expected<std::vector<pb::Edit>> edits_of(const file_versions& both) {
  if (!both.before || !both.after || !is_text(*both.before)
      || !is_text(*both.after))
    return std::vector<pb::Edit>{};
  return line_diff(both.file, *both.before, *both.after);
}

uint32_t lines_in(std::string_view text) {
  auto ends = std::count(text.begin(), text.end(), '\n');
  auto is_cut = !text.empty() && text.back() != '\n';
  return static_cast<uint32_t>(ends) + (is_cut ? 1 : 0);
}

/// Where the edits' replacements stand once all are made.
void add_lines(pb::ChangedFile& to, const std::string& before,
               const std::vector<pb::Edit>& edits) {
  uint64_t at = 0;
  uint32_t line = 1;
  auto text = std::string_view{before};
  for (auto& edit : edits) {
    line += lines_in(text.substr(at, edit.begin() - at));
    auto& lines = *to.add_lines();
    lines.set_first(line);
    line += lines_in(edit.replacement());
    lines.set_last(line - 1);
    at = edit.end();
  }
}

expected<pb::ChangedFile> describe(const file_versions& both) {
  auto edits = edits_of(both);
  if (!edits)
    return edits.error();
  pb::ChangedFile result;
  result.set_file(both.file);
  result.set_changes(
    std::max<uint32_t>(1, static_cast<uint32_t>(edits->size())));
  if (!edits->empty()) {
    add_lines(result, *both.before, *edits);
  } else if (!both.before && both.after && is_text(*both.after)) {
    auto& lines = *result.add_lines();
    lines.set_first(1);
    lines.set_last(lines_in(*both.after));
  }
  return result;
}

/// The file without the named changes; nothing when that is what it was in
/// `base`.
expected<std::optional<std::string>>
without(object_store& store, const tree_id& base, const tree_id& tree,
        const pb::FilePart& part) {
  auto both = read_versions(store, base, tree, part.file());
  if (!both)
    return both.error();
  auto edits = edits_of(*both);
  if (!edits)
    return edits.error();
  auto count = std::max<size_t>(1, edits->size());
  std::vector<bool> is_out(count);
  for (auto change : part.changes()) {
    if (change >= count)
      return error{errc::invalid_request,
                   part.file() + " has " + std::to_string(count)
                     + " changes, and no number " + std::to_string(change)};
    is_out[change] = true;
  }
  if (std::all_of(is_out.begin(), is_out.end(), [](bool out) { return out; }))
    return std::optional<std::string>{};
  std::vector<pb::Edit> stay;
  for (size_t i = 0; i < edits->size(); ++i)
    if (!is_out[i])
      stay.push_back(std::move((*edits)[i]));
  auto content = apply_edits(both->before.value_or(""), stay);
  if (!content)
    return content.error();
  return std::optional{std::move(*content)};
}

} // namespace

expected<std::vector<pb::ChangedFile>>
describe_changes(object_store& store, const tree_id& base, const tree_id& tree,
                 const std::function<void(file_versions)>& look) {
  auto files = store.changed_files(base, tree);
  if (!files)
    return files.error();
  std::vector<pb::ChangedFile> result;
  for (auto& file : *files) {
    auto both = read_versions(store, base, tree, file);
    if (!both)
      return both.error();
    auto described = describe(*both);
    if (!described)
      return described.error();
    result.push_back(std::move(*described));
    if (look && is_text(both->before.value_or(""))
        && is_text(both->after.value_or("")))
      look(std::move(*both));
  }
  return result;
}

expected<tree_id> take_back(object_store& store, const tree_id& base,
                            const tree_id& tree,
                            const std::vector<std::string>& files,
                            const std::vector<pb::FilePart>& parts) {
  auto whole = files;
  std::vector<file_content> changed;
  for (auto& part : parts) {
    if (std::find(files.begin(), files.end(), part.file()) != files.end())
      continue;
    auto content = without(store, base, tree, part);
    if (!content)
      return content.error();
    if (*content)
      changed.push_back({part.file(), std::move(**content)});
    else
      whole.push_back(part.file());
  }
  std::sort(whole.begin(), whole.end());
  whole.erase(std::unique(whole.begin(), whole.end()), whole.end());
  auto reverted = store.revert(tree, base, whole);
  if (!reverted || changed.empty())
    return reverted;
  return store.rewrite(*reverted, changed);
}

} // namespace cohort::runtime::workspace
