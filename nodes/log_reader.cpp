#include "nodes/log_reader.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>
#include <vector>

#include "runtime/analysis/evidence.hpp"
#include "runtime/toolchain/diagnostics.hpp"

namespace cohort::nodes {

namespace {

namespace pb = messages::v1;
namespace toolchain = runtime::toolchain;
using runtime::errc;
using runtime::error;

} // namespace

runtime::expected<pb::Evidence> read_log(const std::string& file) {
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
  // A log is read far from its sources, so fix-its cannot be placed.
  auto no_files = [](const std::string&) -> const std::string* {
    return nullptr;
  };
  auto parsed = toolchain::read_gcc_json(text, no_files);
  auto tool = "gcc";
  if (parsed.diagnostics.empty()) {
    parsed = toolchain::read_clang(text, no_files);
    tool = "log";
  }
  if (parsed.diagnostics.empty())
    return error{errc::invalid_request,
                 "no diagnostic of GCC or clang was found in "
                   + (file == "-" ? std::string{"standard input"} : file)};
  pb::UnitReport report;
  report.set_unit(file);
  report.set_tool(tool);
  for (auto& diagnostic : parsed.diagnostics) {
    diagnostic.set_tool(tool);
    *report.add_diagnostics() = std::move(diagnostic);
  }
  return runtime::analysis::gather("", {std::move(report)});
}

} // namespace cohort::nodes
