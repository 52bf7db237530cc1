#include "nodes/trace_file.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include "runtime/telemetry/trace.hpp"

namespace cohort::nodes {

using runtime::errc;
using runtime::error;
using runtime::expected;

trace_file::trace_file(std::string path, std::ofstream out)
  : path_{std::move(path)}, out_{std::move(out)} {
  // nop
}

expected<trace_file> trace_file::open(const std::string& path) {
  std::ofstream out{path};
  if (!out)
    return error{errc::invalid_request,
                 "the trace cannot be written to " + path + ": "
                   + std::generic_category().message(errno)};
  return trace_file{path, std::move(out)};
}

expected<void> trace_file::write(const messages::v1::TraceReport& trace,
                                 trace_format format) {
  out_ << (format == trace_format::chrome
             ? runtime::telemetry::to_chrome_json(trace)
             : runtime::telemetry::to_otlp_json(trace));
  out_.close();
  if (!out_)
    return error{errc::storage_failed,
                 "the trace could not be written to " + path_ + ": "
                   + std::generic_category().message(errno)};
  return {};
}

} // namespace cohort::nodes
