#include "runtime/toolchain/symbols.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "runtime/text_lines.hpp"
#include "runtime/workspace/files.hpp"

namespace cohort::runtime::toolchain {

namespace fs = std::filesystem;

namespace {

std::string base_name(std::string_view path) {
  return std::string{path.substr(path.rfind('/') + 1)};
}

bool is_end_of(std::string_view path, std::string_view end) {
  return path.ends_with(end)
         && (path.size() == end.size()
             || path[path.size() - end.size() - 1] == '/');
}

/// The names between quotes of `#include "..."`, in order.
std::vector<std::string> quoted_includes(std::string_view content) {
  std::vector<std::string> result;
  for_each_line(content, [&](std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.starts_with('#'))
      return;
    auto open = line.find('"');
    auto close = line.find('"', open + 1);
    if (line.find("include") < open && open != line.npos && close != line.npos)
      result.emplace_back(line.substr(open + 1, close - open - 1));
  });
  return result;
}

std::string join_lines(const std::vector<std::string>& names) {
  std::string result;
  for (auto& name : names)
    if (name.find('\n') == std::string::npos)
      result.append(name).push_back('\n');
  return result;
}

} // namespace

symbol_index::symbol_index(files all) : files_{std::move(all)} {
  for (auto& [file, symbols] : files_) {
    for (auto& one : symbols->declared)
      names_[one.name].push_back({&file, &one});
    for (auto& spelling : symbols->includes)
      ++included_[base_name(spelling)][spelling];
  }
}

std::vector<symbol_index::place>
symbol_index::find(std::string_view name) const {
  auto found = names_.find(name);
  return found == names_.end() ? std::vector<place>{} : found->second;
}

std::vector<std::string>
symbol_index::spellings(const std::string& header) const {
  std::vector<std::pair<size_t, std::string>> order;
  auto found = included_.find(base_name(header));
  if (found != included_.end())
    for (auto& [spelling, times] : found->second)
      if (is_end_of(header, spelling))
        order.emplace_back(times, spelling);
  std::stable_sort(order.begin(), order.end(),
                   [](auto& a, auto& b) { return a.first > b.first; });
  std::vector<std::string> result;
  for (auto& [times, spelling] : order)
    result.push_back(spelling);
  return result;
}

bool has_symbols(const std::string& file) {
  auto ends = {".h",   ".hh",  ".hpp", ".hxx", ".h++", ".c",   ".cc", ".cpp",
               ".cxx", ".c++", ".inc", ".inl", ".ipp", ".tcc", ".H",  ".C"};
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) {
    return file.size() > end.size() && file.ends_with(end);
  });
}

std::string read_tag(std::string_view line, symbol& to) {
  auto value = nlohmann::json::parse(line, nullptr, false);
  if (!value.is_object())
    return {};
  auto text = [&](const char* key) {
    auto found = value.find(key);
    return found != value.end() && found->is_string()
             ? found->get<std::string>()
             : std::string{};
  };
  to = {};
  to.name = text("name");
  to.kind = text("kind");
  to.type = text("typeref");
  auto colon = to.type.find(':'); // "typename:int"
  to.type.erase(0, colon == std::string::npos ? 0 : colon + 1);
  auto at = value.find("line");
  if (at != value.end() && at->is_number_unsigned())
    to.line = at->get<uint32_t>();
  auto scope = text("scopeKind");
  to.is_member = !scope.empty() && scope != "namespace";
  return to.name.empty() ? std::string{} : text("path");
}

expected<symbol_index::files>
read_symbols(const fs::path& tree, const std::vector<std::string>& names,
             const toolchain_settings& settings, process::runner& processes,
             std::stop_token stop) {
  process::command what;
  what.argv = {settings.ctags,
               "--options=NONE",
               "--languages=C,C++",
               "--langmap=C++:+.h.inc.inl.ipp.tcc",
               "--kinds-C=+p",
               "--kinds-C++=+p",
               "--fields=FNnKst",
               "--output-format=json",
               "--sort=no",
               "-f",
               "-",
               "-L",
               "-"};
  what.working_directory = tree.string();
  what.input = join_lines(names);
  what.deadline = std::chrono::minutes{5};
  what.output_limit_bytes = 1ULL << 30;
  auto result = processes.run(std::move(what), stop);
  if (result.status == process::status::cancelled)
    return error{errc::cancelled, "indexing was stopped"};
  if (!result.ok())
    return error{errc::tool_failed,
                 settings.ctags
                   + " gives no index of names: " + process::describe(result)
                   + "; install universal-ctags, or name it in "
                     "toolchain.ctags"};
  std::map<std::string, file_symbols> found;
  for_each_line(result.out, [&](std::string_view line) {
    symbol one;
    if (auto file = read_tag(line, one); !file.empty())
      found[std::move(file)].declared.push_back(std::move(one));
  });
  symbol_index::files all;
  for (auto& name : names) {
    auto bytes = workspace::read_file(tree / name);
    if (!bytes)
      continue; // Gone.
    auto symbols = std::make_shared<file_symbols>();
    if (auto known = found.find(name); known != found.end())
      *symbols = std::move(known->second);
    symbols->includes = quoted_includes(*bytes);
    all.emplace(name, std::move(symbols));
  }
  return all;
}

} // namespace cohort::runtime::toolchain
