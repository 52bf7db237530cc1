#include "runtime/fixes/apply_fixes.hpp"

#include <utility>

#include "runtime/decomposition/decompose.hpp"
#include "runtime/workspace/edits.hpp"
#include "runtime/workspace/replacement.hpp"

namespace cohort::runtime::fixes {

namespace {

using workspace::replacement;

/// Writes all of it beside its place.
expected<std::vector<replacement>> stage_files(const fix_outcome& what,
                                               workspace::base_files& files) {
  std::vector<replacement> result;
  for (auto& file : what.files) {
    auto staged = replacement::stage(files.root() / file.path,
                                     files.find(file.path).seen, file.after);
    if (!staged)
      return error{staged.error().code,
                   staged.error().message + "; nothing was changed"};
    result.push_back(std::move(*staged));
  }
  return result;
}

expected<void> put_in_place(const fix_outcome& what,
                            std::vector<replacement>& staged) {
  std::string done;
  for (size_t i = 0; i < staged.size(); ++i) {
    if (auto put = staged[i].put_in_place(); !put)
      return error{put.error().code,
                   put.error().message
                     + (done.empty() ? "; nothing was changed"
                                     : "; changed before that: " + done)};
    done += (done.empty() ? "" : ", ") + what.files[i].path;
  }
  return {};
}

} // namespace

expected<fix_outcome>
plan_fixes(const std::vector<workspace::proposal>& proposals,
           workspace::base_files& files, const messages::v1::Scope& scope) {
  auto targets = [&](const std::string& path) {
    auto& file = files.find(path);
    workspace::target result{file.closed, file.bytes.size(), ""};
    if (!file.closed && !decomposition::in_scope(scope, path))
      result.closed = workspace::objection{workspace::refusal::outside_scope,
                                           path + " lies outside of the scope"};
    if (!result.closed)
      result.digest = workspace::file_digest(file.bytes);
    return result;
  };
  fix_outcome result;
  result.choice = choose(proposals, targets);
  for (auto& [path, edits] : result.choice.edits) {
    auto& before = files.find(path).bytes;
    auto after = workspace::apply_edits(before, edits);
    if (!after)
      return error{errc::internal, path + ": " + after.error().message};
    if (*after != before)
      result.files.push_back({path, before, std::move(*after)});
  }
  return result;
}

expected<fix_outcome>
apply_fixes(const std::vector<workspace::proposal>& proposals,
            workspace::base_files& files, const messages::v1::Scope& scope) {
  for (;;) {
    auto result = plan_fixes(proposals, files, scope);
    if (!result)
      return result;
    auto staged = stage_files(*result, files);
    if (!staged)
      return staged.error();
    auto are_current = true;
    for (size_t i = 0; i < staged->size(); ++i)
      if (!(*staged)[i].is_current()) {
        files.close_changed(result->files[i].path);
        are_current = false;
      }
    if (!are_current)
      continue; // Once for each file at most: it is closed now.
    if (auto put = put_in_place(*result, *staged); !put)
      return put.error();
    return result;
  }
}

} // namespace cohort::runtime::fixes
