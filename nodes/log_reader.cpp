#include "nodes/log_reader.hpp"

#include <array>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "runtime/analysis/log_evidence.hpp"
#include "runtime/logs/read_log.hpp"

namespace cohort::nodes {

namespace {

/// nullopt when it cannot be read, as a folder cannot.
std::optional<std::string> rest_of(std::istream& in) {
  std::string text;
  std::array<char, 64 * 1024> part;
  while (in) {
    in.read(part.data(), part.size());
    text.append(part.data(), static_cast<size_t>(in.gcount()));
  }
  return in.eof() && !in.bad() ? std::optional{std::move(text)} : std::nullopt;
}

} // namespace

runtime::expected<messages::v1::Evidence> read_log(const std::string& file) {
  using runtime::errc;
  using runtime::error;
  auto name = file == "-" ? std::string{"standard input"} : file;
  std::ifstream opened;
  if (file != "-")
    opened.open(file, std::ios::binary);
  auto text = rest_of(file == "-" ? std::cin : opened);
  if (!text)
    return error{errc::invalid_request, "the log " + name
                                          + " cannot be read; name a file, or "
                                            "- for standard input"};
  auto entries = runtime::logs::read_log(*text);
  if (entries.empty())
    return error{errc::invalid_request,
                 "no compiler's diagnostic was found in " + name};
  return runtime::analysis::gather_log(std::move(entries));
}

} // namespace cohort::nodes
