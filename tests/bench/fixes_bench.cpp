#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "runtime/fixes/apply_fixes.hpp"
#include "runtime/fixes/readers.hpp"
#include "tests/support/temp_folder.hpp"

/// 275 files with 1.3 MB of edits from as many exports of clang-tidy, each of
/// which has a fix that all agree on for each of eight shared headers as well,
/// and one that they do not agree on. Read, chosen, and applied to a disk, with
/// a sync for each file.
namespace {

using namespace cohort;
namespace fs = std::filesystem;
using clock_type = std::chrono::steady_clock;

constexpr int unit_count = 275;
constexpr int header_count = 8;
constexpr int fixes_per_file = 60;
constexpr size_t text_bytes = 80;

/// Sixty declarations, and where the initialiser of each begins.
const std::string line = "int* pointer_number = 0;\n";
constexpr size_t zero_at = 22;

void write(const fs::path& file, const std::string& text) {
  std::ofstream{file, std::ios::binary} << text;
}

std::string file_name(int number) {
  return number < header_count
           ? "h" + std::to_string(number) + ".h"
           : "u" + std::to_string(number - header_count) + ".cc";
}

std::string diagnostic(const std::string& file, size_t offset,
                       const std::string& text) {
  auto at = std::to_string(offset);
  return "  - DiagnosticName:  modernize-use-nullptr\n    DiagnosticMessage:\n"
         "      Message:         use nullptr\n      FilePath:        '"
         + file + "'\n      FileOffset:      " + at
         + "\n      Replacements:\n        - FilePath:        '" + file
         + "'\n          Offset:          " + at
         + "\n          Length:          1\n          ReplacementText: '" + text
         + "'\n    Level:           Warning\n    BuildDirectory:  '/'\n";
}

std::string all_fixes_of(const std::string& file) {
  std::string result;
  for (size_t i = 0; i < fixes_per_file; ++i)
    result
      += diagnostic(file, i * line.size() + zero_at,
                    "nullptr /* " + std::string(text_bytes - 14, 'x') + " */");
  return result;
}

double seconds_since(clock_type::time_point begin) {
  return std::chrono::duration<double>(clock_type::now() - begin).count();
}

} // namespace

int main() {
  tests::temp_folder folder;
  auto root = fs::canonical(folder.path());
  std::string content;
  for (int i = 0; i < fixes_per_file; ++i)
    content += line;
  for (int i = 0; i < unit_count + header_count; ++i)
    write(root / file_name(i), content);
  std::vector<std::string> exports;
  size_t export_bytes = 0;
  for (int i = 0; i < unit_count; ++i) {
    auto unit = (root / file_name(header_count + i)).string();
    auto text = "---\nMainSourceFile:  '" + unit + "'\nDiagnostics:\n"
                + all_fixes_of(unit);
    for (int k = 0; k < header_count; ++k) {
      auto header = (root / file_name(k)).string();
      text += diagnostic(header, zero_at, "unit " + std::to_string(i % 3));
      text += diagnostic(header, line.size() + zero_at, "nullptr");
    }
    exports.push_back(text + "...\n");
    export_bytes += exports.back().size();
  }
  runtime::workspace::base_files files{root};
  auto lookup = [&](const std::string& name) -> const auto& {
    return files.find(name);
  };
  auto begin = clock_type::now();
  std::vector<runtime::workspace::proposal> proposals;
  for (auto& text : exports) {
    auto read = runtime::fixes::read_clang_fixes(text, "bench", lookup);
    if (!read)
      return 1;
    proposals.insert(proposals.end(), read->begin(), read->end());
  }
  auto read_seconds = seconds_since(begin);
  begin = clock_type::now();
  auto plan = runtime::fixes::plan_fixes(proposals, files, {});
  auto plan_seconds = seconds_since(begin);
  begin = clock_type::now();
  auto done = runtime::fixes::apply_fixes(proposals, files, {});
  auto apply_seconds = seconds_since(begin);
  if (!plan || !done)
    return 1;
  size_t edit_bytes = 0;
  for (auto& fix : done->choice.chosen)
    for (auto& edit : fix.edits())
      edit_bytes += edit.replacement().size();
  std::printf("{\"exports\":%d,\"export_bytes\":%zu,\"proposals\":%zu,"
              "\"chosen\":%zu,\"refused\":%zu,\"files\":%zu,\"edit_bytes\":%zu,"
              "\"read_s\":%.3f,\"choose_s\":%.3f,\"choose_and_write_s\":%.3f,"
              "\"cpu_s\":%.3f}\n",
              unit_count, export_bytes, proposals.size(),
              done->choice.chosen.size(), done->choice.refused.size(),
              done->files.size(), edit_bytes, read_seconds, plan_seconds,
              apply_seconds,
              static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
}
