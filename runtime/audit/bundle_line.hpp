#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "messages/v1/event.pb.h"
#include "runtime/expected.hpp"

/// One line of a bundle. Pure. Private to the sources of bundle.hpp.
namespace cohort::runtime::audit {

namespace pb = messages::v1;
using nlohmann::json;

[[nodiscard]] std::string to_base64(std::string_view bytes);

/// Errors: invalid_message.
expected<std::string> from_base64(const std::string& text);
expected<std::string> from_hex(const std::string& text);

/// What GatesDecided says, for people.
[[nodiscard]] json reports_json(const pb::GatesDecided& gates);

/// An object as it was written, to the byte: a second way to write the same is
/// refused. Errors: invalid_message.
expected<json> parse_line(std::string_view line);

/// Values of a line by name. Errors: invalid_message.
expected<std::string> text_of(const json& line, const char* name);
expected<std::string> bytes_of(const json& line, const char* name);
expected<std::string> hex_of(const json& line, const char* name);
expected<int64_t> number_of(const json& line, const char* name);

/// Whether the line has these keys, beside "kind", and no others.
expected<void> has_only(const json& line,
                        std::initializer_list<const char*> names);

} // namespace cohort::runtime::audit
