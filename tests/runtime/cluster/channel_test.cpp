#include "runtime/cluster/channel.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "runtime/cluster/session.hpp"

namespace cohort::tests::channel_test {

using namespace cohort::runtime;
using namespace cohort::runtime::cluster;
using namespace std::chrono_literals;

namespace {

constexpr uint64_t limit = 4U << 20;

struct pair_of_channels {
  channel a{1, limit};
  channel b{2, limit};

  pair_of_channels() {
    a.name_session(7, 3);
    b.name_session(7, 3);
  }
};

pb::LinkMessage text(std::string words) {
  pb::LinkMessage result;
  result.mutable_leave()->set_why(std::move(words));
  return result;
}

std::string noise(size_t size) {
  std::mt19937_64 random{42};
  std::string result(size, '\0');
  for (auto& c : result)
    c = static_cast<char>('a' + random() % 26);
  return result;
}

} // namespace

TEST_SUITE_BEGIN("runtime/cluster/channel");

TEST_CASE_FIXTURE(pair_of_channels, "a message arrives as it was sent") {
  auto sent = a.wrap(text("hello"));
  REQUIRE(sent);
  REQUIRE(sent->size() == 1);
  CHECK_FALSE(sent->front().compressed());
  auto got = b.unwrap(sent->front());
  REQUIRE(got);
  REQUIRE(*got);
  CHECK((*got)->leave().why() == "hello");
  CHECK(b.peer_incarnation() == 1);
}

TEST_CASE_FIXTURE(pair_of_channels, "a long message is compressed, a larger "
                                    "one comes in parts") {
  auto sent = a.wrap(text(std::string(3'000'000, 'x')));
  REQUIRE(sent);
  CHECK(sent->size() == 1);
  CHECK(sent->front().compressed());
  CHECK(sent->front().body().size() < 10'000);
  REQUIRE(b.unwrap(sent->front()));
  auto large = noise(3'000'000);
  auto parts = a.wrap(text(large));
  REQUIRE(parts);
  CHECK(parts->size() > 2);
  for (size_t i = 0; i < parts->size(); ++i) {
    CHECK((*parts)[i].body().size() <= envelope_bytes_max);
    auto got = b.unwrap((*parts)[i]);
    REQUIRE(got);
    CHECK(got->has_value() == (i + 1 == parts->size()));
    if (*got)
      CHECK((*got)->leave().why() == large);
  }
}

TEST_CASE_FIXTURE(pair_of_channels, "what came already, or is not of the "
                                    "session, is dropped") {
  auto first = a.wrap(text("1"))->front();
  REQUIRE(*b.unwrap(first));
  CHECK_FALSE(*b.unwrap(first));
  auto second = a.wrap(text("2"))->front();
  auto other = second;
  SUBCASE("another session") {
    other.set_session(8);
  }
  SUBCASE("another epoch") {
    other.set_cluster_epoch(2);
  }
  SUBCASE("another incarnation") {
    other.set_incarnation(99);
  }
  CHECK_FALSE(*b.unwrap(other));
  CHECK(*b.unwrap(second));
}

TEST_CASE_FIXTURE(pair_of_channels, "a gap is an error") {
  REQUIRE(a.wrap(text("lost")));
  auto second = a.wrap(text("2"))->front();
  auto got = b.unwrap(second);
  REQUIRE_FALSE(got);
  CHECK(got.error().message == "messages 1 to 1 are missing");
}

TEST_CASE_FIXTURE(pair_of_channels, "bytes that are no message are an error") {
  auto envelope = a.wrap(text("1"))->front();
  SUBCASE("garbage") {
    envelope.set_body("\xff\xff\xff");
  }
  SUBCASE("empty") {
    envelope.set_body("");
  }
  SUBCASE("garbage, compressed") {
    envelope.set_compressed(true);
  }
  SUBCASE("a frame that claims too much") {
    // Magic, then a descriptor with an eight-byte size: 2^40 - 1.
    envelope.set_body(std::string{"\x28\xb5\x2f\xfd\xe0\xff\xff\xff\xff\xff"
                                  "\x00\x00\x00\x01\x00\x00",
                                  16});
    envelope.set_compressed(true);
  }
  SUBCASE("no incarnation") {
    envelope.set_incarnation(0);
  }
  auto got = b.unwrap(envelope);
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::invalid_message);
}

TEST_CASE("neither end holds more than a message may have") {
  channel small{1, 10'000};
  CHECK_FALSE(small.wrap(text(noise(10'001))));
  channel sender{2, limit};
  auto sent = sender.wrap(text(noise(600'000)));
  REQUIRE(sent);
  auto got = small.unwrap(sent->front());
  REQUIRE_FALSE(got);
  CHECK(got.error().message == "a message is larger than 10000 bytes");
}

TEST_CASE("mutated envelopes never crash") {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    pair_of_channels both;
    for (int i = 0; i < 5; ++i) {
      auto sent = both.a.wrap(text(std::string(random() % 3000, 'y')));
      REQUIRE(sent);
      auto bytes = sent->front().SerializeAsString();
      for (auto flips = random() % 4; flips > 0; --flips)
        bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
      pb::Envelope envelope;
      if (!envelope.ParseFromString(bytes))
        continue;
      auto got = both.b.unwrap(envelope);
      if (!got)
        CHECK(got.error().code == errc::invalid_message);
    }
  }
}

TEST_CASE("heartbeats measure the round trip, and their absence is silence") {
  cluster_settings settings;
  time_point now{10s};
  session a{settings, 1, now};
  session b{settings, 2, now};
  auto carry = [&](session& from, session& to, auto delay) {
    auto beats = from.beat(now);
    now += delay;
    for (auto& beat : beats) {
      auto got = to.receive(beat, now);
      REQUIRE(got);
      CHECK_FALSE(*got);
    }
    return beats.size();
  };
  CHECK(carry(a, b, 10ms) == 1);
  CHECK(carry(b, a, 30ms) == 1);
  REQUIRE(a.round_trip());
  CHECK(a.round_trip()->count() == doctest::Approx(0.040));
  CHECK(carry(a, b, 0ms) == 0); // Not due yet.
  now += settings.heartbeat_interval;
  CHECK(carry(a, b, 0ms) == 1);
  now += settings.failure_timeout;
  CHECK_FALSE(b.is_silent(now));
  CHECK(b.is_silent(now + 1ms));
}

TEST_SUITE_END();

} // namespace cohort::tests::channel_test
