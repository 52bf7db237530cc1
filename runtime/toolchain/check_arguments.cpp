#include "runtime/toolchain/check_arguments.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/toolchain/compile_options.hpp"
#include "runtime/toolchain/paths.hpp"

namespace cohort::runtime::toolchain {

namespace {

namespace fs = std::filesystem;

class argument_writer {
public:
  argument_writer(const project& project, const compile_entry& entry,
                  const fs::path& tree)
    : project_{project}, entry_{entry}, tree_{tree} {
    // nop
  }

  void add(std::string argument) {
    result_.push_back(std::move(argument));
  }

  void add_path(std::string_view option, std::string_view path) {
    // Not a path, but one below the system root.
    if (path.starts_with("=") || path.starts_with("$SYSROOT")) {
      add(std::string{option});
      add(std::string{path});
      return;
    }
    auto full = absolute(entry_.directory, path);
    // CMake calls folders of the workspace itself "system": that would hide
    // what is wrong in them.
    auto is_hidden = option == "-isystem" && is_source(project_, full);
    add(is_hidden ? "-I" : std::string{option});
    auto mapped = to_tree(project_, tree_, full);
    // A name that is not in the command's folder is looked up in the include
    // path.
    std::error_code failed;
    auto is_forced = option == "-include" || option == "-imacros";
    auto is_found = fs::path{path}.is_absolute() || fs::exists(mapped, failed);
    add(is_forced && !is_found ? std::string{path} : std::move(mapped));
  }

  std::vector<std::string> take() {
    return std::move(result_);
  }

private:
  const project& project_;
  const compile_entry& entry_;
  const fs::path& tree_;
  std::vector<std::string> result_;
};

} // namespace

std::vector<std::string>
check_arguments(const project& project, const compile_entry& entry,
                const std::string& compiler, const fs::path& tree) {
  auto program = program_index(entry.arguments);
  auto to_clang = compiler == "clang";
  auto is_own = is_clang_program(entry.arguments[program]) == to_clang;
  auto& in = entry.arguments;
  argument_writer out{project, entry, tree};
  auto main_file = absolute(project.source_root.string(), entry.unit);
  for (auto i = program + 1; i < in.size(); ++i) {
    auto& argument = in[i];
    auto has_value = takes_value(argument) && i + 1 < in.size();
    auto is_option = argument.starts_with("-");
    auto is_left_out
      = is_option ? is_for_output(argument)
                      || (!is_own && !is_portable(argument, to_clang))
                  : is_input_file(argument)
                      || absolute(entry.directory, argument) == main_file;
    if (is_left_out) {
      i += has_value ? 1 : 0;
    } else if (is_path_option(argument)) {
      if (has_value)
        out.add_path(argument, in[++i]);
    } else if (auto joined = split_path_option(argument)) {
      out.add_path(joined->option, joined->path);
    } else {
      out.add(argument);
      if (has_value)
        out.add(in[++i]);
    }
  }
  return out.take();
}

std::string check_directory(const project& project, const compile_entry& entry,
                            const fs::path& tree) {
  auto result = to_tree(project, tree, entry.directory);
  std::error_code failed;
  return fs::is_directory(result, failed) ? result : tree.string();
}

const compile_entry* find_entry(const project& project,
                                const std::string& unit) {
  auto found = std::lower_bound(project.entries.begin(), project.entries.end(),
                                unit, [](auto& entry, auto& name) {
                                  return entry.unit < name;
                                });
  return found != project.entries.end() && found->unit == unit ? &*found
                                                               : nullptr;
}

std::vector<project> other_builds_of(const project& project,
                                     const std::string& unit) {
  std::vector<toolchain::project> result;
  auto* first = find_entry(project, unit);
  if (first == nullptr)
    return result;
  auto end = project.entries.data() + project.entries.size();
  for (auto* entry = first + 1; entry != end && entry->unit == unit; ++entry)
    result.push_back(
      {project.source_root, project.build_dir, {*entry}, project.has_tests});
  return result;
}

} // namespace cohort::runtime::toolchain
