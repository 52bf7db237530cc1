#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "tests/messages/filled.hpp"

namespace cohort::tests::golden_test {

/// The bytes of the vocabulary. A line that changes is a message that older
/// nodes and journals read wrongly: add fields, never renumber them.

namespace {

constexpr auto golden = "tests/golden/messages.txt";

std::string deterministic_bytes(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream out{&bytes};
    google::protobuf::io::CodedOutputStream coded{&out};
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

std::string hex(const std::string& bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string result;
  for (auto c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    result += digits[byte >> 4];
    result += digits[byte & 15];
  }
  return result;
}

} // namespace

TEST_CASE("every message has the agreed bytes (REWRITE=1 agrees)") {
  std::string out;
  for (auto& message : cohort::tests::filled_messages())
    out += message->GetDescriptor()->name() + ' '
           + hex(deterministic_bytes(*message)) + '\n';
  if (std::getenv("REWRITE"))
    std::ofstream{golden} << out;
  std::ifstream in{golden};
  std::ostringstream agreed;
  agreed << in.rdbuf();
  CHECK(out == agreed.str());
}

} // namespace cohort::tests::golden_test
