#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <map>
#include <string_view>

#include "runtime/quality/inspection/inspect_change.hpp"
#include "runtime/quality/inspection/objecting.hpp"
#include "runtime/toolchain/test_sources.hpp"
#include "runtime/toolchain/tokens.hpp"

namespace cohort::runtime::quality {

namespace {

using std::string_view;
using toolchain::token;
using toolchain::token_kind;

constexpr std::array assertion_prefixes{
  "EXPECT_",     "ASSERT_",       "CHECK_",         "REQUIRE_",
  "BOOST_CHECK", "BOOST_REQUIRE", "BOOST_TEST",     "STATIC_REQUIRE",
  "QCOMPARE",    "QVERIFY",       "CPPUNIT_ASSERT", "ADD_FAILURE"};
constexpr std::array assertion_names{"CHECK", "REQUIRE", "FAIL", "assert"};
/// In a test's source these switch one off, or let it fail.
constexpr std::array skip_macros{"GTEST_SKIP", "SKIP", "QSKIP"};
/// The same of doctest and Boost.Test, behind "::".
constexpr std::array skip_decorators{"skip", "should_fail", "may_fail",
                                     "expected_failures", "disabled"};
constexpr std::array exit_names{"exit", "_exit", "_Exit", "quick_exit"};
/// CMake's commands that make tests known, in lower case.
constexpr std::array registrations{
  "add_test",        "enable_testing",         "gtest_discover_tests",
  "gtest_add_tests", "doctest_discover_tests", "catch_discover_tests"};
/// Properties of CMake's tests that take their word from them.
constexpr std::array weak_properties{"DISABLED", "WILL_FAIL",
                                     "SKIP_RETURN_CODE",
                                     "SKIP_REGULAR_EXPRESSION",
                                     "PASS_REGULAR_EXPRESSION"};

bool is_one_of(const auto& names, string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_assertion(string_view name) {
  return is_one_of(assertion_names, name)
         || std::any_of(assertion_prefixes.begin(), assertion_prefixes.end(),
                        [&](auto* prefix) { return name.starts_with(prefix); });
}

/// Of a call that does not end, no more is looked at.
constexpr size_t call_tokens_max = 1000;
constexpr size_t objections_max = 100;

/// A call of a macro.
struct call {
  std::string text;
  std::string shape; // With its literals blanked out.
  std::string names; // What it speaks of, in order; the macro's own is not.
  std::string kind;  // "EQ" of EXPECT_EQ.
};

/// What of a source speaks for the tests, and what against them.
struct inventory {
  std::vector<call> assertions;
  std::vector<std::string> tests;
  size_t skips = 0;
  size_t exits = 0;
  bool has_main = false;
};

class source_reader {
public:
  explicit source_reader(string_view text)
    : text_{text}, tokens_{toolchain::scan(text)} {
    // nop
  }

  inventory read(bool is_test) {
    inventory result;
    for (size_t i = 0; i < tokens_.size(); ++i)
      look_at(i, is_test, result);
    return result;
  }

private:
  void look_at(size_t i, bool is_test, inventory& result) {
    auto word = tokens_[i].in(text_);
    if (tokens_[i].kind != token_kind::name || !is_called(i))
      return;
    if (is_one_of(exit_names, word))
      ++result.exits;
    result.has_main |= word == "main";
    if (!is_test)
      return;
    if (toolchain::defines_test(word)) {
      auto what = call_at(i);
      result.skips += is_switched_off(what.text) ? 1 : 0;
      result.tests.push_back(what.text);
    } else if (is_assertion(word)) {
      // One that speaks of nothing holds whatever the program does.
      if (auto what = call_at(i); !what.names.empty())
        result.assertions.push_back(std::move(what));
    } else if (is_one_of(skip_macros, word)
               || (is_one_of(skip_decorators, word) && i > 0
                   && tokens_[i - 1].in(text_) == "::")) {
      ++result.skips;
    }
  }

  [[nodiscard]] bool is_called(size_t i) const {
    return i + 1 < tokens_.size() && tokens_[i + 1].in(text_) == "(";
  }

  /// The name of a test says whether it runs: gtest's prefix, Catch2's tags.
  static bool is_switched_off(string_view text) {
    return text.find("DISABLED_") != string_view::npos
           || text.find("[.") != string_view::npos
           || text.find("[!mayfail]") != string_view::npos
           || text.find("[!shouldfail]") != string_view::npos;
  }

  [[nodiscard]] call call_at(size_t i) const {
    call result;
    auto macro = tokens_[i].in(text_);
    result.kind = macro.substr(macro.rfind('_') + 1);
    size_t depth = 0;
    for (auto first = i; i < tokens_.size() && i < first + call_tokens_max;
         ++i) {
      auto word = tokens_[i].in(text_);
      auto is_literal = tokens_[i].kind == token_kind::number
                        || tokens_[i].kind == token_kind::text || word == "true"
                        || word == "false" || word == "nullptr";
      result.text += result.text.empty() ? "" : " ";
      result.text += word;
      result.shape += is_literal ? "?" : word;
      if (tokens_[i].kind == token_kind::name && !is_literal && i > first)
        result.names += std::string{word} + ' ';
      if (word == "(")
        ++depth;
      else if (word == ")" && --depth == 0)
        break;
    }
    return result;
  }

  string_view text_;
  std::vector<token> tokens_;
};

inventory inventory_of(const std::optional<std::string>& text, bool is_test) {
  return text ? source_reader{*text}.read(is_test) : inventory{};
}

bool is_source(const std::string& file) {
  auto ending = file.substr(std::min(file.rfind('.'), file.size()));
  return is_one_of(std::array{".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp",
                              ".hxx", ".inc", ".inl", ".ipp", ".C"},
                   ending);
}

bool is_build_file(const std::string& file) {
  return file.ends_with("CMakeLists.txt") || file.ends_with(".cmake");
}

/// Words of a CMake file, comments left out.
std::vector<std::string> cmake_words(string_view text) {
  std::vector<std::string> result;
  std::string word;
  auto end_word = [&] {
    if (!word.empty())
      result.push_back(std::move(word));
    word.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = text[i];
    if (c == '#') {
      end_word();
      i = std::min(text.find('\n', i), text.size());
    } else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'
               || c == '-') {
      word += c;
    } else {
      end_word();
    }
  }
  end_word();
  return result;
}

struct test_registration {
  size_t made = 0;
  size_t weak = 0;
};

test_registration registration_in(const std::optional<std::string>& text) {
  test_registration result;
  if (!text)
    return result;
  for (auto& word : cmake_words(*text)) {
    auto lower = word;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    result.made += is_one_of(registrations, lower) ? 1 : 0;
    result.weak += is_one_of(weak_properties, word) ? 1 : 0;
  }
  return result;
}

/// Those of `from` beyond what `others` has, by name.
std::vector<std::string> beyond(const std::vector<std::string>& from,
                                const std::vector<std::string>& others) {
  std::map<std::string, int64_t> counts;
  for (auto& name : others)
    ++counts[name];
  std::vector<std::string> result;
  for (auto& name : from)
    if (--counts[name] < 0)
      result.push_back(name);
  return result;
}

struct placed {
  std::string file;
  call what;
};

/// Whether the assertion demands something else of the same thing.
bool is_changed(const call& before, const call& after) {
  return before.shape == after.shape
         || (before.names == after.names && before.kind != after.kind);
}

/// Looks at all files of a change together.
class change_review {
public:
  void add(const file_versions& file) {
    if (is_source(file.file))
      add_source(file);
    else if (is_build_file(file.file))
      add_build_file(file);
  }

