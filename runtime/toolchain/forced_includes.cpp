#include "runtime/toolchain/forced_includes.hpp"

#include <deque>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/toolchain/include_lines.hpp"
#include "runtime/toolchain/paths.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::toolchain {

namespace {

namespace fs = std::filesystem;

/// More than any forced include has; bounds what a mistake costs.
constexpr size_t files_max = 10'000;

class include_walk {
public:
  include_walk(std::string tree, std::vector<std::string> folders)
    : tree_{std::move(tree)}, folders_{std::move(folders)} {
    // nop
  }

  /// Looks `name` up beside its includer, then in the include path.
  void add(const std::string& beside, const std::string& name) {
    if (try_add(absolute(beside, name)) || fs::path{name}.is_absolute())
      return;
    for (auto& folder : folders_)
      if (try_add(absolute(folder, name)))
        return;
  }

  std::vector<std::string> finish() {
    for (; !open_.empty() && found_.size() < files_max; open_.pop_front()) {
      auto& file = open_.front();
      if (auto bytes = workspace::read_file(file))
        for (auto& name : included_names(*bytes))
          add(fs::path{file}.parent_path().string(), name);
    }
    return {found_.begin(), found_.end()};
  }

private:
  /// Returns whether the file exists; only those of the tree are followed.
  bool try_add(std::string file) {
    std::error_code failed;
    if (!fs::is_regular_file(file, failed))
      return false;
    if (!relative_inside(tree_, file).empty() && found_.insert(file).second)
      open_.push_back(std::move(file));
    return true;
  }

  std::string tree_;
  std::vector<std::string> folders_;
  std::set<std::string> found_;
  std::deque<std::string> open_;
};

} // namespace

std::vector<std::string>
forced_includes(const std::vector<std::string>& arguments,
                const std::string& directory, const fs::path& tree) {
  std::vector<std::string> forced;
  std::vector<std::string> folders;
  for (size_t i = 0; i + 1 < arguments.size(); ++i) {
    auto& option = arguments[i];
    if (option == "-include" || option == "-imacros")
      forced.push_back(arguments[++i]);
    else if (option == "-I" || option == "-iquote" || option == "-isystem"
             || option == "-idirafter")
      folders.push_back(arguments[++i]);
  }
  include_walk walk{absolute("/", tree.string()), std::move(folders)};
  for (auto& name : forced)
    walk.add(directory, name);
  return walk.finish();
}

} // namespace cohort::runtime::toolchain
