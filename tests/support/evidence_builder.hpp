#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "runtime/analysis/evidence.hpp"

/// Evidence in a few words, and evidence by chance.
namespace cohort::tests {

/// An error of GCC.
inline messages::v1::Diagnostic
make_error(std::string file, uint32_t line,
           std::string message = "'x' was not declared in this scope",
           std::string tool = "gcc") {
  messages::v1::Diagnostic result;
  result.set_tool(std::move(tool));
  result.set_severity(messages::v1::SEVERITY_ERROR);
  result.mutable_location()->set_file(std::move(file));
  result.mutable_location()->set_line(line);
  result.mutable_location()->set_byte_column(1);
  result.set_message(std::move(message));
  return result;
}

/// A unit as GCC sees it; it reads itself and `reads`.
inline messages::v1::UnitReport
make_unit(std::string unit, std::vector<std::string> reads = {},
          std::vector<messages::v1::Diagnostic> errors = {},
          double seconds = 1) {
  messages::v1::UnitReport result;
  result.add_reads(unit);
  result.set_unit(std::move(unit));
  result.set_tool("gcc");
  result.set_ok(errors.empty());
  result.set_seconds(seconds);
  for (auto& file : reads)
    result.add_reads(std::move(file));
  for (auto& error : errors)
    *result.add_diagnostics() = std::move(error);
  return result;
}

/// `files` sources, each with one undeclared name.
inline std::vector<messages::v1::UnitReport> broken_sources(int files) {
  std::vector<messages::v1::UnitReport> result;
  for (int i = 0; i < files; ++i) {
    auto file = "src/" + std::to_string(i) + ".cc";
    result.push_back(make_unit(file, {}, {make_error(file, 3)}));
  }
  return result;
}

/// A workspace by chance: up to 40 units that read some of up to 15 headers,
/// with errors in either, warnings, repeats, and errors outside the workspace.
inline std::vector<messages::v1::UnitReport> random_reports(uint32_t seed) {
  std::mt19937 random{seed};
  auto below = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  const std::vector<std::string> messages{
    "expected ';' before 'x'",   "'x' was not declared in this scope",
    "'y' does not name a type",  "cannot convert 'int' to 'S'",
    "no match for 'operator<<'", "something else",
  };
  std::vector<std::string> headers(below(16));
  for (size_t i = 0; i < headers.size(); ++i)
    headers[i] = (i % 3 == 0 ? "include/h" : "src/h") + std::to_string(i)
                 + (i % 5 == 4 ? ".cc" : ".hpp");
  std::vector<messages::v1::Diagnostic> header_errors;
  for (auto& header : headers)
    if (below(3) == 0)
      header_errors.push_back(
        make_error(header, 1 + below(9), messages[below(6)]));
  header_errors.push_back(make_error("/usr/include/stdio.h", 4, messages[1]));
  std::vector<messages::v1::UnitReport> result;
  auto units = below(41);
  for (uint32_t i = 0; i < units; ++i) {
    auto file = (i % 4 == 0 ? "lib/u" : "src/u") + std::to_string(i) + ".cc";
    auto report = make_unit(file, {}, {}, below(4) * 0.5);
    for (auto& header : headers)
      if (below(4) == 0) {
        report.add_reads(header);
        for (auto& error : header_errors)
          if (error.location().file() == header)
            *report.add_diagnostics() = error;
      }
    for (auto n = below(5); n > 1; --n)
      *report.add_diagnostics() = make_error(file, 1 + below(20),
                                             messages[below(6)],
                                             below(2) == 0 ? "gcc" : "clang");
    if (below(6) == 0)
      *report.add_diagnostics() = header_errors.back();
    auto warning = make_error(file, 5, "unused variable 'x'");
    warning.set_severity(messages::v1::SEVERITY_WARNING);
    *report.add_diagnostics() = warning;
    report.set_ok(report.diagnostics_size() == 1);
    result.push_back(report);
    if (below(2) == 0) {
      report.set_tool("clang");
      result.push_back(std::move(report));
    }
  }
  return result;
}

} // namespace cohort::tests
