#include "runtime/audit/bundle_line.hpp"

#include <algorithm>

#include <google/protobuf/util/json_util.h>
#include <openssl/evp.h>

#include "runtime/journal/chain.hpp"

namespace cohort::runtime::audit {

namespace {

constexpr int depth_max = 16; // A gate's objection has a place: it is six deep.

error bad_line(const std::string& why) {
  return {errc::invalid_message, "the bundle is damaged: " + why};
}

std::string shown(std::string_view text) {
  return "'" + std::string{text.substr(0, 40)} + "'";
}

const unsigned char* data_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

std::string to_base64(std::string_view bytes) {
  // OpenSSL adds a zero byte.
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                              data_of(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

expected<std::string> from_base64(const std::string& text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  auto size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                              data_of(text), static_cast<int>(text.size()));
  auto padding = std::count(text.begin(), text.end(), '=');
  if (size < padding)
    return bad_line(shown(text) + " is no base64");
  bytes.resize(static_cast<size_t>(size - padding));
  if (to_base64(bytes) != text) // Padding can hold bits of its own.
    return bad_line(shown(text) + " is no base64");
  return bytes;
}

expected<std::string> from_hex(const std::string& text) {
  std::string bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    auto digit = [&](char c) { return c >= 'a' ? c - 'a' + 10 : c - '0'; };
    bytes += static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
  }
  if (journal::to_hex(bytes) != text)
    return bad_line(shown(text) + " is no hexadecimal number");
  return bytes;
}

json reports_json(const pb::GatesDecided& gates) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  auto list = json::array();
  for (auto& report : gates.reports()) {
    std::string text;
    static_cast<void>(
      google::protobuf::util::MessageToJsonString(report, &text, options));
    list.push_back(json::parse(text, nullptr, false));
  }
  return list;
}

expected<json> parse_line(std::string_view line) {
  // What lies deeper is left out, so that nothing can be too deep to print.
  auto is_shallow = [](int depth, json::parse_event_t, json&) {
    return depth <= depth_max;
  };
  auto value = json::parse(line, is_shallow, false);
  if (!value.is_object())
    return bad_line(shown(line) + " is no object of JSON");
  if (value.dump() != line)
    return bad_line(shown(line) + " is not as cohort writes it");
  return value;
}

expected<std::string> text_of(const json& line, const char* name) {
  auto found = line.find(name);
  if (found == line.end() || !found->is_string())
    return bad_line("a line lacks the text '" + std::string{name} + "'");
  return found->get<std::string>();
}

expected<std::string> bytes_of(const json& line, const char* name) {
  auto text = text_of(line, name);
  return text ? from_base64(*text) : text;
}

expected<std::string> hex_of(const json& line, const char* name) {
  auto text = text_of(line, name);
  return text ? from_hex(*text) : text;
}

expected<int64_t> number_of(const json& line, const char* name) {
  auto found = line.find(name);
  if (found == line.end() || !found->is_number_unsigned()
      || found->get<uint64_t>() > INT64_MAX)
    return bad_line("a line lacks the number '" + std::string{name} + "'");
  return found->get<int64_t>();
}

expected<void> has_only(const json& line,
                        std::initializer_list<const char*> names) {
  auto has = [&](const char* name) { return line.contains(name); };
  if (line.size() == names.size() + 1
      && std::all_of(names.begin(), names.end(), has))
    return {};
  return bad_line("a line has other keys than it should have");
}

} // namespace cohort::runtime::audit
