#include "runtime/uri.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace cohort::runtime {

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char code = 0;
    auto digits = text[i] == '%' ? text.substr(i + 1, 2) : std::string_view{};
    auto [end, failed]
      = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    auto is_code = digits.size() == 2 && failed == std::errc{}
                   && end == digits.data() + 2;
    result += is_code ? static_cast<char>(code) : text[i];
    i += is_code ? 2 : 0;
  }
  return result;
}

std::string path_of_uri(std::string_view uri) {
  if (uri.starts_with("file:")) {
    uri.remove_prefix(5);
    if (uri.starts_with("//"))
      uri.remove_prefix(std::min(uri.find('/', 2), uri.size()));
  } else if (auto colon = uri.find(':'); colon != std::string_view::npos
                                         && colon > 1
                                         && colon < uri.find('/')) {
    return "";
  }
  return percent_decoded(uri);
}

} // namespace cohort::runtime
