#include <doctest/doctest.h>

#include <string>
#include <variant>

#include <nlohmann/json.hpp>

#include "runtime/chat/conversation.hpp"

namespace cohort::tests::conversation_test {

using namespace cohort::runtime::chat;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

chat_settings settings() {
  chat_settings result;
  result.model = "m";
  result.turns = 3;
  result.retries = 2;
  result.budget_tokens = 20'000;
  result.answer_tokens = 1000;
  return result;
}

reply answer(const std::string& text, uint64_t in = 10, uint64_t out = 5) {
  reply result;
  result.status = 200;
  result.text = text;
  result.tokens_in = in;
  result.tokens_out = out;
  return result;
}

reply refused(int status) {
  reply result;
  result.status = status;
  result.text = "no";
  return result;
}

template <class T>
T expect(const step& what) {
  REQUIRE(std::holds_alternative<T>(what));
  return std::get<T>(what);
}

} // namespace

TEST_CASE("a right answer at once is the end") {
  conversation talk{settings(), "rules", "question"};
  auto body = json::parse(expect<send_request>(talk.begin()).body);
  CHECK(body["model"] == "m");
  CHECK(body["max_tokens"] == 1000);
  REQUIRE(body["messages"].size() == 2);
  CHECK(body["messages"][0]["content"] == "rules");
  CHECK(body["messages"][1]["role"] == "user");
  CHECK(expect<try_answer>(talk.take(answer("edit"))).text == "edit");
  expect<finish>(talk.take(trial{true, ""}));
  CHECK(talk.tokens() == 15);
}

TEST_CASE("a wrong answer is told what the check says, so many times") {
  conversation talk{settings(), "rules", "question"};
  expect<send_request>(talk.begin());
  expect<try_answer>(talk.take(answer("first")));
  auto body
    = json::parse(expect<send_request>(talk.take(trial{false, "why"})).body);
  REQUIRE(body["messages"].size() == 4);
  CHECK(body["messages"][2]["content"] == "first");
  CHECK(body["messages"][3]["content"] == "why");
  expect<try_answer>(talk.take(answer("second")));
  expect<send_request>(talk.take(trial{false, "why"}));
  expect<try_answer>(talk.take(answer("third")));
  auto end = expect<give_up>(talk.take(trial{false, "it fails"}));
  CHECK(!end.elsewhere);
  CHECK(end.why == "after 3 answers: it fails");
}

TEST_CASE("an answer that was cut off is not tried") {
  conversation talk{settings(), "rules", "question"};
  talk.begin();
  auto half = answer("half");
  half.is_cut = true;
  auto body = json::parse(expect<send_request>(talk.take(half)).body);
  CHECK(body["messages"][3]["content"].get<std::string>().find("cut off")
        != std::string::npos);
}

TEST_CASE("who asks to wait is waited for; who asks for too long is not") {
  conversation talk{settings(), "rules", "question"};
  talk.begin();
  auto busy = refused(429);
  busy.retry_after = 7s;
  CHECK(expect<wait_for>(talk.take(busy)).time == 7s);
  expect<send_request>(talk.waited());
  busy.retry_after = 1000s;
  auto end = expect<give_up>(talk.take(busy));
  CHECK(end.elsewhere);
  CHECK(end.why == "the endpoint answers 429: no; it asks to wait for 1000 s");
}

TEST_CASE("servers that fail and answers that stall are asked again, later") {
  for (auto status : {0, 500, 503}) {
    conversation talk{settings(), "rules", "question"};
    talk.begin();
    CHECK(expect<wait_for>(talk.take(refused(status))).time == 500ms);
    expect<send_request>(talk.waited());
    CHECK(expect<wait_for>(talk.take(refused(status))).time == 1s);
    expect<send_request>(talk.waited());
    CHECK(expect<give_up>(talk.take(refused(status))).elsewhere);
  }
}

TEST_CASE("who refuses to work, or never heard of it, charges nothing") {
  auto unheard = refused(0);
  unheard.was_sent = false;
  for (auto& what : {refused(429), refused(503), unheard}) {
    conversation talk{settings(), "rules", "question"};
    talk.begin();
    expect<wait_for>(talk.take(what));
    CHECK(talk.tokens() == 0);
  }
  for (auto status : {0, 500, 504}) {
    conversation talk{settings(), "rules", "question"};
    auto sent = expect<send_request>(talk.begin()).body.size();
    talk.take(refused(status));
    CHECK(talk.tokens() == sent + settings().answer_tokens);
  }
}

TEST_CASE("a refusal for good is the end") {
  for (auto status : {301, 400, 401, 404}) {
    conversation talk{settings(), "rules", "question"};
    talk.begin();
    auto end = expect<give_up>(talk.take(refused(status)));
    CHECK(!end.elsewhere);
    CHECK(end.why == "the endpoint answers " + std::to_string(status) + ": no");
  }
}

TEST_CASE("no request is sent that could take more than what remains") {
  auto limits = settings();
  limits.turns = 1000;
  for (limits.budget_tokens = 0; limits.budget_tokens < 9000;
       limits.budget_tokens += 97) {
    conversation talk{limits, "rules", "question"};
    auto next = talk.begin();
    uint64_t charged = 0; // By an endpoint that charges for what it lost, too.
    for (auto turn = 0; auto* request = std::get_if<send_request>(&next);
         ++turn) {
      auto allowed = json::parse(request->body)["max_tokens"].get<uint64_t>();
      CHECK(allowed > 0);
      // The worst case: a token for each byte, and the longest answer.
      charged += request->body.size() + allowed;
      CHECK(charged <= limits.budget_tokens);
      if (turn % 2 == 1) {
        next = talk.take(refused(504));
        if (std::holds_alternative<wait_for>(next))
          next = talk.waited();
        continue;
      }
      next = talk.take(answer("x", request->body.size(), allowed));
      if (std::holds_alternative<try_answer>(next))
        next = talk.take(trial{false, "no"});
    }
    CHECK(expect<give_up>(next).why.find("would be exceeded")
          != std::string::npos);
  }
}

TEST_CASE("what nobody counted is counted as the most that it can be") {
  conversation talk{settings(), "rules", "question"};
  auto size = expect<send_request>(talk.begin()).body.size();
  reply uncounted;
  uncounted.status = 200;
  uncounted.text = "12345";
  talk.take(uncounted);
  CHECK(talk.tokens() == size + 1000);
  for (auto status : {0, 500, 504}) { // It may have been made, and lost.
    conversation lost{settings(), "rules", "question"};
    lost.begin();
    lost.take(refused(status));
    CHECK(lost.tokens() == size + 1000);
  }
  for (auto status : {401, 429}) {
    conversation never{settings(), "rules", "question"};
    never.begin();
    never.take(refused(status));
    CHECK(never.tokens() == 0);
  }
}

TEST_CASE("an endpoint that counts without measure ends the talk") {
  conversation talk{settings(), "rules", "question"};
  talk.begin();
  expect<try_answer>(talk.take(answer("x", UINT64_MAX, 1)));
  expect<give_up>(talk.take(trial{false, "no"}));
}

TEST_CASE("what it costs is told by the prices") {
  auto limits = settings();
  limits.price_in = 2;
  limits.price_out = 10;
  conversation talk{limits, "rules", "question"};
  talk.begin();
  talk.take(answer("x", 1'000, 500));
  CHECK(talk.cost() == doctest::Approx(0.007));
}

} // namespace cohort::tests::conversation_test
