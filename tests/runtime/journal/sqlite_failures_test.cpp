#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <iomanip>
#include <sstream>

#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/journal/ledger.hpp"
#include "tests/runtime/journal/events.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::sqlite_failures_test {

using namespace cohort::tests;
using cohort::runtime::errc;
namespace fs = std::filesystem;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void write_file(const fs::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary} << bytes;
}

/// Runs SQL as some other program would.
void execute(const fs::path& file, const std::string& sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr)
          == SQLITE_OK);
  sqlite3_close(db);
}

/// Runs `action` as a user who is not root, whom permissions hold back.
void as_nobody(const std::function<void()>& action) {
  auto is_root = geteuid() == 0;
  if (is_root)
    REQUIRE(seteuid(65534) == 0);
  action();
  if (is_root)
    REQUIRE(seteuid(0) == 0);
}

/// While it lives, no file may grow beyond a size: what a full disk does.
class small_disk {
public:
  explicit small_disk(rlim_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit small{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;
  ~small_disk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, SIG_DFL);
  }

private:
  rlimit before_{};
};

} // namespace

TEST_CASE("a journal of a newer schema is refused, naming both versions") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  append(*open_log(file), events_of("t", 3));
  execute(file, "PRAGMA user_version=7");
  auto why = why_not_opened(file);
  CHECK(has(why, file.string()));
  CHECK(has(why, "schema version 7"));
  CHECK(has(why, "up to 2"));

  execute(file, "PRAGMA user_version=2");
  CHECK(count_gapless(*open_log(file), "t") == 3);
}

TEST_CASE("what is no journal is refused by name, and not changed") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  SUBCASE("a text") {
    write_file(file, std::string(5000, 'x'));
  }
  SUBCASE("less than a header") {
    write_file(file, "SQLite");
  }
  SUBCASE("another program's database") {
    execute(file, "CREATE TABLE bookmarks (url TEXT)");
  }
  SUBCASE("a header with nothing behind it") {
    write_file(file,
               std::string{"SQLite format 3\0", 16} + std::string(84, 'x'));
  }
  auto size = fs::file_size(file);
  CHECK(has(why_not_opened(file), file.string()));
  CHECK(fs::file_size(file) == size);
}

TEST_CASE("a file that is empty becomes a journal") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  write_file(file, "");
  append(*open_log(file), events_of("t", 1));
}

TEST_CASE("a journal without its tables is an error") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  append(*open_log(file), events_of("t", 1));
  SUBCASE("events") {
    execute(file, "DROP TABLE events");
  }
  SUBCASE("meta") {
    execute(file, "DROP TABLE meta");
  }
  SUBCASE("version") {
    execute(file, "PRAGMA user_version=0");
  }
  CHECK(has(why_not_opened(file), file.string()));
}

TEST_CASE("a journal without its epoch says so, and still takes events") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  append(*open_log(file), events_of("t", 1));
  execute(file, "DELETE FROM meta");
  auto log = open_log(file);
  auto epoch = log->next_epoch();
  REQUIRE_FALSE(epoch.has_value());
  CHECK(epoch.error().code == errc::storage_failed);
  append(*log, events_of("t", 1));
}

TEST_CASE("an event that is not what was written is an error, not a crash") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  append(*open_log(file), events_of("t", 3));
  append(*open_log(file), events_of("u", 3));
  SUBCASE("no message") {
    execute(file, "UPDATE events SET body = x'ffffffff' "
                  "WHERE task_id = 't' AND sequence = 2");
  }
  SUBCASE("another event") {
    execute(file, "UPDATE events SET body = (SELECT body FROM events "
                  "WHERE task_id = 'u' AND sequence = 2) "
                  "WHERE task_id = 't' AND sequence = 2");
  }
  SUBCASE("a gap") {
    execute(file, "DELETE FROM events WHERE task_id = 't' AND sequence = 2");
  }
  SUBCASE("empty") {
    execute(file, "UPDATE events SET body = x'' "
                  "WHERE task_id = 't' AND sequence = 2");
  }
  SUBCASE("a lie of the right form") {
    auto lie = event_of("t", 99);
    lie.set_sequence(2);
    std::ostringstream hex;
    for (auto byte : lie.SerializeAsString())
      hex << std::hex << std::setw(2) << std::setfill('0')
          << (static_cast<unsigned>(byte) & 255);
    execute(file, "UPDATE events SET body = x'" + hex.str()
                    + "' WHERE task_id = 't' AND sequence = 2");
  }
  SUBCASE("another hash") {
    execute(file, "UPDATE events SET hash = zeroblob(32) "
                  "WHERE task_id = 't' AND sequence = 2");
  }
  auto log = open_log(file);
  auto events = log->read("t");
  REQUIRE_FALSE(events.has_value());
  CHECK(events.error().code == errc::storage_failed);
  CHECK(has(events.error().message, file.string()));
  CHECK(has(events.error().message, "event 2 of task t"));
  CHECK(count_gapless(*log, "u") == 3);
  append(*log, events_of("u", 1));
}

