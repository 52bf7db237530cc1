#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/expected.hpp"
#include "runtime/process/runner.hpp"
#include "runtime/process/settings.hpp"
#include "runtime/toolchain/settings.hpp"

/// Where the workspace declares what: an index of names, made by Universal
/// Ctags, which reads broken code as well.
namespace cohort::runtime::toolchain {

struct symbol {
  std::string name;
  std::string kind; // As ctags calls it: "class", "macro", "prototype", ...
  std::string type; // Of a function's result or of a variable; may be empty.
  uint32_t line = 0;
  bool is_member = false; // Of a class, or local to a function.
};

/// What one file declares, and what it includes, as it is spelt: "gtest/x.h".
struct file_symbols {
  std::vector<symbol> declared;
  std::vector<std::string> includes;
};

/// An index of some tree. Immutable.
class symbol_index {
public:
  using files = std::map<std::string, std::shared_ptr<const file_symbols>>;

  struct place {
    const std::string* file;
    const symbol* what;
  };

  explicit symbol_index(files all);

  /// All declarations of `name` (unqualified), by file.
  [[nodiscard]] std::vector<place> find(std::string_view name) const;

  /// How other files include `header` (a path in the tree), the commonest
  /// first: the spellings of which it is the end.
  [[nodiscard]] std::vector<std::string>
  spellings(const std::string& header) const;

  [[nodiscard]] const files& all() const {
    return files_;
  }

private:
  files files_;
  std::map<std::string, std::vector<place>, std::less<>> names_;
  std::map<std::string, std::map<std::string, size_t>> included_; // By name.
};

/// Whether a file is one that is indexed.
[[nodiscard]] bool has_symbols(const std::string& file);

/// Reads `names` (paths below `tree`). Errors: tool_failed when there is no
/// ctags that writes JSON; cancelled.
expected<symbol_index::files>
read_symbols(const std::filesystem::path& tree,
             const std::vector<std::string>& names,
             const toolchain_settings& settings, process::runner& processes,
             std::stop_token stop);

/// One line of ctags' JSON. Returns the file's name, or "" when the line is no
/// tag.
std::string read_tag(std::string_view line, symbol& to);

} // namespace cohort::runtime::toolchain
