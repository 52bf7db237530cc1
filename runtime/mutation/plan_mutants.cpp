#include "runtime/mutation/plan_mutants.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "runtime/mutation/find_mutants.hpp"
#include "runtime/mutation/guilty.hpp"
#include "runtime/mutation/sample.hpp"
#include "runtime/mutation/schemata.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::mutation {

namespace fs = std::filesystem;

namespace {

/// How often single mutants are taken out, before all of a file are.
constexpr int rounds_by_line = 5;

/// The slot's tree, with mutants in it.
class mutated_tree {
public:
  mutated_tree(const workplace& place, std::vector<site> sites)
    : place_{place}, sites_{std::move(sites)} {
    // nop
  }

  /// Builds it, without those mutants that keep it from being built. Returns
  /// why there is nothing to try, if so. Errors: storage_failed, cancelled.
  expected<std::string> build() {
    if (auto read = read_texts(); !read)
      return read.error();
    for (auto round = 1;; ++round) {
      if (auto written = write(); !written)
        return written.error();
      auto built = place_.build();
      if (place_.stop.stop_requested())
        return error{errc::cancelled, "the unit was stopped"};
      if (built.ok())
        return std::string{};
      if (built.status != process::status::exited || !take_out(built, round))
        return build_failure(built);
    }
  }

  /// Drops those that do not even compile by themselves. Returns their number.
  uint32_t drop_stillborn(const toolchain::project& project) {
    std::map<std::string, std::string> plain;
    for (auto& [file, text] : texts_)
      plain.emplace((place_.slot.tree_folder() / file).string(), text);
    auto is_stillborn = [&](const site& one) {
      auto is_dead = one.alternative.empty() && !place_.stop.stop_requested()
                     && !compiles(project, place_.slot.tree_folder(), plain,
                                  one);
      place_.alive();
      return is_dead;
    };
    return static_cast<uint32_t>(std::erase_if(sites_, is_stillborn));
  }

  [[nodiscard]] const std::vector<site>& sites() const {
    return sites_;
  }

private:
  expected<void> read_texts() {
    for (auto& one : sites_) {
      auto& file = one.mutant.file();
      if (texts_.count(file) > 0)
        continue;
      if (auto there = is_reachable(file); !there)
        return there;
      auto text = workspace::read_file(place_.slot.tree_folder() / file);
      if (!text)
        return text.error();
      written_.emplace(file, *text);
      texts_.emplace(file, std::move(*text));
    }
    return {};
  }

  expected<void> write() {
    auto last = sites_.empty() ? 0 : sites_.back().mutant.id();
    for (auto& [file, text] : texts_) {
      std::vector<site> own;
      for (auto& one : sites_)
        if (one.mutant.file() == file)
          own.push_back(one);
      auto mutated = with_mutants(text, own, last);
      if (mutated == written_[file])
        continue;
      if (auto there = is_reachable(file); !there)
        return there;
      auto path = place_.slot.tree_folder() / file;
      std::error_code failed;
      auto mode = fs::status(path, failed).permissions();
      workspace::write_options how;
      how.executable = (mode & fs::perms::owner_exec) != fs::perms::none;
      place_.slot.touched(file);
      if (auto done = workspace::write_file(path, mutated, how); !done)
        return done;
      written_[file] = std::move(mutated);
    }
    return {};
  }

  /// What was built may have put a link in the way. REQUIRES: nothing of the
  /// workspace runs.
  [[nodiscard]] expected<void> is_reachable(const std::string& file) const {
    if (workspace::is_safe_path(file)
        && !workspace::has_linked_parent(place_.slot.tree_folder(), file))
      return {};
    return error{errc::workspace_unreadable,
                 "a link has been put in the way of " + file
                   + ": nothing is written there"};
  }

  bool take_out(const process::outcome& built, int round) {
    auto guilty = guilty_mutants(built.out + '\n' + built.err,
                                 place_.slot.tree_folder(),
                                 place_.slot.build_folder(), texts_, sites_,
                                 round > rounds_by_line);
    for (auto& one : sites_)
      if (guilty.count(one.mutant.id()) > 0) {
        one.alternative.clear();
        one.mutant.set_needs_rebuild(true);
      }
    return !guilty.empty();
  }

  const workplace& place_;
  std::vector<site> sites_;
  std::map<std::string, std::string> texts_; // Without mutants.
  std::map<std::string, std::string> written_;
};

/// Runs each test once, and adds those that pass.
expected<void> trace_tests(const workplace& place, pb::MutationPlan& plan) {
  auto tests = place.list_tests();
  if (!tests)
    return tests.error();
  auto file = place.slot.build_folder() / "cohort-trace";
  std::error_code failed;
  for (auto& test : *tests) {
    fs::remove(file, failed);
    auto result = place.run(test,
                            {{std::string{trace_variable}, file.string()}},
                            place.limits.build_timeout);
    if (place.stop.stop_requested())
      return error{errc::cancelled, "the unit was stopped"};
    if (!has_passed(test, result))
      continue;
    auto& added = *plan.add_tests();
    added.set_name(test.name);
    added.set_seconds(result.wall.count());
    if (auto text = workspace::read_file(file))
      for (auto id : read_trace(*text))
        added.add_reaches(id);
  }
  fs::remove(file, failed);
  return {};
}

/// Why nothing was found, when that is since nothing could be read.
std::string why_unread(const findings& found) {
  if (!found.sites.empty() || found.unread.empty())
    return {};
  auto& [unit, why] = *found.unread.begin();
  return "no mutant was found; clang cannot read " + unit + ": " + why;
}

} // namespace

expected<pb::MutationPlan> plan_mutants(const pb::MutationPlanUnit& what,
                                        const workplace& place) {
  pb::MutationPlan plan;
  auto project = place.configure();
  if (!project && project.error().code != errc::no_toolchain)
    return project.error();
  plan.set_available(project ? project->has_tests : place.has_build_system());
  if (!project)
    plan.set_failure(project.error().message);
  if (!project || !project->has_tests)
    return plan;
  auto files = place.slot.store().list_files(place.slot.current());
  if (!files)
    return files.error();
  mutant_search search;
  search.tree = place.slot.tree_folder();
  search.changed.assign(what.changed().begin(), what.changed().end());
  auto found = find_mutants(*project, search, *files, place.stop, place.alive);
  plan.set_found(static_cast<uint32_t>(found.sites.size()));
  plan.set_equivalent(found.equivalent);
  plan.set_failure(why_unread(found));
  auto sites = sample(std::move(found.sites), what.max_mutants(), what.seed());
  if (sites.empty())
    return plan;
  mutated_tree mutated{place, std::move(sites)};
  auto failure = mutated.build();
  if (!failure)
    return failure.error();
  plan.set_failure(*failure);
  if (!failure->empty())
    return plan;
  plan.set_stillborn(mutated.drop_stillborn(*project));
  if (auto traced = trace_tests(place, plan); !traced)
    return traced.error();
  auto tree = place.slot.capture();
  if (!tree)
    return tree.error();
  plan.set_tree(*tree);
  for (auto& one : mutated.sites())
    *plan.add_mutants() = one.mutant;
  return plan;
}

} // namespace cohort::runtime::mutation
