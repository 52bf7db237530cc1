#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>

#include "runtime/quality/inspection/inspect_change.hpp"
#include "runtime/quality/inspection/objecting.hpp"

namespace cohort::runtime::quality {

namespace {

using std::string_view;

/// A key begins so, and goes on with at least so many letters and digits.
struct key_form {
  string_view beginning;
  size_t length;
  string_view what;
};

constexpr std::array key_forms{
  key_form{"AKIA", 16, "an AWS access key"},
  key_form{"ASIA", 16, "an AWS access key"},
  key_form{"ghp_", 36, "a GitHub token"},
  key_form{"gho_", 36, "a GitHub token"},
  key_form{"ghs_", 36, "a GitHub token"},
  key_form{"github_pat_", 40, "a GitHub token"},
  key_form{"glpat-", 20, "a GitLab token"},
  key_form{"xoxb-", 24, "a Slack token"},
  key_form{"xoxp-", 24, "a Slack token"},
  key_form{"AIza", 35, "a Google API key"},
  key_form{"sk-ant-", 24, "an API key"},
  key_form{"sk-proj-", 24, "an API key"},
  key_form{"npm_", 36, "an npm token"},
};

bool is_key_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'
         || c == '-';
}

/// What secret the line holds; "" when it holds none that is known.
string_view secret_in(string_view line) {
  if (line.find("-----BEGIN ") != string_view::npos
      && line.find("PRIVATE KEY-----") != string_view::npos)
    return "a private key";
  for (auto& form : key_forms)
    for (auto at = line.find(form.beginning); at != string_view::npos;
         at = line.find(form.beginning, at + 1)) {
      if (at > 0 && is_key_character(line[at - 1]))
        continue;
      auto rest = line.substr(at + form.beginning.size());
      auto end = std::find_if_not(rest.begin(), rest.end(), is_key_character);
      if (static_cast<size_t>(end - rest.begin()) >= form.length)
        return form.what;
    }
  return "";
}

/// Of a build file: what runs, or brings in, code that is not the workspace's.
constexpr std::array outside_words{"execute_process",
                                   "exec_program",
                                   "FetchContent_Declare",
                                   "FetchContent_MakeAvailable",
                                   "ExternalProject_Add",
                                   "file(DOWNLOAD",
                                   "cmake_language(EVAL",
                                   "CMAKE_CXX_COMPILER_LAUNCHER",
                                   "CMAKE_C_COMPILER_LAUNCHER",
                                   "RULE_LAUNCH_",
                                   "set(CMAKE_CXX_COMPILER",
                                   "set(CMAKE_C_COMPILER",
                                   "curl ",
                                   "wget "};
constexpr std::array silencing_words{"-fpermissive", "-fsyntax-only",
                                     "-Wno-error", "-fno-sanitize"};

bool is_build_description(string_view file) {
  auto name = file.substr(file.rfind('/') + 1);
  return name == "CMakeLists.txt" || file.ends_with(".cmake")
         || name == "Makefile" || name == "makefile" || file.ends_with(".mk")
         || name == "CMakePresets.json" || name == "meson.build"
         || name == "BUILD" || name == "BUILD.bazel";
}

std::vector<string_view> lines_of(string_view text) {
  std::vector<string_view> result;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    result.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

/// Text without a comment at its end and without blanks.
std::string dense(string_view line) {
  std::string result;
  for (auto c : line.substr(0, line.find('#')))
    if (c != ' ' && c != '\t' && c != '\r')
      result += c;
  return result;
}

bool has_word(string_view line, string_view word) {
  if (word.ends_with(' ')) // A program: its name stands alone.
    return line.substr(0, line.find('#')).find(word) != string_view::npos;
  return dense(line).find(word) != std::string::npos;
}

/// "-w" among compile options.
bool drops_all_warnings(string_view line) {
  auto at = line.find("-w");
  auto is_end = [&](size_t i) {
    return i >= line.size()
           || string_view{" \t\r\")';"}.find(line[i]) != string_view::npos;
  };
  return at != string_view::npos && is_end(at + 2)
         && (at == 0 || is_end(at - 1) || line[at - 1] == '(');
}

void look_at_line(const file_versions& file, uint32_t number, string_view line,
                  std::vector<pb::Objection>& result) {
  auto object = [&](const char* rule, std::string message) {
    result.push_back(
      make_objection(rule, file.file, number, std::move(message)));
  };
  if (auto what = secret_in(line); !what.empty())
    object("secret", std::string{what} + " is in the text");
  if (!is_build_description(file.file))
    return;
  auto found_in = [&](auto& words) -> std::string {
    for (string_view word : words)
      if (has_word(line, word))
        return std::string{word.substr(0, word.find_last_not_of(' ') + 1)};
    return "";
  };
  if (auto word = found_in(outside_words); !word.empty())
    object("outside-program",
           "the build runs or fetches what is not the workspace's own: "
             + word);
  if (auto word = found_in(silencing_words); !word.empty())
    object("silenced-compiler", "the build checks less with " + word);
  if (drops_all_warnings(line))
    object("silenced-compiler", "the build checks less with -w");
}

bool is_odd(const std::string& file) {
  auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
  };
  return file.starts_with('-') || file.find("/-") != std::string::npos
         || std::any_of(file.begin(), file.end(), is_control);
}

} // namespace

std::vector<pb::Objection>
opened_doors(const std::vector<file_versions>& change) {
  std::vector<pb::Objection> result;
  for (auto& file : change) {
    if (!file.after)
      continue;
    if (!file.before && is_odd(file.file))
      result.push_back(make_objection(
        "odd-file-name", file.file, 0,
        "its name may be taken for an option, or spoils what is printed"));
    std::multiset<string_view> known;
    if (file.before)
      for (auto line : lines_of(*file.before))
        known.insert(line);
    uint32_t number = 0;
    for (auto line : lines_of(*file.after)) {
      ++number;
      if (auto same = known.find(line); same != known.end())
        known.erase(same);
      else
        look_at_line(file, number, line, result);
    }
  }
  return result;
}

} // namespace cohort::runtime::quality
