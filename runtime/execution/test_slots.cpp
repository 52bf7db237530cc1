#include "runtime/execution/test_slots.hpp"

#include <utility>

#include "runtime/execution/cache/digest.hpp"
#include "runtime/execution/folder_limit.hpp"
#include "runtime/execution/slot_runner.hpp"

namespace cohort::runtime::execution {

namespace {

namespace fs = std::filesystem;

constexpr size_t folders_max = 8;

std::string key_of(const std::string& workspace_root,
                   const pb::ToolchainRequest& toolchain) {
  digest_builder sum;
  sum.add(workspace_root);
  for (auto& argument : toolchain.configure_args())
    sum.add(argument);
  // It names a folder; 128 bits are enough for that.
  return to_hex(std::move(sum).finish()).substr(0, 32);
}

} // namespace

test_slots::lease::lease(test_slots& owner, fs::path folder)
  : owner_{owner}, folder_{std::move(folder)} {
  // nop
}

test_slots::lease::~lease() {
  std::lock_guard guard{owner_.mutex_};
  owner_.used_.erase(folder_.filename().string());
}

const fs::path& test_slots::lease::folder() const {
  return folder_;
}

test_slots::lease test_slots::take(const fs::path& slots,
                                   const std::string& workspace_root,
                                   const pb::ToolchainRequest& toolchain) {
  auto parent = (slots / ".." / "tests").lexically_normal();
  auto key = key_of(workspace_root, toolchain);
  std::unique_lock lock{mutex_};
  auto number = 1;
  auto name = [&] { return key + '-' + std::to_string(number); };
  while (used_.count(name()) > 0)
    ++number;
  used_.insert(name());
  auto gone = keep_newest(parent, folders_max, used_);
  lock.unlock();
  remove_folders(gone);
  return {*this, parent / name()};
}

std::shared_ptr<test_slots> make_test_slots() {
  return std::make_shared<test_slots>();
}

} // namespace cohort::runtime::execution