  std::vector<pb::Objection> take() && {
    auto gone = unmatched(before_, after_);
    auto came = unmatched(after_, before_);
    pair_changed(gone, came);
    // An assertion that was rewritten is no assertion less.
    for (size_t i = came.size(); i < gone.size(); ++i)
      object("removed-assertion", gone[i].file, gone[i].what.text + " is gone");
    auto lost = beyond(tests_before_, tests_after_);
    auto found = beyond(tests_after_, tests_before_);
    for (size_t i = found.size(); i < lost.size(); ++i)
      object("removed-test", "", lost[i] + " is gone");
    if (made_after_ < made_before_)
      object("unregistered-test", build_file_,
             "the build makes fewer tests known than before");
    return std::move(objections_);
  }

private:
  void add_source(const file_versions& file) {
    auto is_test
      = toolchain::is_test_source(file.file, file.before.value_or(""))
        || toolchain::is_test_source(file.file, file.after.value_or(""));
    auto before = inventory_of(file.before, is_test);
    auto after = inventory_of(file.after, is_test);
    auto keep = [&](const inventory& from, std::vector<placed>& to) {
      for (auto& assertion : from.assertions)
        to.push_back({file.file, assertion});
    };
    keep(before, before_);
    keep(after, after_);
    tests_before_.insert(tests_before_.end(), before.tests.begin(),
                         before.tests.end());
    tests_after_.insert(tests_after_.end(), after.tests.begin(),
                        after.tests.end());
    if (after.skips > before.skips)
      object("skipped-test", file.file,
             "a test is switched off, or may fail now");
    // A program may end itself; what it is linked with may not.
    if (after.exits > before.exits && (is_test || !after.has_main))
      object("early-exit", file.file,
             "the program ends here where it did not before");
  }

