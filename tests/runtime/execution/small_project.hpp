#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "messages/v1/assignment.pb.h"
#include "runtime/process/launcher.hpp"
#include "runtime/toolchain/cxx.hpp"
#include "runtime/workspace/object_store.hpp"
#include "runtime/workspace/slot.hpp"
#include "tests/support/temp_folder.hpp"

namespace cohort::tests {

namespace runtime = cohort::runtime;
namespace pb = cohort::messages::v1;

template <class T>
T value_of(runtime::expected<T> result) {
  if (!result)
    throw std::runtime_error(result.error().message);
  return std::move(*result);
}

inline void write_file(const std::filesystem::path& file,
                       const std::string& content) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream{file, std::ios::binary} << content;
}

inline std::string read_file(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// A script that stands for a program.
inline std::string write_script(const std::filesystem::path& file,
                                const std::string& body) {
  write_file(file, "#!/bin/sh\n" + body);
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  return file.string();
}

/// A workspace of few files, a snapshot of it, and a slot that holds it. Each
/// .cpp file is a unit.
class small_project {
public:
  explicit small_project(const std::map<std::string, std::string>& files) {
    std::filesystem::create_directories(root());
    for (auto& [name, content] : files)
      write_file(root() / name, content);
    project_.source_root = root();
    project_.build_dir = folder_.path() / "build";
    std::filesystem::create_directories(project_.build_dir);
    for (auto& [name, content] : files)
      if (std::filesystem::path{name}.extension() == ".cpp") {
        project_.entries.push_back(
          {name,
           project_.build_dir.string(),
           {"g++", "-std=gnu++17", "-Wformat", "-Werror=format",
            "-I" + root().string(), "-c", (root() / name).string()}});
        *subtask().add_units() = name;
      }
    for (auto& [name, content] : files)
      subtask().add_files(name);
    auto store = open_store();
    tree_ = value_of(store.take_snapshot(root(), {})).tree;
    slot_.emplace(folder_.path() / "slots" / "w", std::move(store));
    if (auto there = slot_->bring_to(tree_); !there)
      throw std::runtime_error(there.error().message);
    repair_.add_compilers("gcc");
    repair_.add_compilers("clang");
  }

  [[nodiscard]] std::filesystem::path folder() const {
    return folder_.path();
  }
  [[nodiscard]] std::filesystem::path root() const {
    return folder_.path() / "workspace";
  }
  [[nodiscard]] std::filesystem::path store_folder() const {
    return folder_.path() / "store.git";
  }
  [[nodiscard]] runtime::workspace::object_store open_store() const {
    return value_of(runtime::workspace::object_store::open(store_folder()));
  }
  [[nodiscard]] const std::string& tree() const {
    return tree_;
  }
  runtime::workspace::slot& slot() {
    return *slot_;
  }
  runtime::toolchain::project& project() {
    return project_;
  }
  pb::RepairUnit& repair() {
    return repair_;
  }
  pb::Subtask& subtask() {
    return *repair_.mutable_subtask();
  }
  /// A file in the slot.
  [[nodiscard]] std::string text(const std::string& name) const {
    return read_file(slot_->tree_folder() / name);
  }

private:
  temp_folder folder_;
  runtime::toolchain::project project_;
  std::string tree_;
  std::optional<runtime::workspace::slot> slot_;
  pb::RepairUnit repair_;
};

/// The launcher that all tests of a program share.
inline runtime::process::runner& processes() {
  static auto runner = [] {
    runtime::process::process_settings settings;
    settings.cpu_tokens = 2;
    return value_of(runtime::process::start_launcher(settings));
  }();
  return *runner;
}

} // namespace cohort::tests
