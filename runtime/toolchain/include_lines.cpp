#include "runtime/toolchain/include_lines.hpp"

#include "runtime/text_lines.hpp"

namespace cohort::runtime::toolchain {

namespace {

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

} // namespace

std::vector<std::string> included_names(std::string_view source) {
  std::vector<std::string> result;
  for_each_line(source, [&](std::string_view line) {
    skip_blanks(line);
    if (!line.starts_with('#'))
      return;
    line.remove_prefix(1);
    skip_blanks(line);
    if (!line.starts_with("include"))
      return;
    line.remove_prefix(7);
    skip_blanks(line);
    if (!line.starts_with('"') && !line.starts_with('<'))
      return;
    auto end = line.find(line.front() == '<' ? '>' : '"', 1);
    if (end != std::string_view::npos && end > 1)
      result.emplace_back(line.substr(1, end - 1));
  });
  return result;
}

} // namespace cohort::runtime::toolchain
