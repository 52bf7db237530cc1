#include "nodes/bench_graphs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

namespace cohort::nodes {

namespace {

using nlohmann::json;
using runtime::errc;
using runtime::error;
using runtime::scheduling::dependency;
using runtime::scheduling::find_cycle;
using runtime::scheduling::make_task_graph;
using runtime::scheduling::task_index;

constexpr double longest_task = 1e12; // Seconds; sums of such are exact enough.
constexpr double least_best = 1e-9;   // Ratios to such are still numbers.
constexpr size_t most_tasks = UINT32_MAX - 1;

std::string shown(const json& value) {
  auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() <= 80 ? text : text.substr(0, 77) + "...";
}

/// What an id is called in `deps`, in messages, and among others.
std::optional<std::string> name_of(const json& value) {
  if (value.is_string())
    return value.get<std::string>();
  if (value.is_number())
    return value.dump();
  return std::nullopt;
}

/// The tasks of a graph, each dropped from the document once it is read: a
/// million of them need not be there as JSON.
class task_reader {
public:
  /// What json::parse asks about each value. Returns whether it stays.
  bool keeps(int depth, json::parse_event_t event, json& value) {
    using kind = json::parse_event_t;
    if (event == kind::key && depth == 1)
      is_in_tasks_ = value == "tasks";
    auto is_whole = event == kind::object_end || event == kind::array_end
                    || event == kind::value;
    if (!is_in_tasks_ || depth != 2 || !is_whole)
      return depth <= deepest;
    if (fault_.empty())
      read(value);
    return false;
  }

  [[nodiscard]] const std::string& fault() const {
    return fault_;
  }

  runtime::expected<named_graph> finish(std::string name) {
    for (auto& one : dependencies_)
      if (!is_there_[one.before])
        return error{errc::invalid_request,
                     "task " + quoted(one.after) + " waits for "
                       + quoted(one.before)
                       + ", which is no task; correct its deps, or add the "
                         "task"};
    auto graph = make_task_graph(seconds_, dependencies_);
    if (!graph)
      return error{errc::invalid_request, cycle()};
    return named_graph{std::move(name), std::move(ids_), std::move(*graph), {}};
  }

private:
  static constexpr int deepest = 8;

  void read(const json& task) {
    auto which = "task " + std::to_string(++count_);
    if (!task.is_object())
      return complain(which + " is " + shown(task)
                      + "; expected an object "
                        R"(with "id", "seconds" and "deps")");
    auto id = task.find("id");
    auto name = id == task.end() ? std::nullopt : name_of(*id);
    if (!name)
      return complain(which + R"( has no "id" that is a string or a number)");
    which = "task \"" + *name + '"';
    auto number = number_of(*name);
    if (is_there_[number])
      return complain(which
                      + " is there twice; give each task an id of its own");
    is_there_[number] = true;
    ids_[number] = *id;
    auto seconds = task.value("seconds", json{});
    auto value = seconds.is_number() ? seconds.get<double>()
                                     : std::numeric_limits<double>::quiet_NaN();
    if (!(value >= 0 && value <= longest_task))
      return complain(which + ": \"seconds\" is " + shown(seconds)
                      + "; expected a number from 0 to 1e12");
    seconds_[number] = value;
    auto deps = task.find("deps");
    if (deps == task.end() || !deps->is_array())
      return complain(which
                      + R"( has no list "deps"; [] when it waits for none)");
    for (auto& each : *deps) {
      auto earlier = name_of(each);
      if (!earlier)
        return complain(which + ": \"deps\" holds " + shown(each)
                        + "; expected ids, strings or numbers");
      dependencies_.push_back({number_of(*earlier), number});
    }
  }

  task_index number_of(const std::string& name) {
    auto [at, is_new]
      = numbers_.try_emplace(name, static_cast<task_index>(ids_.size()));
    if (is_new) {
      if (ids_.size() == most_tasks)
        complain("has more than 4294967294 tasks; split it");
      ids_.emplace_back(name);
      seconds_.push_back(0);
      is_there_.push_back(false);
    }
    return at->second;
  }

