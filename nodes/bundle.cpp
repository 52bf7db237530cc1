#include <filesystem>
#include <iostream>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "nodes/session.hpp"
#include "nodes/verbs.hpp"
#include "runtime/audit/bundle.hpp"

/// What was exported elsewhere: needs nothing of cohort's but this binary.
namespace cohort::nodes {

namespace {

namespace fs = std::filesystem;
using runtime::error;
using runtime::expected;
using runtime::audit::bundle_findings;

/// A folder of its own, that goes with it.
class scratch_folder {
public:
  scratch_folder()
    : path_{fs::temp_directory_path() / ("cohort-verify-" + make_task_id())} {
    // nop
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const {
    return path_;
  }

private:
  fs::path path_;
};

expected<bundle_findings> check_bundle(const bundle_options& options) {
  runtime::audit::bundle_check how;
  if (!options.public_key.empty()) {
    auto key = runtime::journal::public_key::read(options.public_key);
    if (!key)
      return key.error();
    how.key.emplace(std::move(*key));
  }
  std::error_code failed;
  if (!options.repository.empty()
      && !fs::is_directory(options.repository, failed))
    return error{runtime::errc::workspace_unreadable,
                 options.repository + " is no folder"};
  scratch_folder scratch;
  how.repository = options.repository;
  how.scratch = scratch.path();
  auto source = runtime::audit::read_in_pieces(options.file);
  if (!source)
    return source.error();
  return runtime::audit::verify_bundle(*source, how);
}

void show_findings(const bundle_findings& found, output_format format) {
  if (format != output_format::text) {
    std::cout << nlohmann::json{{"task", found.task_id},
                                {"key", found.key},
                                {"holds", true},
                                {"checked", found.checked},
                                {"unchecked", found.unchecked}}
                   .dump(2)
              << '\n';
    return;
  }
  std::cout << "task " << found.task_id << ", sealed with the key " << found.key
            << '\n';
  for (auto& what : found.checked)
    std::cout << "checked: " << what << '\n';
  for (auto& what : found.unchecked)
    std::cout << "not checked: " << what << '\n';
}

} // namespace

int verify_bundle(const bundle_options& options) {
  auto found = check_bundle(options);
  if (found) {
    show_findings(*found, options.format);
    return 0;
  }
  auto& why = found.error();
  std::cerr << "cohort: " << why.message << '\n';
  if (why.code != runtime::errc::invalid_message)
    return exit_code(why.code);
  if (options.format != output_format::text)
    std::cout << nlohmann::json{{"holds", false}, {"why", why.message}}.dump(2)
              << '\n';
  return 1;
}

} // namespace cohort::nodes
