#include "runtime/council/ablation/world.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace cohort::runtime::council::ablation {

namespace {

constexpr double spread_of_work = 1.35; // Truth against what evidence suggests.

std::string any_error_type(draw& random) {
  constexpr std::array<const char*, 6> types{
    "missing_semicolon", "undeclared_name", "unknown_type",
    "wrong_type",        "missing_include", "other"};
  return types[random.below(types.size())];
}

/// Header i may include those behind it.
std::vector<std::set<size_t>> include_graph(size_t headers, draw& random) {
  std::vector<std::set<size_t>> result(headers);
  for (auto i = headers; i-- > 0;)
    for (size_t j = i + 1; j < headers; ++j)
      if (random.chance(0.6 / static_cast<double>(headers))) {
        result[i].insert(j);
        result[i].insert(result[j].begin(), result[j].end());
      }
  return result;
}

std::string header_name(size_t i) {
  return (i % 3 == 0 ? "include/lib/h" : "src/h") + std::to_string(i) + ".hpp";
}

std::string source_name(size_t i) {
  return "src/m" + std::to_string(i % 7) + "/u" + std::to_string(i) + ".cc";
}

class world_maker {
public:
  world_maker(draw& random, const world_shape& shape)
    : random_{random}, shape_{shape} {
    // nop
  }

  world make() && {
    result_.workers = static_cast<unsigned>(random_.between(size_t{2}, 12));
    result_.dispatch_seconds = random_.between(0.03, 0.08);
    result_.merge_seconds = random_.between(0.01, 0.03);
    add_kinds();
    add_units();
    for (size_t i = 0; i < headers_; ++i)
      if (random_.chance(0.25))
        break_file(header_name(i), true);
    for (size_t i = 0; i < sources_; ++i)
      if (random_.chance(shape_.broken_share))
        break_file(source_name(i), false);
    mark_failing_units();
    return std::move(result_);
  }

private:
  void add_kinds() {
    for (auto kind :
         {pb::SPECIALTY_KIND_GENERALIST, pb::SPECIALTY_KIND_COMPILATION_ERRORS,
          pb::SPECIALTY_KIND_TYPE_SYSTEM, pb::SPECIALTY_KIND_REFACTORING})
      set_kind(result_, kind, random_.between(0.0, 0.15),
               random_.between(size_t{0}, 40), random_);
  }

  void add_units() {
    sources_ = random_.between(shape_.sources_min, shape_.sources_max);
    headers_ = std::max<size_t>(2, sources_ / 4);
    auto includes = include_graph(headers_, random_);
    for (size_t i = 0; i < sources_; ++i) {
      auto& unit = *result_.evidence.add_units();
      unit.set_unit(source_name(i));
      unit.set_tool("gcc");
      unit.set_ok(true);
      unit.set_seconds(random_.between(0.1, 0.6));
      result_.check_seconds += unit.seconds();
      std::set<size_t> read;
      for (auto n = random_.below(3); n > 0; --n) {
        auto header = random_.below(headers_);
        read.insert(header);
        read.insert(includes[header].begin(), includes[header].end());
      }
      unit.add_reads(unit.unit());
      for (auto header : read)
        unit.add_reads(header_name(header));
    }
  }

  void break_file(const std::string& name, bool is_header) {
    broken_file file;
    file.name = name;
    file.is_header = is_header;
    for (auto& unit : result_.evidence.units())
      if (std::count(unit.reads().begin(), unit.reads().end(), name) > 0)
        file.units.push_back(unit.unit());
    if (file.units.empty())
      return;
    file.error_type = any_error_type(random_);
    for (auto n = random_.between(size_t{1}, 4); n > 0; --n) {
      file.diagnostics.push_back(
        static_cast<uint32_t>(result_.evidence.diagnostics_size()));
      auto& error = *result_.evidence.add_diagnostics();
      error.set_tool("gcc");
      error.set_severity(pb::SEVERITY_ERROR);
      error.mutable_location()->set_file(name);
      error.mutable_location()->set_line(static_cast<uint32_t>(n));
      error.set_error_type(file.error_type);
      *error.mutable_units() = {file.units.begin(), file.units.end()};
    }
    file.expected_work = random_.between(shape_.work_min, shape_.work_max);
    file.work = file.expected_work * random_.factor(spread_of_work);
    result_.broken.push_back(std::move(file));
  }

  void mark_failing_units() {
    std::set<std::string> failing;
    for (auto& file : result_.broken)
      failing.insert(file.units.begin(), file.units.end());
    for (auto& unit : *result_.evidence.mutable_units())
      unit.set_ok(failing.count(unit.unit()) == 0);
  }

  draw& random_;
  const world_shape& shape_;
  world result_;
  size_t sources_ = 0;
  size_t headers_ = 0;
};

} // namespace

world make_world(draw& random, const world_shape& shape) {
  return world_maker{random, shape}.make();
}

void set_kind(world& where, pb::SpecialtyKind specialty, double failure,
              size_t tries, draw& random) {
  where.kinds.push_back({specialty, failure});
  if (tries == 0)
    return;
  auto& record = where.record.emplace_back();
  record.mutable_specialty()->set_kind(specialty);
  size_t failed = 0;
  for (size_t i = 0; i < tries; ++i)
    failed += random.chance(failure) ? 1 : 0;
  record.set_failed(failed);
  record.set_succeeded(tries - failed);
}

} // namespace cohort::runtime::council::ablation
