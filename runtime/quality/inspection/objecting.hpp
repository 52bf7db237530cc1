#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "messages/v1/analysis.pb.h"

namespace cohort::runtime::quality {

/// `line` 0: none in particular.
inline messages::v1::Objection
make_objection(std::string rule, const std::string& file, uint32_t line,
               std::string message) {
  messages::v1::Objection result;
  result.set_rule(std::move(rule));
  result.mutable_location()->set_file(file);
  result.mutable_location()->set_line(line);
  result.set_message(std::move(message));
  return result;
}

} // namespace cohort::runtime::quality
