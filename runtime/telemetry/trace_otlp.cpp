#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include "runtime/errc.hpp"
#include "runtime/telemetry/trace.hpp"
#include "runtime/telemetry/trace_times.hpp"
#include "runtime/telemetry/words.hpp"

namespace cohort::runtime::telemetry {

namespace {

using otlp_json = nlohmann::ordered_json;

constexpr int span_kind_internal = 1;
constexpr int status_unset = 0;
constexpr int status_ok = 1;
constexpr int status_error = 2;

/// The first `bytes` of the text's SHA-256, in hexadecimal.
std::string id_of(std::string_view text, size_t bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(),
             nullptr);
  constexpr auto digits = "0123456789abcdef";
  std::string result;
  for (size_t i = 0; i < bytes; ++i) {
    result += digits[digest[i] >> 4];
    result += digits[digest[i] & 15];
  }
  return result;
}

/// The attributes of one span; what is empty or zero says nothing.
class attribute_list {
public:
  void add(const char* key, const std::string& value) {
    if (!value.empty())
      put(key, {{"stringValue", value}});
  }

  void add(const char* key, uint64_t value) {
    if (value > 0)
      put(key, {{"intValue", std::to_string(value)}});
  }

  void add(const char* key, double value) {
    if (value > 0)
      put(key, {{"doubleValue", value}});
  }

  void add_flag(const char* key, bool value) {
    if (value)
      put(key, {{"boolValue", true}});
  }

  otlp_json take() {
    return std::move(list_);
  }

private:
  void put(const char* key, otlp_json value) {
    list_.push_back({{"key", key}, {"value", std::move(value)}});
  }

  otlp_json list_ = otlp_json::array();
};

otlp_json span_json(const std::string& trace, const std::string& id,
                    const std::string& parent, const std::string& name,
                    time_range when) {
  otlp_json span{{"traceId", trace}, {"spanId", id}};
  if (!parent.empty())
    span["parentSpanId"] = parent;
  span["name"] = name;
  span["kind"] = span_kind_internal;
  span["startTimeUnixNano"] = std::to_string(when.started);
  span["endTimeUnixNano"] = std::to_string(when.ended);
  return span;
}

otlp_json task_span(const pb::TraceReport& trace, const std::string& trace_id,
                    const std::string& root_id) {
  auto span = span_json(trace_id, root_id, "", "task", range_of(trace));
  attribute_list attributes;
  attributes.add("cohort.task.id", trace.task_id());
  attributes.add("cohort.task.outcome", word_of(trace.outcome()));
  attributes.add("cohort.spans.dropped", trace.dropped());
  span["attributes"] = attributes.take();
  span["status"]["code"] = trace.outcome() == pb::TASK_OUTCOME_UNSPECIFIED
                             ? status_unset
                           : trace.outcome() == pb::TASK_OUTCOME_DONE
                             ? status_ok
                             : status_error;
  return span;
}

otlp_json attempt_span(const pb::AttemptSpan& attempt,
                       const std::string& trace_id,
                       const std::string& root_id) {
  auto own = root_id + '/' + std::to_string(attempt.sequence()) + '/'
             + std::to_string(attempt.attempt());
  auto span = span_json(trace_id, id_of(own, 8), root_id, attempt.kind(),
                        range_of(attempt));
  auto& metrics = attempt.metrics();
  attribute_list attributes;
  attributes.add("cohort.subject", attempt.subject());
  attributes.add("cohort.compiler", attempt.compiler());
  attributes.add("cohort.worker", attempt.worker());
  attributes.add("cohort.node", attempt.node());
  attributes.add("cohort.ticket", attempt.ticket());
  attributes.add("cohort.attempt", uint64_t{attempt.attempt()});
  attributes.add_flag("cohort.speculative", attempt.speculative());
  attributes.add("cohort.end", word_of(attempt.end()));
  attributes.add("cohort.held_seconds", attempt.held_seconds());
  attributes.add("cohort.cpu_seconds", metrics.cpu_seconds());
  attributes.add("cohort.processes", uint64_t{metrics.processes()});
  attributes.add("cohort.checks", uint64_t{metrics.checks()});
  attributes.add("cohort.cache_hits", uint64_t{metrics.cache_hits()});
  attributes.add("cohort.fixes_tried", uint64_t{metrics.fixes_tried()});
  attributes.add("cohort.fixes_kept", uint64_t{metrics.fixes_kept()});
  span["attributes"] = attributes.take();
  if (attempt.end() == pb::ATTEMPT_END_FINISHED)
    span["status"]["code"] = status_ok;
  else
    span["status"]
      = {{"code", status_error},
         {"message", to_string(static_cast<errc>(attempt.code()))}};
  return span;
}

} // namespace

std::string to_otlp_json(const pb::TraceReport& trace) {
  auto trace_id = id_of(trace.task_id(), 16);
  auto root_id = id_of(trace.task_id() + "/task", 8);
  auto spans = otlp_json::array();
  spans.push_back(task_span(trace, trace_id, root_id));
  for (auto& attempt : trace.spans())
    spans.push_back(attempt_span(attempt, trace_id, root_id));
  attribute_list resource;
  resource.add("service.name", std::string{"cohort"});
  otlp_json scope{{"scope", {{"name", "cohort"}}}, {"spans", std::move(spans)}};
  otlp_json whole;
  whole["resourceSpans"] = otlp_json::array(
    {{{"resource", {{"attributes", resource.take()}}},
      {"scopeSpans", otlp_json::array({std::move(scope)})}}});
  return whole.dump(1, ' ', false, otlp_json::error_handler_t::replace) + '\n';
}

} // namespace cohort::runtime::telemetry
