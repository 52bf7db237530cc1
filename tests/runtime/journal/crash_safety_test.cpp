#include <doctest/doctest.h>

#include <csignal>
#include <cstdint>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/runtime/journal/events.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::crash_safety_test {

using namespace cohort::tests;

namespace {

/// What the writer says after each append: how many events it has stored.
constexpr uint32_t batch_size = 3;

/// Appends without end, and says so. Never returns: the writer is killed.
[[noreturn]] void write_for_ever(const std::filesystem::path& file, int out) {
  auto log = journal::open_sqlite_log(file);
  if (!log)
    _exit(1);
  for (uint32_t stored = 0;;) {
    auto events = events_of("t", batch_size);
    if (!(*log)->append(events))
      _exit(2);
    stored += batch_size;
    if (write(out, &stored, sizeof stored) != sizeof stored)
      _exit(3);
  }
}

/// Kills a writer after it has said so `appends` times; returns the number of
/// events of which it said that they are stored.
uint32_t kill_after(const std::filesystem::path& file, int appends) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  auto writer = fork(); // This test has one thread only.
  REQUIRE(writer >= 0);
  if (writer == 0) {
    close(ends[0]);
    write_for_ever(file, ends[1]);
  }
  close(ends[1]);
  uint32_t stored = 0;
  for (int i = 0; i < appends; ++i)
    REQUIRE(read(ends[0], &stored, sizeof stored) == sizeof stored);
  kill(writer, SIGKILL);
  int status = 0;
  REQUIRE(waitpid(writer, &status, 0) == writer);
  CHECK(WIFSIGNALED(status));
  while (read(ends[0], &stored, sizeof stored) == sizeof stored)
    ; // What it said before the signal came.
  close(ends[0]);
  return stored;
}

} // namespace

TEST_CASE("what was acknowledged outlives a writer that is killed") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  size_t before = 0;
  for (auto appends : {1, 2, 5, 40, 400}) {
    CAPTURE(appends);
    auto stored = kill_after(file, appends);
    auto log = open_log(file);
    auto now = count_gapless(*log, "t");
    CHECK(now >= before + stored);
    // At most the append that was under way is there beside them, and whole.
    CHECK(now <= before + stored + batch_size);
    CHECK(now % batch_size == 0);
    append(*log, events_of("t", batch_size));
    before = now + batch_size;
  }
}

} // namespace cohort::tests::crash_safety_test
