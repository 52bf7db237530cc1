#include "runtime/execution/test_slots.hpp"

#include <chrono>
#include <filesystem>

#include <doctest/doctest.h>

#include "runtime/execution/folder_limit.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests::test_slots_test {

using namespace std::chrono_literals;
using runtime::execution::keep_newest;
using runtime::execution::remove_folders;
using runtime::execution::test_slots;
namespace fs = std::filesystem;
namespace pb = messages::v1;

namespace {

size_t entries(const fs::path& folder) {
  auto all = fs::directory_iterator{folder};
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

} // namespace

TEST_CASE("a workspace has the same folder each time, and others others") {
  temp_folder state;
  test_slots slots;
  pb::ToolchainRequest plain;
  pb::ToolchainRequest debug;
  debug.add_configure_args("-DCMAKE_BUILD_TYPE=Debug");
  auto folder_of = [&](const std::string& root, const auto& toolchain) {
    return slots.take(state.path() / "slots", root, toolchain).folder();
  };
  auto first = folder_of("/w", plain);
  CHECK(first.parent_path() == state.path() / "tests");
  CHECK(folder_of("/w", plain) == first);
  CHECK(folder_of("/w", debug) != first);
  CHECK(folder_of("/v", plain) != first);
}

TEST_CASE("a folder has one user at a time") {
  temp_folder state;
  test_slots slots;
  auto first = slots.take(state.path() / "slots", "/w", {});
  {
    auto second = slots.take(state.path() / "slots", "/w", {});
    CHECK(first.folder() != second.folder());
  }
  auto other = slots.take(state.path() / "slots", "/v", {});
  auto third = slots.take(state.path() / "slots", "/w", {});
  CHECK(third.folder() != first.folder());
  CHECK(third.folder() != other.folder());
}

TEST_CASE("of the folders that nobody uses the oldest go") {
  temp_folder parent;
  auto now = fs::file_time_type::clock::now();
  for (auto i = 0; i < 6; ++i) {
    auto folder = parent.path() / std::to_string(i);
    fs::create_directories(folder / "tree");
    fs::last_write_time(folder, now - i * 1h);
  }
  fs::create_directories(parent.path() / ".cohort-1-2-3.tmp" / "tree");
  auto gone = keep_newest(parent.path(), 3, {"5"});
  CHECK(gone.size() == 4); // And what another process left.
  for (auto& folder : gone)
    CHECK(folder.filename().string().starts_with(".cohort-"));
  remove_folders(gone);
  CHECK(entries(parent.path()) == 3);
  CHECK(fs::exists(parent.path() / "0" / "tree"));
  CHECK(fs::exists(parent.path() / "1"));
  CHECK(fs::exists(parent.path() / "5"));
  CHECK(fs::last_write_time(parent.path() / "5") > now - 1h); // As used now.

  // More are in use than may be.
  remove_folders(keep_newest(parent.path(), 1, {"0", "5"}));
  CHECK(entries(parent.path()) == 2);
  CHECK(keep_newest(parent.path() / "none", 1, {}).empty());
}

} // namespace cohort::tests::test_slots_test