  void add_build_file(const file_versions& file) {
    auto before = registration_in(file.before);
    auto after = registration_in(file.after);
    made_before_ += before.made;
    made_after_ += after.made;
    if (after.made < before.made)
      build_file_ = file.file;
    if (after.weak > before.weak)
      object("skipped-test", file.file,
             "a test is switched off, or may fail now");
  }

  static std::vector<placed> unmatched(const std::vector<placed>& from,
                                       const std::vector<placed>& others) {
    std::map<std::string, int64_t> counts;
    for (auto& one : others)
      ++counts[one.what.text];
    std::vector<placed> result;
    for (auto& one : from)
      if (--counts[one.what.text] < 0)
        result.push_back(one);
    return result;
  }

  void pair_changed(std::vector<placed>& gone, std::vector<placed>& came) {
    for (auto old = gone.begin(); old != gone.end();) {
      auto now = std::find_if(came.begin(), came.end(), [&](auto& one) {
        return is_changed(old->what, one.what);
      });
      if (now == came.end()) {
        ++old;
        continue;
      }
      object("changed-expectation", now->file,
             old->what.text + " has become " + now->what.text);
      came.erase(now);
      old = gone.erase(old);
    }
  }

  void object(const char* rule, const std::string& file, std::string message) {
    if (objections_.size() < objections_max)
      objections_.push_back(make_objection(rule, file, 0, std::move(message)));
  }

  std::vector<placed> before_;
  std::vector<placed> after_;
  std::vector<std::string> tests_before_;
  std::vector<std::string> tests_after_;
  size_t made_before_ = 0;
  size_t made_after_ = 0;
  std::string build_file_;
  std::vector<pb::Objection> objections_;
};

} // namespace

std::vector<pb::Objection>
weakened_tests(const std::vector<file_versions>& change) {
  change_review all;
  for (auto& file : change)
    all.add(file);
  return std::move(all).take();
}

bool is_about_tests(const std::string& rule) {
  return is_one_of(std::array{"removed-assertion", "changed-expectation",
                              "removed-test", "skipped-test",
                              "unregistered-test", "early-exit"},
                   rule);
}

} // namespace cohort::runtime::quality
