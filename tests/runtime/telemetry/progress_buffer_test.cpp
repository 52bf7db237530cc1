#include "runtime/telemetry/progress_buffer.hpp"

#include <doctest/doctest.h>

#include <random>

namespace cohort::tests::progress_buffer_test {

using cohort::runtime::telemetry::progress_buffer;
namespace pb = cohort::messages::v1;

namespace {

pb::ProgressEvent event_of(std::string subject, uint32_t done = 0,
                           bool terminal = false) {
  pb::ProgressEvent event;
  event.set_task_id("t");
  event.set_kind(pb::PROGRESS_KIND_SUBTASK);
  event.set_subject(std::move(subject));
  event.set_done(done);
  event.set_terminal(terminal);
  return event;
}

std::string shown(const pb::ProgressBatch& batch) {
  std::string result;
  for (auto& event : batch.events())
    result += event.subject() + std::to_string(event.done()) + ' ';
  return result;
}

} // namespace

TEST_CASE("with room nothing is lost, and the order stays") {
  progress_buffer buffer{10};
  for (auto* subject : {"b", "a", "b", "c"})
    buffer.push(event_of(subject));
  auto batch = buffer.take();
  CHECK(shown(batch) == "b0 a0 b0 c0 ");
  CHECK(batch.coalesced() == 0);
  CHECK(buffer.size() == 0);
}

TEST_CASE("without room a newer event replaces its own subject's, else the "
          "oldest goes") {
  progress_buffer buffer{2};
  buffer.push(event_of("a", 1));
  buffer.push(event_of("b", 1));
  buffer.push(event_of("b", 2));
  CHECK(shown(buffer.take()) == "a1 b2 ");
  buffer.push(event_of("a", 1));
  buffer.push(event_of("b", 1));
  buffer.push(event_of("c", 1));
  auto batch = buffer.take();
  CHECK(shown(batch) == "b1 c1 ");
  CHECK(batch.coalesced() == 1);
}

TEST_CASE("a terminal event is urgent and is never dropped") {
  progress_buffer buffer{1};
  for (uint32_t i = 0; i < 5; ++i)
    buffer.push(event_of("end", i, true));
  CHECK(buffer.urgent());
  for (uint32_t i = 0; i < 50; ++i)
    buffer.push(event_of("x", i));
  CHECK(shown(buffer.take()) == "end0 end1 end2 end3 end4 x49 ");
  CHECK_FALSE(buffer.urgent());
}

TEST_CASE(
  "whatever comes: bounded, nothing terminal lost, everything counted") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    auto capacity = random() % 8;
    progress_buffer buffer{capacity};
    uint64_t pushed = 0;
    uint64_t terminal = 0;
    uint64_t seen = 0;
    uint64_t seen_terminal = 0;
    auto take = [&] {
      auto batch = buffer.take();
      seen += static_cast<uint64_t>(batch.events_size()) + batch.coalesced();
      for (auto& event : batch.events())
        seen_terminal += event.terminal() ? 1 : 0;
    };
    for (int i = 0; i < 2'000; ++i) {
      auto is_terminal = random() % 20 == 0;
      terminal += is_terminal ? 1 : 0;
      ++pushed;
      buffer.push(event_of(
        std::string(1, static_cast<char>('a' + random() % 5)), 0, is_terminal));
      if (random() % 50 == 0)
        take();
    }
    take();
    CHECK(seen == pushed);
    CHECK(seen_terminal == terminal);
  }
}

} // namespace cohort::tests::progress_buffer_test
