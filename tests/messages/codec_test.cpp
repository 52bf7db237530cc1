#include "messages/codec.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/deep_to_string.hpp>

#include "tests/messages/filled.hpp"

namespace cohort::tests::codec_test {

using namespace cohort::messages::v1;

namespace {

template <class T>
caf::error write(std::vector<char>& bytes, T& x) {
  caf::binary_serializer sink{nullptr, bytes};
  return sink(x);
}

template <class T>
caf::error read(const std::vector<char>& bytes, T& x) {
  caf::binary_deserializer source{nullptr, bytes};
  return source(x);
}

} // namespace

TEST_CASE("a message comes back as it was sent") {
  TaskRequest request;
  cohort::tests::fill(request);
  std::vector<char> bytes;
  REQUIRE(!write(bytes, request));
  TaskRequest back;
  REQUIRE(!read(bytes, back));
  CHECK(back.SerializeAsString() == request.SerializeAsString());
}

TEST_CASE("every message survives its own bytes") {
  for (auto& message : cohort::tests::filled_messages()) {
    CAPTURE(message->GetTypeName());
    std::unique_ptr<google::protobuf::Message> back{message->New()};
    REQUIRE(back->ParseFromString(message->SerializeAsString()));
    CHECK(back->SerializeAsString() == message->SerializeAsString());
  }
}

TEST_CASE("a message above the limit is refused on both sides") {
  TaskRequest request;
  request.set_description(std::string(message_bytes_max + 1, 'x'));
  std::vector<char> bytes;
  CHECK(write(bytes, request) == caf::sec::invalid_argument);
  auto text = request.SerializeAsString();
  bytes.clear();
  REQUIRE(!write(bytes, text));
  TaskRequest back;
  CHECK(read(bytes, back) == caf::sec::invalid_argument);
}

TEST_CASE("damaged bytes are an error or a message, never a crash") {
  Event event;
  cohort::tests::fill(event);
  std::vector<char> good;
  REQUIRE(!write(good, event));
  std::mt19937 random{7};
  for (int round = 0; round < 2000; ++round) {
    auto bad = good;
    for (int edits = 0; edits < 3; ++edits)
      bad[random() % bad.size()] = static_cast<char>(random());
    if (round % 2 == 0)
      bad.resize(random() % bad.size());
    Event back;
    if (!read(bad, back))
      CHECK(back.ByteSizeLong() <= message_bytes_max);
  }
}

TEST_CASE("logs show a message as text") {
  CancelTask cancel;
  cancel.set_task_id("t1");
  CHECK(caf::deep_to_string(cancel).find("t1") != std::string::npos);
}

} // namespace cohort::tests::codec_test
