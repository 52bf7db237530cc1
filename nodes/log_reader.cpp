#include "nodes/log_reader.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

#include "runtime/analysis/log_evidence.hpp"
#include "runtime/logs/read_log.hpp"

namespace cohort::nodes {

runtime::expected<messages::v1::Evidence> read_log(const std::string& file) {
  using runtime::errc;
  using runtime::error;
  std::string text;
  if (file == "-") {
    text.assign(std::istreambuf_iterator<char>{std::cin}, {});
  } else {
    std::ifstream in{file, std::ios::binary};
    if (!in || !in.good())
      return error{errc::invalid_request,
                   "the log " + file + " cannot be read"};
    text.assign(std::istreambuf_iterator<char>{in}, {});
  }
  auto entries = runtime::logs::read_log(text);
  if (entries.empty())
    return error{errc::invalid_request,
                 "no compiler's diagnostic was found in "
                   + (file == "-" ? std::string{"standard input"} : file)};
  return runtime::analysis::gather_log(std::move(entries));
}

} // namespace cohort::nodes
