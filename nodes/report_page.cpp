#include "nodes/report_page.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "nodes/audit_story.hpp"
#include "nodes/report.hpp"
#include "nodes/report_words.hpp"

namespace cohort::nodes {

namespace {

constexpr size_t diff_bytes_max = 2U << 20U;

constexpr std::string_view style = R"css(
:root { color-scheme: light dark; --bg: #fff; --fg: #1c2024; --soft: #5b6670; --line: #d8dee4; --card: #f6f8fa;
  --good: #1a7f37; --warn: #9a6700; --bad: #cf222e; --bar: #4078c0; --task: #8c959f; --add: #e6ffec; --del: #ffebe9; }
@media (prefers-color-scheme: dark) { :root { --bg: #0f1419; --fg: #e6edf3; --soft: #9aa7b3; --line: #30363d;
  --card: #171d24; --good: #3fb950; --warn: #d29922; --bad: #f85149; --bar: #4f8edc; --task: #6e7681; --add: #12361f;
  --del: #3d1618; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; background: var(--bg); color: var(--fg);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: .2rem 0; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .5rem; }
.soft { color: var(--soft); } .good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.badge { font-weight: 600; white-space: nowrap; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem; margin: 1rem 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .7rem; }
.card b { display: block; font-size: 1.15rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top;
  padding: .35rem .6rem .35rem 0; border-top: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); white-space: nowrap; }
.wide { overflow-wrap: normal; } .wide code { overflow-wrap: anywhere; } td { min-width: 5rem; }
ul { margin: .3rem 0; padding-left: 1.2rem; } code, pre { font: 13px/1.45 ui-monospace, monospace; }
details { margin: .3rem 0; } summary { cursor: pointer; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .6rem; overflow-x: auto;
  overflow-wrap: normal; }
pre .add { background: var(--add); display: inline-block; min-width: 100%; }
pre .del { background: var(--del); display: inline-block; min-width: 100%; }
.lane { display: grid; grid-template-columns: minmax(4rem, 7rem) 1fr; gap: .5rem; align-items: center; margin: .25rem 0; }
.track { position: relative; height: 1.4rem; background: var(--card); border-radius: 4px; overflow: hidden; }
.bar { position: absolute; top: 2px; bottom: 2px; min-width: 2px; background: var(--bar); border-radius: 3px;
  color: #fff; font-size: 11px; line-height: 1.15rem; padding-left: 3px; overflow: hidden; white-space: nowrap; }
.bar.task { background: var(--task); } .bar.failed { background: var(--bad); }
)css";

std::string seconds_text(double seconds) {
  return seconds < 100 ? number(seconds, 1) + " s"
                       : number(seconds / 60, 1) + " min";
}

std::string_view class_of(const pb::GateReport& gate) {
  switch (gate.verdict()) {
    case pb::GATE_VERDICT_PASS:
      return "good";
    case pb::GATE_VERDICT_WARNING:
      return "warn";
    case pb::GATE_VERDICT_FAIL:
      return gate.advisory() ? "warn" : "bad";
    default:
      return "soft";
  }
}

std::string_view class_of(pb::TaskOutcome outcome) {
  return outcome == pb::TASK_OUTCOME_DONE      ? "good"
         : outcome == pb::TASK_OUTCOME_PARTIAL ? "warn"
                                               : "bad";
}

/// "1.8 x"; nothing where that is not known.
std::string times_text(double times) {
  return times > 0 ? number(times, 1) + " x" : "";
}

/// How much longer its units would have taken one after the other.
double measured_gain(const pb::TaskResult& result) {
  return result.wall_seconds() > 0
           ? result.sequential_estimate_seconds() / result.wall_seconds()
           : 0;
}

class page {
public:
  page(const task_record& task, const std::string& diff)
    : task_{task}, result_{task.result}, diff_{diff} {
    // nop
  }

  std::string render() {
    out_ = "<!doctype html>\n<html lang=\"en\">\n<head>\n"
           "<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, "
           "initial-scale=1\">\n<title>";
    out_ += markup("cohort: " + cut(task_.request.description(), 80));
    out_ += "</title>\n<style>";
    out_ += style;
    out_ += "</style>\n</head>\n<body>\n";
    add_head();
    add_gates();
    add_left_out();
    add_changes();
    add_left();
    add_timeline();
    add_diff();
    out_ += "</body>\n</html>\n";
    return std::move(out_);
  }

private:
  void heading(std::string_view text) {
    out_ += "<h2>";
    out_ += text;
    out_ += "</h2>\n";
  }

  void card(std::string_view name, const std::string& value) {
    if (value.empty())
      return;
    out_ += "<div class=\"card\"><b>" + markup(value)
            + "</b><span class=\"soft\">";
    out_ += name;
    out_ += "</span></div>\n";
  }

  void add_head() {
    out_ += "<h1>" + markup(cut(task_.request.description(), 200))
            + "</h1>\n<div><span class=\"badge ";
    out_ += class_of(result_.outcome());
    out_ += "\">";
    out_ += outcome_name(result_.outcome());
    out_ += "</span> &middot; " + markup(result_.summary())
            + "</div>\n<div class=\"soft\"><code>" + markup(result_.task_id())
            + "</code> &middot; " + date_of(task_.accepted) + " &middot; <code>"
            + markup(task_.request.workspace_root()) + "</code>";
    if (!result_.branch().empty())
      out_ += " &middot; branch <code>" + markup(result_.branch()) + "</code>";
    out_ += "</div>\n<div class=\"cards\">\n";
    card("took", seconds_text(task_.seconds));
    card("files changed", std::to_string(result_.patch().files_size()));
    card("places with errors", std::to_string(result_.errors_before()) + " to "
                                 + std::to_string(result_.errors_after()));
    if (result_.subtasks_total() > 0)
      card("subtasks", std::to_string(result_.subtasks_done()) + " of "
                         + std::to_string(result_.subtasks_total()));
    card("way", mode_name(result_.routing().mode()));
    card("gain predicted", times_text(result_.routing().benefit().speedup()));
    card("units' times added up", times_text(measured_gain(result_)));
    out_ += "</div>\n";
    if (result_.fell_back())
      out_ += "<p class=\"warn\">Fell back to one worker: "
              + markup(result_.fallback_reason()) + "</p>\n";
  }

  void add_gates() {
    if (result_.gates().empty())
      return;
    heading("Gates");
    out_ += "<div class=\"wide\"><table>\n";
    for (auto& gate : result_.gates()) {
      out_ += "<tr><th>";
      out_ += name_of(gate.kind());
      out_ += gate.advisory() ? "<br><span class=\"soft\">advisory</span>" : "";
      out_ += "</th><td class=\"badge ";
      out_ += class_of(gate);
      out_ += "\">";
      out_ += name_of(gate.verdict());
      if (gate.verdict() != pb::GATE_VERDICT_NOT_MEASURED)
        out_ += "<br><span class=\"soft\">" + number(gate.score() * 100, 0)
                + " %, " + seconds_text(gate.seconds()) + "</span>";
      out_ += "</td><td>" + markup(gate.details());
      for (auto& suggestion : gate.suggestions())
        out_ += "<br><span class=\"soft\">" + markup(suggestion) + "</span>";
      add_objections(gate);
      out_ += "</td></tr>\n";
    }
    out_ += "</table></div>\n";
  }

  void add_objections(const pb::GateReport& gate) {
    if (gate.objections().empty())
      return;
    out_ += "<details><summary>evidence ("
            + std::to_string(gate.objections_size()) + ")</summary><ul>";
    for (auto& objection : gate.objections()) {
      auto where = place(objection.location());
      out_ += "<li><code>" + markup(objection.rule()) + "</code> "
              + (where.empty() ? "" : "<code>" + markup(where) + "</code> ")
              + markup(objection.message()) + "</li>";
    }
    out_ += "</ul></details>";
  }

  void add_left_out() {
    if (result_.culprits().empty() && result_.flaky_tests().empty())
      return;
    heading("Left out");
    out_ += "<ul>\n";
    for (auto& culprit : result_.culprits())
      out_ += "<li><code>" + markup(place(place_of(culprit)))
              + "</code>: " + markup(harm_of(culprit)) + "</li>\n";
    if (!result_.flaky_tests().empty())
      out_ += "<li>Flaky, whatever changes: "
              + markup(listed(result_.flaky_tests())) + "</li>\n";
    out_ += "</ul>\n";
  }

  void add_changes() {
    if (result_.subtasks().empty())
      return;
    heading("What changed, and by whom");
    out_ += "<div class=\"wide\"><table>\n<tr><th>subtask</th><th>worker</th>"
            "<th>state</th><th>files</th></tr>\n";
    for (auto& subtask : result_.subtasks()) {
      out_ += "<tr><td><code>" + markup(subtask.subtask_id()) + "</code> "
              + markup(subtask.title()) + "</td><td>" + markup(subtask.worker())
              + "<br><span class=\"soft\">" + seconds_text(subtask.seconds())
              + "</span></td><td class=\""
              + (subtask.merged() ? "good" : "warn") + "\">"
              + markup(subtask.state()) + "</td><td>";
      for (auto& file : subtask.files())
        out_ += "<code>" + markup(file) + "</code><br>";
      out_ += "</td></tr>\n";
    }
    out_ += "</table></div>\n";
  }

  void add_left() {
    if (result_.left().empty())
      return;
    heading("What is left, and why");
    out_ += "<ul>\n";
    for (auto& left : result_.left())
      out_ += "<li><code>" + markup(place(left.diagnostic().location()))
              + "</code> " + markup(left.diagnostic().message())
              + "<br><span class=\"soft\">" + markup(left.reason())
              + "</span></li>\n";
    out_ += "</ul>\n";
  }

  void add_timeline() {
    if (task_.spans.empty() || task_.seconds <= 0)
      return;
    heading("Who did what when");
    std::string lane;
    for (auto& span : task_.spans) {
      if (span.lane != lane) {
        out_ += lane.empty() ? "" : "</div></div>\n";
        out_ += "<div class=\"lane\"><span class=\"soft\">" + markup(span.lane)
                + "</span><div class=\"track\">";
        lane = span.lane;
      }
      add_bar(span);
    }
    out_ += "</div></div>\n<div class=\"soft\">" + seconds_text(0) + " to "
            + seconds_text(task_.seconds) + "</div>\n";
  }

  void add_bar(const time_span& span) {
    auto percent = [&](double seconds) {
      return number(std::clamp(seconds / task_.seconds, 0.0, 1.0) * 100, 2);
    };
    auto label = span.what + ", " + seconds_text(span.end - span.begin);
    out_ += std::string{"<div class=\"bar"}
            + (span.lane == "task" ? " task" : "")
            + (span.failed ? " failed" : "")
            + "\" style=\"left:" + percent(span.begin)
            + "%;width:" + percent(span.end - span.begin) + "%\" title=\""
            + markup(label) + "\">" + markup(span.what) + "</div>";
  }

  void add_diff() {
    if (diff_.empty())
      return;
    heading("The change");
    out_ += "<details><summary>" + counted(result_.patch().files_size(), "file")
            + "</summary><pre>";
    auto rest = std::string_view{diff_}.substr(0, diff_bytes_max);
    while (!rest.empty()) {
      auto line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      auto* name = line.starts_with('+')   ? "add"
                   : line.starts_with('-') ? "del"
                                           : "";
      out_ += *name == '\0' ? markup(line)
                            : std::string{"<span class=\""} + name + "\">"
                                + markup(line) + "</span>";
      out_ += '\n';
    }
    out_ += diff_.size() > diff_bytes_max ? "... and more" : "";
    out_ += "</pre></details>\n";
  }

  const task_record& task_;
  const pb::TaskResult& result_;
  const std::string& diff_;
  std::string out_;
};

/// Text inside a cell or a list of Markdown.
std::string inert(std::string_view text) {
  std::string result;
  for (auto c : text) {
    if (std::string_view{R"(\`*_{}[]<>#|~)"}.find(c) != std::string_view::npos)
      result += '\\';
    result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return result;
}

std::string as_code(const std::string& text) {
  auto is_plain = std::none_of(text.begin(), text.end(), [](char c) {
    return c == '`' || static_cast<unsigned char>(c) < ' ';
  });
  return is_plain ? '`' + text + '`' : inert(text);
}

} // namespace

std::string to_html(const task_record& task, const std::string& diff) {
  return page{task, diff}.render();
}

std::string to_markdown(const task_record& task) {
  auto& result = task.result;
  auto out = "## " + inert(cut(task.request.description(), 100)) + "\n\n**"
             + std::string{outcome_name(result.outcome())}
             + "**: " + inert(result.summary()) + '\n';
  if (!result.gates().empty()) {
    out += "\n| gate | verdict | |\n| --- | --- | --- |\n";
    for (auto& gate : result.gates())
      out += "| " + std::string{name_of(gate.kind())}
             + (gate.advisory() ? " (advisory)" : "") + " | "
             + std::string{name_of(gate.verdict())} + " | "
             + inert(gate.details()) + " |\n";
  }
  if (!result.culprits().empty()) {
    out += "\n### Left out\n\n";
    for (auto& culprit : result.culprits())
      out += "- " + as_code(place(place_of(culprit))) + ": "
             + inert(harm_of(culprit)) + '\n';
  }
  if (!result.subtasks().empty()) {
    out += "\n### What changed\n\n";
    for (auto& subtask : result.subtasks()) {
      out += "- " + as_code(subtask.subtask_id()) + ' ' + inert(subtask.title())
             + ": " + inert(subtask.state());
      for (auto& file : subtask.files())
        out += (&file == &subtask.files(0) ? " in " : ", ") + as_code(file);
      out += '\n';
    }
  }
  if (!result.left().empty()) {
    out += "\n### What is left\n\n";
    for (auto& left : result.left())
      out += "- " + as_code(place(left.diagnostic().location())) + ' '
             + inert(left.diagnostic().message()) + " (" + inert(left.reason())
             + ")\n";
  }
  return out + "\n<sub>" + as_code(result.task_id()) + ", "
         + seconds_text(task.seconds) + ", by cohort</sub>\n";
}

} // namespace cohort::nodes
