#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/toolchain/diagnostics.hpp"
#include "tests/fuzz/input.hpp"

using namespace cohort::runtime::toolchain;
using namespace cohort::tests;

namespace {

std::string escaped(const std::string& name) {
  std::string result;
  for (auto c : name) {
    if (c == ' ' || c == '#' || c == '\\')
      result += '\\';
    else if (c == '$')
      result += '$';
    result += c;
  }
  return result;
}

/// As it may be written.
std::string make_rule(const std::vector<std::string>& names) {
  std::string result = "unit:";
  for (auto& name : names)
    result += " \\\n " + escaped(name);
  return result + '\n';
}

void check_dependencies(std::string_view rule) {
  auto names = read_dependencies(rule);
  for (auto& name : names)
    require(!name.empty() && name.find('\n') == std::string::npos,
            "a prerequisite is a name");
  require(read_dependencies(make_rule(names)) == names,
          "a rule of the same names reads the same");
}

void check_includes(std::string_view text) {
  auto names = read_includes(text);
  for (auto& name : names)
    require(!name.empty() && text.find(". " + name) != std::string_view::npos,
            "dots and a blank stand before a header's name");
  std::string again;
  for (auto& name : names)
    again += ". " + name + "\r\n";
  require(read_includes(again) == names, "a list of the same names reads the "
                                         "same");
}

} // namespace

/// A make rule; and the lines of -H, which need not be others.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto text = input_text(data, size);
  check_dependencies(text);
  check_includes(text);
  auto plain = plain_quotes(text);
  require(plain.size() <= text.size(), "plain quotes are no longer");
  require(!is_utf8(text) || is_utf8(plain), "plain quotes stay UTF-8");
  return 0;
}
