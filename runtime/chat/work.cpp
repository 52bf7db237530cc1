#include "runtime/chat/work.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/fixes/apply_fixes.hpp"
#include "runtime/fixes/readers.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::chat {

namespace {

namespace fs = std::filesystem;

constexpr auto check_deadline = std::chrono::minutes{5};
constexpr size_t words_max = 3000;

using clock = std::chrono::steady_clock;
using contents = std::map<std::string, std::string>;

/// The last part, from the begin of a line on.
std::string last_part(const std::string& text) {
  if (text.size() <= words_max)
    return text;
  auto begin = text.size() - words_max;
  auto line = text.find('\n', begin);
  return "[cut]" + text.substr(line + 1 < text.size() ? line : begin);
}

/// For people, and models, GCC's errors are easier to read as text.
std::vector<std::string> readable(std::vector<std::string> command) {
  std::erase(command, "-fdiagnostics-format=json");
  std::erase(command, "-fcolor-diagnostics");
  std::erase(command, "-H");
  return command;
}

class worker {
public:
  worker(const assignment& what, const chat_settings& settings,
         const work_context& context)
    : what_{what}, settings_{settings}, context_{context} {
    // nop
  }

  work_result run() {
    if (what_.seconds_left)
      end_ = clock::now() + std::chrono::seconds{*what_.seconds_left};
    for (auto& file : what_.files)
      if (auto bytes = workspace::read_file(fs::path{what_.workspace} / file))
        before_.emplace(file, std::move(*bytes));
    conversation talk{settings_, rules(),
                      question(what_, before_, settings_.context_bytes)};
    auto next = talk.begin();
    while (!std::holds_alternative<finish>(next)
           && !std::holds_alternative<give_up>(next)) {
      next = carry_out(talk, next);
      context_.spent(talk.tokens(), talk.cost());
      if (!broken_.empty())
        next = give_up{true, "a file could not be put back: " + broken_};
      else if (clock::now() >= end_ && !std::holds_alternative<finish>(next))
        next = give_up{true, "its time is over"};
    }
    work_result result;
    result.is_done = std::holds_alternative<finish>(next);
    if (auto* gave_up = std::get_if<give_up>(&next)) {
      result.elsewhere = gave_up->elsewhere;
      result.why = gave_up->why;
    }
    return result;
  }

private:
  step carry_out(conversation& talk, const step& what) {
    if (auto* request = std::get_if<send_request>(&what)) {
      context_.say("asks the model (" + std::to_string(talk.turn() + 1) + " of "
                   + std::to_string(settings_.turns) + ')');
      return talk.take(context_.model.post(request->body, end_));
    }
    if (auto* pause = std::get_if<wait_for>(&what)) {
      if (pause->time >= end_ - clock::now())
        return give_up{true, "its time would be over before it may ask again"};
      context_.wait(pause->time);
      return talk.waited();
    }
    return talk.take(try_out(std::get<try_answer>(what).text));
  }

  trial try_out(const std::string& answer) {
    context_.say("tries its answer");
    workspace::base_files files{fs::canonical(what_.workspace)};
    auto proposals = fixes::read_search_replace(
      answer, "the answer",
      [&](const std::string& name) -> const workspace::base_file& {
        return files.find(name);
      });
    if (!proposals)
      return {false, "Your answer could not be read, and nothing of it was "
                     "used: "
                       + proposals.error().message};
    if (proposals->empty())
      return {false, "Your answer has no SEARCH/REPLACE block."};
    for (auto& one : *proposals)
      refuse_others(one);
    auto applied = fixes::apply_fixes(*proposals, files, {});
    if (!applied) {
      restore(); // A part of it may stand there.
      return {false,
              "Your answer could not be applied: " + applied.error().message};
    }
    if (!applied->choice.refused.empty()) {
      restore();
      return {false, "Nothing of your answer was used, because a block does "
                     "not fit: "
                       + applied->choice.refused.front().why.text};
    }
    auto words = check();
    if (words.empty())
      return {true, ""};
    restore();
    return {false,
            "With your answer a check still fails, so it was taken back; "
            "the files are as they were at first. The check says:\n"
              + words};
  }

  void refuse_others(workspace::proposal& one) const {
    for (auto& edit : one.fix.edits())
      if (!one.refused
          && std::find(what_.files.begin(), what_.files.end(), edit.file())
               == what_.files.end())
        one.refused
          = {workspace::refusal::outside_scope,
             edit.file() + " is not one of the files that may change"};
  }

  /// What the first check that fails says; empty when none does.
  std::string check() {
    for (auto& one : what_.checks) {
      process::command command;
      command.argv = readable(one.command);
      command.working_directory = what_.workspace;
      command.environment = {{"LC_ALL", "C.UTF-8"}};
      command.deadline = check_deadline;
      auto result = context_.processes.run(std::move(command));
      if (!result.ok())
        return one.tool + " on " + one.file + " (" + process::describe(result)
               + "):\n"
               + analysis::valid_utf8(
                 last_part(result.err.empty() ? result.out : result.err));
    }
    return "";
  }

  void restore() {
    for (auto& [file, bytes] : before_) {
      auto path = fs::path{what_.workspace} / file;
      auto now = workspace::read_file(path);
      if (now && *now == bytes)
        continue;
      std::error_code failed;
      auto mode = fs::status(path, failed).permissions();
      workspace::write_options how;
      how.executable = (mode & fs::perms::owner_exec) != fs::perms::none;
      if (auto written = workspace::write_file(path, bytes, how); !written)
        broken_ = written.error().message;
    }
  }

  const assignment& what_;
  const chat_settings& settings_;
  const work_context& context_;
  clock::time_point end_ = clock::time_point::max();
  contents before_;
  std::string broken_; // Why a file is not as it was.
};

} // namespace

work_result work_on(const assignment& what, const chat_settings& settings,
                    const work_context& context) {
  return worker{what, settings, context}.run();
}

} // namespace cohort::runtime::chat
