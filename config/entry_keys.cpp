#include "config/entry_keys.hpp"

#include <algorithm>
#include <chrono>

#include "config/key_kinds.hpp"

namespace cohort::config {

namespace {

using namespace kinds;

bool is_ascii_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_argument(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t')
           || c == '\x7f';
  });
}

bool is_variable(const std::string& text) {
  return !text.empty() && (is_ascii_letter(text[0]) || text[0] == '_')
         && std::all_of(text.begin(), text.end(), [](char c) {
              return is_ascii_letter(c) || (c >= '0' && c <= '9') || c == '_';
            });
}

bool is_folder(const std::string& text) {
  return is_text(text) && (text[0] == '/' || text.starts_with("~/"));
}

/// One without letters or digits would stand in any text.
bool is_phrase(const std::string& text) {
  return is_text(text) && std::any_of(text.begin(), text.end(), [](char c) {
           return is_ascii_letter(c) || (c >= '0' && c <= '9');
         });
}

constexpr auto some_words = "a list of words, the program first";
constexpr auto some_globs = "a list of globs";

template <class Entry>
basic_key<Entry> files_key() {
  return texts<Entry>(
    "files", "files that the check judges", some_globs, is_text,
    [](auto& one) -> auto& { return one.files; });
}

template <class Entry>
basic_key<Entry> check_key() {
  return texts<Entry>(
    "check",
    "judges a file, {file}: exit status 0 where nothing is to be done, lines "
    "FILE:LINE[:COLUMN]: MESSAGE where something is",
    some_words, is_argument, [](auto& one) -> auto& { return one.check; });
}

template <class Entry>
basic_key<Entry> tests_key() {
  return texts<Entry>(
    "tests", "runs the project's tests, in the workspace", some_words,
    is_argument, [](auto& one) -> auto& { return one.tests; });
}

} // namespace

const std::vector<basic_key<executor_entry>>& keys_of(const executor_entry&) {
  using entry = executor_entry;
  static const std::vector<basic_key<entry>> all{
    texts<entry>(
      "command",
      "the program; {prompt} and {assignment} stand for the words "
      "and the file that say what to do",
      some_words, is_argument, [](auto& one) -> auto& { return one.command; }),
    duration<std::chrono::seconds, entry>(
      "deadline_seconds",
      "seconds that it may take; 0: as long as a worker may", 0, 86'400,
      [](auto& one) -> auto& { return one.deadline; }),
    boolean<entry>(
      "network", "let it reach the network",
      [](auto& one) -> auto& { return one.network; }),
    texts<entry>(
      "environment", "variables that it sees beside processes.pass_environment",
      "a list of names", is_variable,
      [](auto& one) -> auto& { return one.environment; }),
    texts<entry>(
      "readable", "folders that it sees although they lie in a hidden place",
      "a list of paths that begin with / or ~/", is_folder,
      [](auto& one) -> auto& { return one.readable; }),
    texts<entry>(
      "writable", "folders that it may change beside its worktree",
      "a list of paths that begin with / or ~/", is_folder,
      [](auto& one) -> auto& { return one.writable; })};
  return all;
}

const std::vector<basic_key<specialty_entry>>& keys_of(const specialty_entry&) {
  using entry = specialty_entry;
  static const std::vector<basic_key<entry>> all{
    texts<entry>(
      "words", "what asks for it, in a task's words",
      "a list of words or phrases", is_phrase,
      [](auto& one) -> auto& { return one.words; }),
    files_key<entry>(), check_key<entry>(),
    texts<entry>(
      "executors", "who works on it, in this order",
      "a list of names: fixit, clang_tidy, or of executors", is_text,
      [](auto& one) -> auto& { return one.executors; }),
    tests_key<entry>()};
  return all;
}

const std::vector<basic_key<language_entry>>& keys_of(const language_entry&) {
  using entry = language_entry;
  static const std::vector<basic_key<entry>> all{
    files_key<entry>(), check_key<entry>(), tests_key<entry>()};
  return all;
}

bool is_in_entries(std::string_view path) {
  bool found = false;
  const settings none;
  for_each_section(none, [&](std::string_view name, auto&&...) {
    found |= path.substr(0, path.find('.')) == name;
  });
  return found;
}

} // namespace cohort::config
