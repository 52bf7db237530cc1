#include <cstdint>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "runtime/errc.hpp"
#include "runtime/telemetry/trace.hpp"
#include "runtime/telemetry/trace_times.hpp"
#include "runtime/telemetry/words.hpp"

namespace cohort::runtime::telemetry {

namespace {

using chrome_json = nlohmann::ordered_json;

/// A row: what Chrome calls a thread of a process.
struct row {
  uint64_t node = 0; // 0: the task's own.
  uint64_t worker = 0;
};

/// Gives workers their rows, in the order in which they are met.
class row_table {
public:
  explicit row_table(chrome_json& events) : events_{events} {
    name("process_name", {}, "cohort");
    name("thread_name", {}, "task");
  }

  row of(const pb::AttemptSpan& span) {
    auto [node, is_new_node] = nodes_.try_emplace(span.node(),
                                                  nodes_.size() + 1);
    auto key = std::pair{node->second, span.worker()};
    auto [worker, is_new_worker] = workers_.try_emplace(key,
                                                        workers_.size() + 1);
    row result{node->second, worker->second};
    if (is_new_node)
      name("process_name", result, span.node());
    if (is_new_worker)
      name("thread_name", result, span.worker());
    return result;
  }

private:
  void name(const char* what, row where, const std::string& text) {
    events_.push_back({{"name", what},
                       {"ph", "M"},
                       {"pid", where.node},
                       {"tid", where.worker},
                       {"args", {{"name", text}}}});
  }

  chrome_json& events_;
  std::map<std::string, uint64_t> nodes_;
  std::map<std::pair<uint64_t, std::string>, uint64_t> workers_;
};

chrome_json complete_event(const std::string& name, const std::string& category,
                           row where, time_range when) {
  constexpr int64_t nanos = 1000; // Of a microsecond.
  return {{"name", name},
          {"cat", category},
          {"ph", "X"},
          {"pid", where.node},
          {"tid", where.worker},
          {"ts", when.started / nanos},
          {"dur", (when.ended - when.started) / nanos}};
}

std::string name_of(const pb::AttemptSpan& span) {
  auto name = span.kind();
  if (!span.subject().empty())
    name += ' ' + span.subject();
  if (!span.compiler().empty())
    name += " (" + span.compiler() + ')';
  return name;
}

chrome_json attempt_event(const pb::AttemptSpan& span, row where) {
  auto event = complete_event(name_of(span), span.kind(), where,
                              range_of(span));
  event["args"] = {{"attempt", span.attempt()},
                   {"end", word_of(span.end())},
                   {"held_seconds", span.held_seconds()},
                   {"cpu_seconds", span.metrics().cpu_seconds()},
                   {"cache_hits", span.metrics().cache_hits()}};
  if (span.speculative())
    event["args"]["speculative"] = true;
  if (span.code() != 0)
    event["args"]["why"] = to_string(static_cast<errc>(span.code()));
  return event;
}

} // namespace

std::string to_chrome_json(const pb::TraceReport& trace) {
  auto events = chrome_json::array();
  row_table rows{events};
  auto task = complete_event("task " + trace.task_id(), "task", {},
                             range_of(trace));
  task["args"] = {{"outcome", word_of(trace.outcome())},
                  {"spans_dropped", trace.dropped()}};
  events.push_back(std::move(task));
  for (auto& span : trace.spans()) {
    auto where = rows.of(span);
    events.push_back(attempt_event(span, where));
  }
  chrome_json whole{{"displayTimeUnit", "ms"},
                    {"traceEvents", std::move(events)}};
  return whole.dump(1, ' ', false, chrome_json::error_handler_t::replace)
         + '\n';
}

} // namespace cohort::runtime::telemetry
