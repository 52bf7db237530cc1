#include "runtime/workspace/tree_fetch.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <random>

#include "runtime/workspace/object_store.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::tree_fetch_test {

using namespace cohort;
using namespace cohort::runtime;
using namespace cohort::runtime::workspace;

namespace fs = std::filesystem;

namespace {

constexpr uint64_t no_limit = 1U << 30;

struct two_stores {
  tests::temp_folder folder;
  object_exchange theirs = open("theirs.git");
  object_exchange ours = open("ours.git");
  whole_trees known;
  uint64_t crossed = 0; // Bytes of objects.

  object_exchange open(const std::string& name) {
    auto result = object_exchange::open(folder.path() / name);
    REQUIRE(result);
    return std::move(*result);
  }

  void write(const std::string& path, const std::string& bytes) {
    auto file = folder.path() / "ws" / path;
    fs::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << bytes;
  }

  std::string snapshot() {
    auto store = object_store::open(folder.path() / "theirs.git");
    REQUIRE(store);
    auto taken = store->take_snapshot(folder.path() / "ws", {});
    REQUIRE(taken);
    return taken->tree;
  }

  /// Carries at most `answers` of them.
  expected<void> carry(tree_fetch& fetch, size_t answers = SIZE_MAX) {
    std::deque<pb::ObjectsWanted> asks;
    while (answers-- > 0) {
      for (auto& ask : fetch.take_asks())
        asks.push_back(std::move(ask));
      if (asks.empty())
        return {};
      auto answer = theirs.answer(asks.front());
      asks.pop_front();
      REQUIRE(answer);
      for (auto& part : answer->parts())
        crossed += part.data().size();
      if (auto taken = fetch.receive(*answer); !taken)
        return taken;
    }
    return {};
  }

  expected<void> fetch(const std::string& tree, uint64_t limit = no_limit) {
    tree_fetch fetching{ours, known, *to_object_id(tree), limit};
    if (auto started = fetching.start(); !started)
      return started;
    auto carried = carry(fetching);
    if (carried)
      CHECK(fetching.is_done());
    return carried;
  }

  std::string read(const std::string& tree, const std::string& path) {
    auto store = object_store::open(folder.path() / "ours.git");
    REQUIRE(store);
    auto bytes = store->read_file(tree, path);
    REQUIRE(bytes);
    return *bytes;
  }
};

std::string noise(size_t size, uint64_t seed) {
  std::mt19937_64 random{seed};
  std::string result(size, '\0');
  for (auto& c : result)
    c = static_cast<char>(random());
  return result;
}

} // namespace

TEST_SUITE_BEGIN("runtime/workspace/tree_fetch");

TEST_CASE_FIXTURE(two_stores, "a tree comes with everything below it") {
  write("a.cc", "int a;");
  write("deep/er/b.cc", "int b;");
  write("empty", "");
  write("same", "int a;");
  auto tree = snapshot();
  REQUIRE(fetch(tree));
  CHECK(read(tree, "a.cc") == "int a;");
  CHECK(read(tree, "deep/er/b.cc") == "int b;");
  CHECK(read(tree, "empty").empty());
}

TEST_CASE_FIXTURE(two_stores, "of a second tree only what differs comes") {
  for (auto i = 0; i < 600; ++i)
    write("src/" + std::to_string(i % 20) + "/" + std::to_string(i) + ".cc",
          noise(2000, static_cast<uint64_t>(i)));
  REQUIRE(fetch(snapshot()));
  auto first = std::exchange(crossed, 0);
  CHECK(first > 600 * 2000);
  write("src/3/3.cc", "int changed;");
  auto tree = snapshot();
  REQUIRE(fetch(tree));
  CHECK(read(tree, "src/3/3.cc") == "int changed;");
  CHECK(crossed * 100 < first);
  crossed = 0;
  REQUIRE(fetch(tree));
  CHECK(crossed == 0);
}

