#include <doctest/doctest.h>

#include <chrono>
#include <random>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/config/files.hpp"

namespace cohort::tests::hostile_files_test {

using namespace cohort::tests;

namespace {

constexpr size_t mebibyte = 1U << 20;

std::string repeated(const std::string& text, size_t bytes) {
  std::string result;
  result.reserve(bytes);
  while (result.size() + text.size() <= bytes)
    result += text;
  return result;
}

std::string text_of_problem(const config::load_result& loaded) {
  REQUIRE(loaded.problems.size() == 1);
  return loaded.problems[0].text;
}

} // namespace

TEST_CASE("a file that is not there is named") {
  temp_folder folder;
  auto file = folder.path() / "cohort.yaml";
  auto loaded = config::load({file, {}, {}});
  REQUIRE(loaded.problems.size() == 1);
  CHECK(loaded.problems[0].describe() == file.string() + ": no such file");
}

TEST_CASE("what is no regular file is not read") {
  temp_folder folder;
  CHECK(text_of_problem(config::load({folder.path(), {}, {}}))
        == "is not a file");
  auto pipe = folder.path() / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(text_of_problem(config::load({pipe, {}, {}})) == "is not a file");
  CHECK(text_of_problem(config::load({"/dev/zero", {}, {}}))
        == "is not a file");
  CHECK(text_of_problem(config::load({"", {}, {}})) == "no such file");
  auto loop = folder.path() / "loop";
  std::filesystem::create_symlink(loop, loop);
  CHECK(text_of_problem(config::load({loop, {}, {}})).find("cannot be read")
        == 0);
}

TEST_CASE("a file that may not be read says so") {
  config_file file{""};
  std::filesystem::permissions(file.path(), std::filesystem::perms::none);
  auto is_root = geteuid() == 0; // Whom permissions do not hold back.
  if (is_root)
    REQUIRE(seteuid(65534) == 0);
  auto loaded = config::load({file.path(), {}, {}});
  if (is_root)
    REQUIRE(seteuid(0) == 0);
  CHECK(text_of_problem(loaded).find("cannot be read: ") == 0);
}

TEST_CASE("a file of 1 MiB is read, a larger one is not") {
  CHECK(load_text(repeated("#\n", mebibyte)).problems.empty());
  CHECK(text_of_problem(load_text(repeated("#\n", mebibyte) + "\n"))
        == "is larger than 1 MiB");
}

TEST_CASE("binary content is refused with its line") {
  for (auto& bytes : {std::string{"a: 1\nb\0: 2\n", 11}, std::string{"\n\x04"},
                      std::string{"#\n\x1b[31m"},
                      std::string{"\n\xff\xfe"
                                  "a\0",
                                  5}}) {
    auto loaded = load_text(bytes);
    CHECK(text_of_problem(loaded) == "is not a text file");
    CHECK(loaded.problems[0].line == 2);
  }
}

TEST_CASE("bytes that are not UTF-8 do no harm") {
  auto loaded = load_text("snapshot:\n  include: [\"caf\xe9/*\"]\n\xff: 1\n");
  CHECK(loaded.problems.size() == 1);
}

TEST_CASE("aliases make no small file a large work") {
  std::string bomb
    = "a0: &a0 [PATH, PATH, PATH, PATH, PATH, PATH, PATH, PATH]\n";
  for (int i = 1; i < 40; ++i) {
    auto before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int n = 0; n < 8; ++n)
      bomb += (n > 0 ? ", " : "") + before;
    bomb += "]\n";
  }
  bomb += "processes: {pass_environment: *a39}\n";
  CHECK(load_text(bomb).problems.size() == 41);
  CHECK_FALSE(
    load_text("parallel_workers: &a {parallel_workers: *a, council: *a}")
      .problems.empty());
  CHECK_FALSE(
    load_text("snapshot: &a {include: &b [*b, *a]}").problems.empty());
}

TEST_CASE("an alias of a value is that value") {
  auto loaded = load_text("processes:\n  check_timeout_seconds: &t 7\n"
                          "  build_timeout_seconds: *t\n");
  CHECK(loaded.problems.empty());
  CHECK(loaded.values.processes.build_timeout == std::chrono::seconds{7});
}

TEST_CASE("much of the same ends in problems, soon") {
  for (auto text : {"[", "{a: ", "- ", "? ", "]", "a: ", "a:\n", "a", "\"",
                    "---\n", "&a ", "*a ", "!", "{", ",", "|\n", "a: [b]\n"}) {
    CAPTURE(std::string{text});
    auto loaded = load_text(repeated(text, mebibyte / 16));
    CHECK_FALSE(loaded.problems.empty());
    CHECK(loaded.problems.size() <= 101);
  }
}

TEST_CASE("random damage to a good file is never a crash") {
  auto good = config::to_yaml(config::settings{});
  const std::string pieces[]
    = {"&a ",  "*a",    "<<: *a", "? ",    ": ",          "- ",  "[",
       "]",    "{",     "}",      "\"",    "'",           "|",   "\n>",
       "!!x ", "%TAG ", "---\n",  "...\n", "\t",          "\\x", "#",
       "@",    ",",     "~",      "\xff",  "\xef\xbb\xbf"};
  for (unsigned seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    auto text = random() % 2 == 0 ? good
                                  : good.substr(random() % good.size(), 200);
    for (auto n = random() % 12 + 1; n > 0; --n) {
      auto at = random() % (text.size() + 1);
      if (random() % 2 == 0)
        text.insert(at, pieces[random() % std::size(pieces)]);
      else
        text.erase(at, random() % 20);
    }
    auto loaded = load_text(text);
    if (!loaded.problems.empty())
      CHECK(config::to_yaml(loaded.values) == good);
  }
}

} // namespace cohort::tests::hostile_files_test
