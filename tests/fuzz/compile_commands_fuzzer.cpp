#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "runtime/toolchain/cxx.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/support/temp_folder.hpp"

using namespace cohort::runtime;
using namespace cohort::tests;

namespace {

namespace fs = std::filesystem;

/// A file that is written when it has to be another one.
class scratch_file {
public:
  explicit scratch_file(fs::path path) : path_{std::move(path)} {
    std::ofstream{path_, std::ios::binary};
  }

  const fs::path& write(std::string_view bytes) {
    if (bytes != bytes_)
      std::ofstream{path_, std::ios::binary} << bytes;
    bytes_ = bytes;
    return path_;
  }

private:
  fs::path path_;
  std::string bytes_;
};

bool stays_inside(const fs::path& path) {
  return path.is_relative() && !path.empty()
         && std::none_of(path.begin(), path.end(), [](auto& part) {
              return part == ".." || part == "." || part.empty();
            });
}

void check_entry(const toolchain::compile_entry& entry) {
  require(stays_inside(entry.unit), "a unit lies inside the workspace");
  require(fs::path{entry.directory}.is_absolute(), "a folder is absolute");
  require(!entry.arguments.empty() && !entry.arguments.front().empty(),
          "a command has a program");
}

void check_project(const toolchain::project& project) {
  require(!project.entries.empty(), "a database without units is an error");
  require(std::is_sorted(project.entries.begin(), project.entries.end(),
                         [](auto& a, auto& b) { return a.unit < b.unit; }),
          "entries are sorted");
  std::for_each(project.entries.begin(), project.entries.end(), check_entry);
  for (auto& unit : toolchain::units_of(project, {}))
    for (std::string compiler : {"gcc", "clang"}) {
      auto command = toolchain::check_command(project, unit, compiler, "/tree",
                                              {}, {}, {});
      require(command && !command->argv.empty()
                && command->argv.back() == "/tree/" + unit,
              "every unit can be checked");
      require(fs::path{command->working_directory}.is_absolute(),
              "a check runs in an absolute folder");
    }
}

} // namespace

/// A compile_commands.json of the workspace /ws, then flags.rsp beside it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static temp_folder folder;
  static scratch_file database{folder.path() / "compile_commands.json"};
  static scratch_file flags{folder.path() / "flags.rsp"};
  auto text = input_text(data, size);
  auto& file = database.write(take_part(text));
  flags.write(text);
  auto read = toolchain::read_compile_commands(file, "/ws");
  if (read)
    check_project(*read);
  else
    require(read.error().code == errc::no_toolchain
              && read.error().message.starts_with(file.string()),
            "an error names the file");
  return 0;
}
