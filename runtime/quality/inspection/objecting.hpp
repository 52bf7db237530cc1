#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "messages/v1/analysis.pb.h"
#include "runtime/analysis/text.hpp"

namespace cohort::runtime::quality {

/// Of a text that may be long, or in whatever encoding. `line` 0: none in
/// particular.
inline messages::v1::Objection
make_objection(std::string rule, const std::string& file, uint32_t line,
               std::string message) {
  constexpr size_t message_bytes_max = 300;
  messages::v1::Objection result;
  if (message.size() > message_bytes_max)
    message = message.substr(0, message_bytes_max) + "...";
  message = analysis::valid_utf8(message);
  result.set_rule(std::move(rule));
  result.mutable_location()->set_file(file);
  result.mutable_location()->set_line(line);
  result.set_message(std::move(message));
  return result;
}

} // namespace cohort::runtime::quality
