#include <doctest/doctest.h>

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/chat/work.hpp"
#include "runtime/process/launcher.hpp"
#include "tests/runtime/toolchain/workspace_folder.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::chat_work_test {

using namespace cohort::runtime;
using namespace cohort::runtime::chat;

namespace {

/// Says what it is told to say, one after the other.
class scripted_model final : public endpoint {
public:
  explicit scripted_model(std::deque<reply> answers)
    : answers_{std::move(answers)} {
    // nop
  }

  reply post(const std::string& body,
             std::chrono::steady_clock::time_point) override {
    requests.push_back(body);
    if (answers_.empty())
      return {};
    auto result = answers_.front();
    answers_.pop_front();
    return result;
  }

  std::vector<std::string> requests;

private:
  std::deque<reply> answers_;
};

reply answer(const std::string& text) {
  reply result;
  result.status = 200;
  result.text = text;
  result.tokens_in = 10;
  result.tokens_out = 5;
  return result;
}

reply edit(const std::string& file, const std::string& from,
           const std::string& to) {
  return answer(file + "\n<<<<<<< SEARCH\n" + from + "\n=======\n" + to
                + "\n>>>>>>> REPLACE\n");
}

/// A workspace whose check wants "good" in a.txt.
struct place_of_work {
  workspace_folder root;
  assignment what;
  std::vector<std::chrono::milliseconds> waits;
  uint64_t spent = 0;

  place_of_work() {
    root.write("a.txt", "bad\nkeep\n");
    root.write("other.txt", "bad\n");
    what.workspace = root.path().string();
    what.files = {"a.txt"};
    what.checks = {{"grep", "a.txt", {"grep", "-q", "good", "a.txt"}}};
  }

  work_result work(scripted_model& model) {
    auto processes = process::start_launcher({});
    REQUIRE(processes);
    work_context context{model, **processes,
                         [&](auto time) { waits.push_back(time); },
                         [](auto&) {},
                         [&](auto tokens, auto) { spent = tokens; }};
    return work_on(what, {}, context);
  }

  [[nodiscard]] std::string text(const std::string& name) const {
    std::ifstream in{root / name};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
};

} // namespace

TEST_CASE("a right edit is kept") {
  place_of_work here;
  scripted_model model{{edit("a.txt", "bad", "good")}};
  auto result = here.work(model);
  CHECK(result.is_done);
  CHECK(here.text("a.txt") == "good\nkeep\n");
  CHECK(here.spent == 15);
}

TEST_CASE("at the third try, after what each check said") {
  place_of_work here;
  here.what.checks[0].command
    = {"sh", "-c", "grep good a.txt || { echo no good >&2; exit 1; }"};
  scripted_model model{{edit("a.txt", "bad", "worse"), answer("I cannot."),
                        edit("a.txt", "bad", "good")}};
  auto result = here.work(model);
  CHECK(result.is_done);
  REQUIRE(model.requests.size() == 3);
  CHECK(model.requests[1].find("no good") != std::string::npos);
  CHECK(model.requests[2].find("SEARCH/REPLACE") != std::string::npos);
  CHECK(here.text("a.txt") == "good\nkeep\n");
}

TEST_CASE("what does not hold leaves the files as they were") {
  place_of_work here;
  scripted_model model{{edit("a.txt", "bad", "1"), edit("a.txt", "bad", "2"),
                        edit("a.txt", "bad", "3")}};
  auto result = here.work(model);
  CHECK(!result.is_done);
  CHECK(!result.elsewhere);
  CHECK(here.text("a.txt") == "bad\nkeep\n");
}

TEST_CASE("files of others are not touched") {
  place_of_work here;
  for (std::string file : {"other.txt", "../other.txt", "/etc/passwd"}) {
    scripted_model model{{edit(file, "bad", "good")}};
    CHECK(!here.work(model).is_done);
    CHECK(here.text("other.txt") == "bad\n");
  }
}

TEST_CASE("one block that does not fit takes all of the answer back") {
  place_of_work here;
  auto both = edit("a.txt", "bad", "good");
  both.text += edit("a.txt", "not there", "x").text;
  scripted_model model{{both}};
  CHECK(!here.work(model).is_done);
  CHECK(here.text("a.txt") == "bad\nkeep\n");
}

TEST_CASE("when its time is over it ends, and the files are as they were") {
  place_of_work here;
  here.what.seconds_left = 0;
  scripted_model model{{edit("a.txt", "bad", "worse")}};
  auto result = here.work(model);
  CHECK(!result.is_done);
  CHECK(result.elsewhere);
  CHECK(result.why == "its time is over");
  CHECK(here.text("a.txt") == "bad\nkeep\n");
}

TEST_CASE("a busy endpoint is waited for") {
  place_of_work here;
  reply busy;
  busy.status = 429;
  busy.retry_after = std::chrono::seconds{3};
  scripted_model model{{busy, edit("a.txt", "bad", "good")}};
  CHECK(here.work(model).is_done);
  REQUIRE(here.waits.size() == 1);
  CHECK(here.waits[0] == std::chrono::seconds{3});
}

TEST_CASE("a pause that is longer than its time is not waited for") {
  place_of_work here;
  here.what.seconds_left = 100;
  reply busy;
  busy.status = 429;
  busy.retry_after = std::chrono::seconds{110};
  scripted_model model{{busy, edit("a.txt", "bad", "good")}};
  auto result = here.work(model);
  CHECK(!result.is_done);
  CHECK(result.elsewhere);
  CHECK(result.why == "its time would be over before it may ask again");
  CHECK(here.waits.empty());
}

TEST_CASE("an endpoint that never answers is for another place") {
  place_of_work here;
  scripted_model model{{}};
  auto result = here.work(model);
  CHECK(!result.is_done);
  CHECK(result.elsewhere);
}

} // namespace cohort::tests::chat_work_test
