#include <doctest/doctest.h>

#include <string>

#include "runtime/chat/answer_reader.hpp"

namespace cohort::tests::answer_reader_test {

using cohort::runtime::chat::answer_reader;

namespace {

answer_reader read(const std::string& bytes, size_t piece = 1 << 20,
                   uint64_t bytes_max = 1000) {
  answer_reader result{bytes_max};
  for (size_t at = 0; at < bytes.size(); at += piece)
    if (!result.feed(std::string_view{bytes}.substr(at, piece)))
      break;
  result.end();
  return result;
}

const std::string whole = R"({"id":"1","choices":[{"index":0,"message":
  {"role":"assistant","content":"Hello\nworld"},"finish_reason":"stop"}],
  "usage":{"prompt_tokens":12,"completion_tokens":3}})";

const std::string streamed
  = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"
    ": a comment\r\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\n"
    "data:{\"choices\":[{\"delta\":{\"content\":\"\\nworld\"},"
    "\"finish_reason\":\"stop\"}]}\r\n\r\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":12,"
    "\"completion_tokens\":3}}\n\ndata: [DONE]\n\n";

} // namespace

TEST_CASE("whole or streamed, in pieces of any size, it says the same") {
  for (auto& bytes : {whole, streamed})
    for (size_t piece : {1, 2, 7, 64, 100000}) {
      auto answer = read(bytes, piece);
      CHECK(answer.text() == "Hello\nworld");
      CHECK(answer.is_whole());
      CHECK(answer.tokens_in() == 12);
      CHECK(answer.tokens_out() == 3);
    }
}

TEST_CASE("an answer that breaks off, or reaches its limit, is not whole") {
  CHECK(!read(streamed.substr(0, 150)).is_whole());
  CHECK(!read(whole.substr(0, 100)).is_answer());
  auto cut = whole;
  cut.replace(cut.find("stop"), 4, "length");
  CHECK(read(cut).is_answer());
  CHECK(!read(cut).is_whole());
}

TEST_CASE("garbage is no answer") {
  for (std::string bytes :
       {"", "<html>no</html>", "{}", "[1,2]", "data: 7\n", "{\"choices\":[{}]}",
        "{\"choices\":[7]}", "data: {\"choices\":[{\"delta\":7}]}\n"}) {
    auto answer = read(bytes);
    CHECK(answer.text().empty());
    CHECK(!answer.is_whole());
  }
  CHECK(!read(std::string(5000, '\xff')).is_answer());
}

TEST_CASE("an endless answer is cut") {
  std::string bytes;
  for (auto i = 0; i < 100'000; ++i)
    bytes += "data: {\"choices\":[{\"delta\":{\"content\":\"0123456789\"}}]}\n";
  auto answer = read(bytes, 4096);
  CHECK(answer.text().size() == 1000);
  CHECK(!answer.is_whole());
  answer_reader silent{1000};
  auto goes_on = true;
  for (auto i = 0; i < 1000 && goes_on; ++i)
    goes_on = silent.feed(std::string(1000, 'x'));
  CHECK(!goes_on);
}

} // namespace cohort::tests::answer_reader_test
