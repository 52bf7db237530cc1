#include <filesystem>
#include <iostream>
#include <string>

#include "nodes/report.hpp"
#include "nodes/report_words.hpp"
#include "nodes/session.hpp"
#include "nodes/verbs.hpp"
#include "runtime/analysis/specialty.hpp"
#include "runtime/council/standing.hpp"
#include "runtime/learning/history_store.hpp"
#include "runtime/workspace/state_folder.hpp"

namespace cohort::nodes {

namespace {

namespace pb = messages::v1;
using runtime::learning::history;
using runtime::learning::history_store;

int fail_history(const runtime::error& why) {
  std::cerr << "cohort: " << why.message << '\n';
  return exit_code(why.code);
}

std::string kind_words(const pb::Specialty& specialty,
                       const std::string& error_type) {
  auto name = specialty.custom_name().empty()
                ? runtime::analysis::name_of(specialty.kind())
                : specialty.custom_name();
  return name + ", " + (error_type.empty() ? "any error type" : error_type);
}

/// "4 to 7 errors"
std::string size_words(uint32_t size_class) {
  if (size_class == 0 || size_class > 32)
    return "any number of errors";
  auto least = uint64_t{1} << (size_class - 1);
  if (least == 1)
    return "1 error";
  return std::to_string(least) + " to " + std::to_string(2 * least - 1)
         + " errors";
}

std::string text_of(const history& known) {
  if (known.kinds.empty() && known.judges.empty())
    return "nothing was learnt yet\n";
  std::string out = "Time that subtasks take, against what is predicted "
                    "without history:\n";
  for (auto& record : known.durations)
    out += "  "
           + padded(kind_words(record.specialty(), record.error_type()) + ", "
                      + size_words(record.size_class()),
                    64)
           + number(record.ratio()) + " times, off by "
           + number(record.spread()) + " times on average; "
           + std::to_string(record.ended()) + " ended\n";
  out += "How they end:\n";
  for (auto& record : known.kinds)
    out += "  "
           + padded(kind_words(record.specialty(), record.error_type()), 64)
           + std::to_string(record.succeeded()) + " merged, "
           + std::to_string(record.failed()) + " failed\n";
  out += "How well judges predict (Brier score; 0 is best, a coin has 0.25):\n";
  for (auto& record : known.judges)
    if (record.predictions() > 0)
      out += "  " + padded(record.judge(), 64)
             + number(record.brier_sum()
                      / static_cast<double>(record.predictions()))
             + " in "
             + counted(static_cast<int64_t>(record.predictions()), "prediction")
             + "; weighs " + number(runtime::council::standing_of(record))
             + " times what it says\n";
  return out;
}

int show(const history& known, output_format format) {
  std::cout << (format == output_format::text
                  ? text_of(known)
                  : to_json(runtime::learning::report_of(known), true));
  return 0;
}

int forget(history_store& store) {
  if (auto done = store.forget(); !done)
    return fail_history(done.error());
  std::cout << "forgotten: what tasks taught\n";
  return 0;
}

} // namespace

int history_of_tasks(const history_options& options,
                     const global_options& global) {
  auto loaded = load_settings(global);
  if (report_problems(loaded))
    return 2;
  auto file
    = runtime::workspace::state_folder::history_of(state_path(loaded.values));
  std::error_code failed;
  if (!std::filesystem::exists(file, failed)) // Nor does asking make it.
    return show({}, options.format);
  auto store = history_store::open_as_it_is(file);
  if (!store)
    return fail_history(store.error());
  if (options.forgets)
    return forget(**store);
  auto known = (*store)->read();
  return known ? show(*known, options.format) : fail_history(known.error());
}

} // namespace cohort::nodes