  [[nodiscard]] std::string quoted(task_index task) const {
    return '"' + name_of(ids_[task]).value() + '"';
  }

  void complain(std::string what) {
    fault_ = std::move(what);
  }

  [[nodiscard]] std::string cycle() const {
    constexpr size_t most_shown = 8;
    auto tasks = find_cycle(seconds_.size(), dependencies_);
    std::string result = "tasks wait for each other in a circle: ";
    for (size_t i = 0; i < std::min(tasks.size(), most_shown); ++i)
      result += quoted(tasks[i]) + ", ";
    if (tasks.size() > most_shown)
      result += "and " + std::to_string(tasks.size() - most_shown) + " more, ";
    return result + "and " + quoted(tasks.front())
           + " again; take one of these dependencies out";
  }

  bool is_in_tasks_ = false;
  size_t count_ = 0;
  std::string fault_;
  std::unordered_map<std::string, task_index> numbers_;
  std::vector<json> ids_;      // As tasks have them; else as first waited for.
  std::vector<bool> is_there_; // And not only waited for.
  std::vector<double> seconds_;
  std::vector<dependency> dependencies_;
};

std::map<std::string, double> best_found_of(const json& document) {
  std::map<std::string, double> result;
  auto reference = document.value("reference", json::object());
  if (reference.is_object())
    for (auto& [workers, known] : reference.items())
      if (known.is_object())
        if (auto best = known.value("best_found", json{});
            best.is_number() && best.get<double>() >= least_best)
          result.emplace(workers, best.get<double>());
  return result;
}

} // namespace

runtime::expected<named_graph> read_graph(const std::string& text) {
  auto wrong = [](std::string what) {
    return error{errc::invalid_request, std::move(what)};
  };
  task_reader tasks;
  json document;
  try {
    document = json::parse(text, [&](int depth, auto event, json& value) {
      return tasks.keeps(depth, event, value);
    });
  } catch (const json::parse_error& failed) {
    return wrong("is not JSON at byte " + std::to_string(failed.byte)
                 + " (nor are NaN and Infinity); expected one task graph a "
                   "line, as an object");
  } catch (const json::exception& failed) {
    return wrong(std::string{"cannot be read as JSON: "} + failed.what());
  }
  if (!document.is_object())
    return wrong("is no JSON object; expected one task graph a line");
  auto name = document.value("name", json{});
  if (!name.is_string())
    return wrong(R"(has no string "name"; expected {"name", "tasks"})");
  auto about = "graph \"" + name.get<std::string>() + "\" ";
  if (!document.contains("tasks") || !document["tasks"].is_array())
    return wrong(about + R"(has no list "tasks")");
  if (!tasks.fault().empty())
    return wrong(about + "cannot be used: " + tasks.fault());
  auto result = tasks.finish(name.get<std::string>());
  if (!result)
    return wrong(about + "cannot be used: " + result.error().message);
  if (result->ids.empty())
    return wrong(about + "has no tasks; expected at least one");
  result->best_found = best_found_of(document);
  return result;
}

named_graph generate_graph(size_t tasks, uint64_t seed) {
  std::mt19937_64 random{seed};
  auto width = static_cast<size_t>(std::sqrt(static_cast<double>(tasks)));
  std::vector<double> seconds;
  std::vector<dependency> dependencies;
  named_graph result;
  for (size_t i = 0; i < tasks; ++i) {
    seconds.push_back(static_cast<double>(1000 + random() % 99'001) / 1000);
    result.ids.emplace_back('t' + std::to_string(i));
    auto layer = i / width;
    for (auto count = layer == 0 ? 0 : random() % 4; count > 0; --count)
      dependencies.push_back(
        {static_cast<task_index>((layer - 1) * width + random() % width),
         static_cast<task_index>(i)});
  }
  result.name = "layered/" + std::to_string(tasks);
  result.graph = *make_task_graph(seconds, dependencies);
  return result;
}

} // namespace cohort::nodes
