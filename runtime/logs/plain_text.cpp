#include "runtime/logs/plain_text.hpp"

#include <cstdint>

namespace cohort::runtime::logs {

namespace {

void append_utf8(uint32_t point, std::string& to) {
  auto add = [&](uint32_t byte) { to += static_cast<char>(byte); };
  if (point < 0x80) {
    add(point);
    return;
  }
  if (point < 0x800) {
    add(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    add(0xe0 | point >> 12);
    add(0x80 | (point >> 6 & 0x3f));
  } else {
    add(0xf0 | point >> 18);
    add(0x80 | (point >> 12 & 0x3f));
    add(0x80 | (point >> 6 & 0x3f));
  }
  add(0x80 | (point & 0x3f));
}

/// RFC 2781, section 2.2.
std::string from_utf16(std::string_view bytes, bool is_big_endian) {
  auto unit_at = [&](size_t i) {
    auto first = static_cast<unsigned char>(bytes[i]);
    auto second = static_cast<unsigned char>(bytes[i + 1]);
    return is_big_endian ? uint32_t{first} << 8 | second
                         : uint32_t{second} << 8 | first;
  };
  std::string result;
  result.reserve(bytes.size() / 2);
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    auto unit = unit_at(i);
    if (unit < 0xd800 || unit > 0xdfff) {
      append_utf8(unit, result);
      continue;
    }
    auto next = i + 3 < bytes.size() ? unit_at(i + 2) : 0;
    if (unit > 0xdbff || next < 0xdc00 || next > 0xdfff) {
      result += '?';
      continue;
    }
    append_utf8(0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00), result);
    i += 2;
  }
  return result;
}

} // namespace

std::string_view plain_text(std::string_view bytes, std::string& storage) {
  if (bytes.starts_with("\xef\xbb\xbf"))
    return bytes.substr(3);
  auto is_big_endian = bytes.starts_with("\xfe\xff");
  if (!is_big_endian && !bytes.starts_with("\xff\xfe"))
    return bytes;
  storage = from_utf16(bytes.substr(2), is_big_endian);
  return storage;
}

} // namespace cohort::runtime::logs
