#include "runtime/council/ablation/plan_generator.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <vector>

namespace cohort::runtime::council::ablation {

namespace {

/// Files of the world, by index, that are repaired together.
using piece = std::vector<size_t>;

bool shares_unit(const broken_file& x, const broken_file& y) {
  return std::any_of(x.units.begin(), x.units.end(), [&](auto& unit) {
    return std::count(y.units.begin(), y.units.end(), unit) > 0;
  });
}

/// Broken headers that a unit reads together, directly or through others.
std::vector<piece> header_pieces(const world& where) {
  std::vector<piece> result;
  for (size_t i = 0; i < where.broken.size(); ++i) {
    if (!where.broken[i].is_header)
      continue;
    piece joined{i};
    std::vector<piece> apart;
    for (auto& known : result) {
      auto meets = std::any_of(known.begin(), known.end(), [&](size_t j) {
        return shares_unit(where.broken[i], where.broken[j]);
      });
      if (meets)
        joined.insert(joined.end(), known.begin(), known.end());
      else
        apart.push_back(std::move(known));
    }
    apart.push_back(std::move(joined));
    result = std::move(apart);
  }
  return result;
}

/// The next file goes where there is least to do; sometimes elsewhere.
std::vector<piece> source_pieces(const world& where, size_t count,
                                 draw& random) {
  std::vector<size_t> sources;
  for (size_t i = 0; i < where.broken.size(); ++i)
    if (!where.broken[i].is_header)
      sources.push_back(i);
  std::sort(sources.begin(), sources.end(), [&](size_t x, size_t y) {
    return where.broken[x].expected_work > where.broken[y].expected_work;
  });
  std::vector<piece> result(
    std::min(std::max<size_t>(count, 1), sources.size()));
  std::vector<double> work(result.size());
  for (auto source : sources) {
    auto least = static_cast<size_t>(std::min_element(work.begin(), work.end())
                                     - work.begin());
    auto chosen = random.chance(0.15) ? random.below(work.size()) : least;
    result[chosen].push_back(source);
    work[chosen] += where.broken[source].expected_work;
  }
  result.erase(std::remove_if(result.begin(), result.end(),
                              [](auto& one) { return one.empty(); }),
               result.end());
  return result;
}

void set_files(pb::Subtask& subtask, const world& where, const piece& files) {
  std::set<std::string> names;
  std::set<std::string> units;
  std::set<uint32_t> diagnostics;
  double effort = 0;
  for (auto i : files) {
    auto& file = where.broken[i];
    names.insert(file.name);
    units.insert(file.units.begin(), file.units.end());
    diagnostics.insert(file.diagnostics.begin(), file.diagnostics.end());
    effort += file.expected_work;
  }
  *subtask.mutable_files() = {names.begin(), names.end()};
  *subtask.mutable_units() = {units.begin(), units.end()};
  *subtask.mutable_diagnostics() = {diagnostics.begin(), diagnostics.end()};
  subtask.set_effort_seconds(effort);
  subtask.set_error_type(where.broken[files.front()].error_type);
}

pb::Subtask& add_piece(pb::Decomposition& plan, const world& where,
                       const piece& files, draw& random) {
  auto& subtask = *plan.add_subtasks();
  subtask.set_id("s" + std::to_string(plan.subtasks_size()));
  set_files(subtask, where, files);
  subtask.mutable_specialty()->set_kind(
    where.kinds[random.below(where.kinds.size())].specialty);
  return subtask;
}

void wait_for(pb::Subtask& subtask, const std::string& id) {
  for (auto& known : subtask.depends_on())
    if (known.subtask_id() == id)
      return;
  auto& dependency = *subtask.add_depends_on();
  dependency.set_subtask_id(id);
  dependency.set_kind(pb::DEPENDENCY_KIND_COMPILATION_ORDER);
}

/// Headers come first in a plan; of a piece of sources, those that it reads.
void order_headers_first(pb::Decomposition& plan, const world& where,
                         const std::vector<piece>& headers,
                         const std::vector<piece>& sources) {
  for (size_t i = 0; i < sources.size(); ++i)
    for (size_t j = 0; j < headers.size(); ++j)
      for (auto source : sources[i])
        for (auto header : headers[j])
          if (shares_unit(where.broken[source], where.broken[header]))
            wait_for(
              *plan.mutable_subtasks(static_cast<int>(headers.size() + i)),
              "s" + std::to_string(j + 1));
}

/// Indices of files of the subtask.
piece files_of(const world& where, const pb::Subtask& subtask) {
  piece result;
  for (size_t i = 0; i < where.broken.size(); ++i)
    if (std::count(subtask.files().begin(), subtask.files().end(),
                   where.broken[i].name)
        > 0)
      result.push_back(i);
  return result;
}

bool has_header(const world& where, const pb::Subtask& subtask) {
  auto files = files_of(where, subtask);
  return std::any_of(files.begin(), files.end(),
                     [&](size_t i) { return where.broken[i].is_header; });
}

void remove_subtask(pb::Decomposition& plan, int index) {
  auto id = plan.subtasks(index).id();
  plan.mutable_subtasks()->DeleteSubrange(index, 1);
  for (auto& subtask : *plan.mutable_subtasks()) {
    auto& all = *subtask.mutable_depends_on();
    all.erase(std::remove_if(all.begin(), all.end(),
                             [&](auto& x) { return x.subtask_id() == id; }),
              all.end());
  }
}

// -- faults
// ------------------------------------------------------------------

/// Cuts headers apart that are read together, or lets sources begin before the
/// headers that they read.
bool plant_conflict(const world& where, pb::Decomposition& plan, draw& random) {
  for (auto& subtask : *plan.mutable_subtasks()) {
    auto files = files_of(where, subtask);
    if (files.size() < 2 || !has_header(where, subtask) || random.chance(0.5))
      continue;
    auto& other = *plan.add_subtasks();
    other = subtask;
    other.set_id("s" + std::to_string(plan.subtasks_size()));
    auto middle = files.begin() + static_cast<ptrdiff_t>(files.size() / 2);
    set_files(*plan.mutable_subtasks(plan.subtasks_size() - 1), where,
              {middle, files.end()});
    files.erase(middle, files.end());
    set_files(subtask, where, files);
    for (auto& waiting : *plan.mutable_subtasks())
      for (auto& dependency : waiting.depends_on())
        if (dependency.subtask_id() == subtask.id()) {
          wait_for(waiting, other.id());
          break;
        }
    return true;
  }
  auto is_planted = false;
  for (auto& subtask : *plan.mutable_subtasks())
    if (!subtask.depends_on().empty() && random.chance(0.7)) {
      subtask.clear_depends_on();
      is_planted = true;
    }
  return is_planted;
}

/// Gives one subtask the sources of others, until it has most of the work.
bool plant_imbalance(const world& where, pb::Decomposition& plan,
                     draw& random) {
  double total = 0;
  std::vector<int> sources;
  for (int i = 0; i < plan.subtasks_size(); ++i) {
    total += plan.subtasks(i).effort_seconds();
    if (!has_header(where, plan.subtasks(i)))
      sources.push_back(i);
  }
  if (sources.size() < 3)
    return false;
  auto wanted = random.between(0.6, 0.9) * total;
  while (sources.size() > 1
         && plan.subtasks(sources.front()).effort_seconds() < wanted) {
    auto& heavy = *plan.mutable_subtasks(sources.front());
    auto& light = plan.subtasks(sources.back());
    for (auto& dependency : light.depends_on())
      wait_for(heavy, dependency.subtask_id());
    auto files = files_of(where, heavy);
    auto more = files_of(where, light);
    files.insert(files.end(), more.begin(), more.end());
    set_files(heavy, where, files);
    remove_subtask(plan, sources.back());
    sources.pop_back();
  }
  return true;
}

/// A subtask for each source.
bool plant_overhead(const world& where, pb::Decomposition& plan) {
  pb::Decomposition result;
  for (auto& subtask : plan.subtasks())
    if (has_header(where, subtask))
      *result.add_subtasks() = subtask;
  for (auto& subtask : plan.subtasks())
    if (!has_header(where, subtask))
      for (auto file : files_of(where, subtask)) {
        auto& single = *result.add_subtasks();
        single = subtask;
        single.set_id("t" + std::to_string(result.subtasks_size()));
        set_files(single, where, {file});
      }
  auto fits = static_cast<unsigned>(result.subtasks_size())
              <= plan_limits().max_subtasks_per_task;
  plan = std::move(result);
  return fits;
}

/// Headers wait for what reads them.
bool plant_order(const world& where, pb::Decomposition& plan, draw& random) {
  std::map<std::string, pb::Subtask*> headers;
  for (auto& subtask : *plan.mutable_subtasks())
    if (has_header(where, subtask))
      headers[subtask.id()] = &subtask;
  auto is_planted = false;
  for (auto& subtask : *plan.mutable_subtasks()) {
    if (headers.count(subtask.id()) > 0 || subtask.depends_on().empty()
        || random.chance(0.3))
      continue;
    std::vector<pb::SubtaskDependency> before{subtask.depends_on().begin(),
                                              subtask.depends_on().end()};
    subtask.clear_depends_on();
    for (auto& dependency : before)
      wait_for(*headers.at(dependency.subtask_id()), subtask.id());
    is_planted = true;
  }
  // What still waits for such a header would wait for its readers as well.
  for (auto& subtask : *plan.mutable_subtasks()) {
    auto& all = *subtask.mutable_depends_on();
    if (headers.count(subtask.id()) == 0)
      all.erase(std::remove_if(
                  all.begin(), all.end(),
                  [&](auto& x) {
                    return !headers.at(x.subtask_id())->depends_on().empty();
                  }),
                all.end());
  }
  return is_planted;
}

bool plant_failing_kind(world& where, pb::Decomposition& plan, draw& random) {
  constexpr auto failing = pb::SPECIALTY_KIND_ASYNC_PATTERNS;
  set_kind(where, failing, random.between(0.7, 0.97),
           random.between(size_t{6}, 50), random);
  auto is_planted = false;
  for (auto& subtask : *plan.mutable_subtasks())
    if (random.chance(0.5)) {
      subtask.mutable_specialty()->set_kind(failing);
      is_planted = true;
    }
  return is_planted;
}

bool plant_build_file(pb::Decomposition& plan, draw& random) {
  if (plan.subtasks().empty())
    return false;
  auto& subtask = *plan.mutable_subtasks(
    static_cast<int>(random.below(static_cast<size_t>(plan.subtasks_size()))));
  subtask.add_files(random.chance(0.5) ? "CMakeLists.txt"
                                       : "src/options.cmake");
  return true;
}

} // namespace

std::string_view to_string(fault what) {
  switch (what) {
    case fault::none:
      return "none";
    case fault::hidden_conflict:
      return "hidden_conflict";
    case fault::imbalance:
      return "imbalance";
    case fault::overhead:
      return "overhead";
    case fault::risky_order:
      return "risky_order";
    case fault::failing_kind:
      return "failing_kind";
    case fault::build_file:
      return "build_file";
  }
  return "unknown";
}

decomposition::decomposition_settings plan_limits() {
  decomposition::decomposition_settings limits;
  limits.max_subtasks_per_task = 64;
  limits.max_dependency_depth = 4;
  return limits;
}

world world_for(fault what, draw& random) {
  world_shape shape;
  if (what == fault::overhead) {
    shape.work_min = 0.01;
    shape.work_max = random.between(0.03, 0.09);
    shape.sources_min = 20;
  } else if (what == fault::none && random.chance(0.2)) {
    shape.work_min = 0.05; // Little work, which is worth a few subtasks.
    shape.work_max = 0.5;
  }
  return make_world(random, shape);
}

pb::Decomposition sound_plan(const world& where, draw& random) {
  pb::Decomposition plan;
  plan.set_round(1);
  plan.set_strategy("made up");
  auto headers = header_pieces(where);
  auto total = std::accumulate(where.broken.begin(), where.broken.end(), 0.0,
                               [](double sum, auto& file) {
                                 return sum + file.expected_work;
                               });
  // No smaller than a second, where that is possible.
  auto pieces = std::min<size_t>(where.workers * random.between(size_t{1}, 3),
                                 static_cast<size_t>(total) + 1);
  auto sources = source_pieces(where, pieces, random);
  for (auto& one : headers)
    add_piece(plan, where, one, random);
  for (auto& one : sources)
    add_piece(plan, where, one, random);
  order_headers_first(plan, where, headers, sources);
  return plan;
}

bool plant(fault what, world& where, pb::Decomposition& plan, draw& random) {
  switch (what) {
    case fault::none:
      return true;
    case fault::hidden_conflict:
      return plant_conflict(where, plan, random);
    case fault::imbalance:
      return plant_imbalance(where, plan, random);
    case fault::overhead:
      return plant_overhead(where, plan);
    case fault::risky_order:
      return plant_order(where, plan, random);
    case fault::failing_kind:
      return plant_failing_kind(where, plan, random);
    case fault::build_file:
      return plant_build_file(plan, random);
  }
  return false;
}

void break_invariant(pb::Decomposition& plan, draw& random) {
  auto& first = *plan.mutable_subtasks(0);
  auto& last = *plan.mutable_subtasks(plan.subtasks_size() - 1);
  switch (random.below(7)) {
    case 0: // An error that nobody owns.
      first.mutable_diagnostics()->RemoveLast();
      break;
    case 1: // An error that is not there.
      first.add_diagnostics(UINT32_MAX);
      break;
    case 2: // An error that two own.
      last.add_diagnostics(first.diagnostics(0));
      last.add_diagnostics(first.diagnostics(0));
      break;
    case 3:
      wait_for(first, last.id());
      wait_for(last, first.id());
      break;
    case 4:
      wait_for(last, "nobody");
      break;
    case 5:
      last.add_files("../outside.cc");
      break;
    default: {
      auto twin = first;
      *plan.add_subtasks() = twin;
    }
  }
}

pb::ReviewRequest request_for(const world& where,
                              const pb::Decomposition& plan) {
  pb::ReviewRequest request;
  request.set_task_id("ablation");
  *request.mutable_decomposition() = plan;
  *request.mutable_evidence() = where.evidence;
  request.set_workers(where.workers);
  *request.mutable_record() = {where.record.begin(), where.record.end()};
  return request;
}

pb::ReviewRequest large_request(size_t subtasks, uint64_t seed) {
  draw random{seed};
  world_shape shape;
  shape.sources_min = shape.sources_max = subtasks * 2;
  auto where = make_world(random, shape);
  pb::Decomposition plan;
  plan.set_round(1);
  auto headers = header_pieces(where);
  auto sources = source_pieces(where, subtasks - headers.size(), random);
  for (auto& one : headers)
    add_piece(plan, where, one, random);
  for (auto& one : sources)
    add_piece(plan, where, one, random);
  order_headers_first(plan, where, headers, sources);
  return request_for(where, plan);
}

} // namespace cohort::runtime::council::ablation