TEST_CASE_FIXTURE(two_stores, "a folder of very many files comes, too") {
  for (auto i = 0; i < 12'000; ++i)
    write("many/generated_source_" + std::to_string(i) + ".cc", "");
  auto tree = snapshot();
  REQUIRE(fetch(tree));
  CHECK(read(tree, "many/generated_source_11999.cc").empty());
}

TEST_CASE_FIXTURE(two_stores, "a large blob comes in parts, whole") {
  auto large = noise(3'000'000, 7);
  write("large", large);
  write("small", "x");
  auto tree = snapshot();
  REQUIRE(fetch(tree));
  CHECK(read(tree, "large") == large);
  CHECK(read(tree, "small") == "x");
}

TEST_CASE_FIXTURE(two_stores, "a fetch that was cut off goes on where it was") {
  for (auto i = 0; i < 50; ++i)
    write(std::to_string(i), noise(50'000, static_cast<uint64_t>(i)));
  auto tree = snapshot();
  {
    tree_fetch cut{ours, known, *to_object_id(tree), no_limit};
    REQUIRE(cut.start());
    REQUIRE(carry(cut, 5));
    CHECK_FALSE(cut.is_done());
  }
  CHECK(known.empty());
  auto first = std::exchange(crossed, 0);
  REQUIRE(first > 0);
  REQUIRE(fetch(tree));
  CHECK(first + crossed < 50 * 50'000 + 10'000);
  CHECK(read(tree, "49") == noise(50'000, 49));
}

TEST_CASE_FIXTURE(two_stores, "what the peer has not got is an error") {
  auto failed = fetch(std::string(40, '1'));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == errc::not_found);
  CHECK_FALSE(to_object_id("no id"));
}

TEST_CASE_FIXTURE(two_stores, "an object above the limit is refused") {
  write("large", noise(400'000, 1));
  auto failed = fetch(snapshot(), 300'000);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == errc::invalid_message);
}

TEST_CASE_FIXTURE(two_stores, "a peer that lies is found out") {
  write("a", "what is wanted");
  write("large", noise(600'000, 2));
  auto tree = snapshot();
  tree_fetch fetching{ours, known, *to_object_id(tree), no_limit};
  REQUIRE(fetching.start());
  auto asks = fetching.take_asks();
  auto root = theirs.answer(asks.front());
  REQUIRE(root);
  SUBCASE("other bytes") {
    root->mutable_parts(0)->set_data("nonsense");
    root->mutable_parts(0)->set_size(8);
  }
  SUBCASE("another object") {
    root->mutable_parts(0)->set_id(std::string(20, 'x'));
  }
  SUBCASE("another kind") {
    root->mutable_parts(0)->set_kind(pb::ObjectPart::BLOB);
  }
  SUBCASE("a part that does not fit") {
    root->mutable_parts(0)->set_offset(5);
  }
  SUBCASE("more than the object has") {
    root->mutable_parts(0)->set_size(3);
  }
  SUBCASE("a folder larger than any") {
    root->mutable_parts(0)->set_size(tree_bytes_max + 1);
  }
  SUBCASE("nothing") {
    root->clear_parts();
  }
  auto failed = fetching.receive(*root);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == errc::invalid_message);
}

TEST_CASE_FIXTURE(two_stores, "an answer to nothing is ignored, and an ask for "
                              "too much is refused") {
  tree_fetch fetching{ours, known, object_id(20, 'x'), no_limit};
  REQUIRE(fetching.start());
  pb::ObjectsSent stray;
  stray.set_ask(99);
  CHECK(fetching.receive(stray));
  CHECK_FALSE(fetching.expects(99));
  pb::ObjectsWanted many;
  for (auto i = 0; i < 1025; ++i)
    many.add_ids(std::string(20, 'x'));
  CHECK_FALSE(theirs.answer(many));
  pb::ObjectsWanted odd;
  odd.add_ids("short");
  CHECK_FALSE(theirs.answer(odd));
}

TEST_SUITE_END();

} // namespace cohort::tests::tree_fetch_test