TEST_CASE(
  "damage anywhere in the file is an error or is not seen, never a crash") {
  temp_folder folder;
  auto whole = folder.path() / "whole.db";
  append(*open_log(whole), events_of("t", 400));
  std::ifstream in{whole, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  auto file = folder.path() / "journal.db";
  int found = 0;
  for (size_t at = 0; at < bytes.size(); at += 1021) {
    CAPTURE(at);
    auto damaged = bytes;
    for (auto i = at; i < std::min(at + 64, bytes.size()); ++i)
      damaged[i] = static_cast<char>(~damaged[i]);
    write_file(file, damaged);
    auto log = journal::open_sqlite_log(file);
    if (!log) {
      ++found;
      CHECK(has(log.error().message, file.string()));
      continue;
    }
    if (auto events = (*log)->read("t"); !events)
      ++found;
    auto more = events_of("t", 1);
    if (auto stored = (*log)->append(more); !stored)
      CHECK(stored.error().code == errc::storage_failed);
  }
  CHECK(found > 10);
}

TEST_CASE("a journal that may not be written is refused") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  append(*open_log(file), events_of("t", 1));
  fs::permissions(folder.path(), fs::perms{0755});
  fs::permissions(file, fs::perms{0444});
  std::string why;
  as_nobody([&] { why = why_not_opened(file); });
  CHECK(has(why, file.string()));
  CAPTURE(why);
  CHECK(has(why, "may be written"));
}

TEST_CASE("a journal in a folder that may not be written is refused") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  std::string why;
  fs::permissions(folder.path(), fs::perms{0555});
  SUBCASE("a new one") {
    // nop
  }
  SUBCASE("one that is there") {
    append(*open_log(file), events_of("t", 1));
    fs::permissions(file, fs::perms{0666});
  }
  as_nobody([&] { why = why_not_opened(file); });
  fs::permissions(folder.path(), fs::perms{0755});
  CAPTURE(why);
  CHECK(has(why, file.string()));
  CHECK(has(why, "may be written"));
}

TEST_CASE("an auditor reads a journal in a folder that may not be written") {
  temp_folder folder;
  auto file = folder.path() / "a 100% #1? journal.db";
  append(*open_log(file), events_of("t", 3));
  fs::permissions(folder.path(), fs::perms{0555});
  as_nobody([&] {
    auto read = journal::ledger::open(file);
    REQUIRE(read.has_value());
    CHECK(*read->tasks() == std::vector<std::string>{"t"});
  });
  fs::permissions(folder.path(), fs::perms{0755});
  // What stands in a log that cannot be looked into would be missing.
  write_file(file.string() + "-wal", std::string(5000, 'x'));
  fs::permissions(folder.path(), fs::perms{0555});
  as_nobody([&] { CHECK_FALSE(journal::ledger::open(file).has_value()); });
  fs::permissions(folder.path(), fs::perms{0755});
}

TEST_CASE("a journal whose file is gone takes no event: nobody would read it") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  auto log = open_log(file);
  append(*log, events_of("t", 2));
  SUBCASE("removed") {
    fs::remove(file);
  }
  SUBCASE("moved away, and another one is there") {
    fs::rename(file, folder.path() / "moved.db");
    write_file(file, "");
  }
  auto events = events_of("t", 1);
  auto stored = log->append(events);
  REQUIRE_FALSE(stored.has_value());
  CHECK(stored.error().code == errc::storage_failed);
  CHECK(has(stored.error().message, "was removed or moved away"));
}

TEST_CASE("a place where no file can be is refused") {
  temp_folder folder;
  CHECK(has(why_not_opened(folder.path()), folder.path().string()));
  auto missing = folder.path() / "no" / "folder" / "journal.db";
  CHECK(has(why_not_opened(missing), missing.string()));
  why_not_opened("");
  why_not_opened(folder.path() / std::string(5000, 'x'));
  why_not_opened(folder.path() / std::string{"a\0b", 3});
}

TEST_CASE("when the disk is full nothing of the append is stored, and later "
          "ones are") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  auto log = open_log(file);
  append(*log, events_of("t", 5));
  {
    small_disk full{256 << 10};
    std::vector<pb::Event> large{event_of("t"), event_of("u")};
    large[0].set_reason(std::string(512 << 10, 'x'));
    for (int i = 0; i < 3; ++i) {
      auto stored = log->append(large);
      REQUIRE_FALSE(stored.has_value());
      CHECK(stored.error().code == errc::storage_failed);
      CHECK(has(stored.error().message, file.string()));
    }
    CHECK(count_gapless(*log, "t") == 5);
    append(*log, events_of("t", 1)); // A small one still fits.
  }
  append(*log, events_of("t", 2));
  CHECK(count_gapless(*log, "t") == 8);
  CHECK(log->read("u")->empty());
  log = nullptr;
  CHECK(count_gapless(*open_log(file), "t") == 8);
}

TEST_CASE(
  "a second writer makes an append fail, not wrong; the next is right") {
  temp_folder folder;
  auto file = folder.path() / "journal.db";
  auto first = open_log(file);
  auto second = open_log(file);
  append(*first, events_of("t", 2));
  append(*second, events_of("t", 2));
  auto events = events_of("t", 1);
  auto stored = first->append(events);
  REQUIRE_FALSE(stored.has_value());
  CHECK(stored.error().code == errc::storage_failed);
  CHECK(has(stored.error().message, "another program"));
  append(*first, events_of("t", 1));
  CHECK(count_gapless(*first, "t") == 5);
}

} // namespace cohort::tests::sqlite_failures_test
