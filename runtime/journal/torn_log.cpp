#include "runtime/journal/torn_log.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace cohort::runtime::journal {

namespace fs = std::filesystem;

namespace {

constexpr size_t header_bytes = 32;
constexpr size_t frame_header_bytes = 24;
constexpr uint32_t magic = 0x377f0682; // Plus one: words are big-endian.
constexpr uint32_t page_bytes_max = 65'536;

using bytes = std::vector<unsigned char>;

uint32_t big_endian(const unsigned char* at) {
  return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8
         | uint32_t{at[3]};
}

uint32_t little_endian(const unsigned char* at) {
  return uint32_t{at[3]} << 24 | uint32_t{at[2]} << 16 | uint32_t{at[1]} << 8
         | uint32_t{at[0]};
}

/// The running sum of all frames.
class checksum {
public:
  explicit checksum(bool is_big_endian) : is_big_endian_{is_big_endian} {
    // nop
  }

  /// REQUIRES: `size` is a multiple of eight.
  void add(const unsigned char* data, size_t size) {
    for (size_t i = 0; i < size; i += 8) {
      first_ += word(data + i) + second_;
      second_ += word(data + i + 4) + first_;
    }
  }

  [[nodiscard]] bool is(const unsigned char* stored) const {
    return big_endian(stored) == first_ && big_endian(stored + 4) == second_;
  }

private:
  [[nodiscard]] uint32_t word(const unsigned char* at) const {
    return is_big_endian_ ? big_endian(at) : little_endian(at);
  }

  bool is_big_endian_;
  uint32_t first_ = 0;
  uint32_t second_ = 0;
};

bool read(std::ifstream& in, unsigned char* to, size_t size) {
  in.read(reinterpret_cast<char*>(to), static_cast<std::streamsize>(size));
  return static_cast<size_t>(in.gcount()) == size;
}

} // namespace

expected<std::optional<torn_end>> find_torn_end(const fs::path& log) {
  std::error_code failed;
  auto size = fs::file_size(log, failed);
  if (failed == std::errc::no_such_file_or_directory || size == 0)
    return std::optional<torn_end>{};
  std::ifstream in{log, std::ios::binary};
  if (failed || !in)
    return error{errc::storage_failed, "cannot read " + log.string()};
  auto torn_at = [&](uint64_t begin) {
    return std::optional{torn_end{begin, size - begin}};
  };
  std::array<unsigned char, header_bytes> head{};
  if (!read(in, head.data(), head.size()))
    return torn_at(0);
  auto kind = big_endian(head.data());
  auto page_bytes = big_endian(head.data() + 8);
  checksum sum{kind == magic + 1};
  sum.add(head.data(), 24);
  if ((kind != magic && kind != magic + 1) || page_bytes < 512
      || page_bytes > page_bytes_max || (page_bytes & (page_bytes - 1)) != 0
      || !sum.is(head.data() + 24))
    return torn_at(0);
  bytes frame(frame_header_bytes + page_bytes);
  std::optional<uint64_t> bad; // The first that is not what was written.
  for (uint64_t at = header_bytes; at < size; at += frame.size()) {
    std::fill(frame.begin(), frame.end(), '\0');
    auto is_whole = read(in, frame.data(), frame.size());
    auto is_own = std::equal(head.begin() + 16, head.begin() + 24,
                             frame.begin() + 8);
    if (!bad) {
      sum.add(frame.data(), 8);
      sum.add(frame.data() + frame_header_bytes, page_bytes);
      if (!is_whole || !is_own || !sum.is(frame.data() + 16))
        bad = at;
    }
    // What an earlier use of the file left behind, and what was never
    // committed, nobody misses.
    auto commits = big_endian(frame.data() + 4) != 0;
    if (bad && is_own && commits)
      return torn_at(*bad);
  }
  return std::optional<torn_end>{};
}

expected<fs::path> set_torn_end_aside(const fs::path& file,
                                      const fs::path& folder) {
  auto log = file;
  log += "-wal";
  auto torn = find_torn_end(log);
  if (!torn)
    return torn.error();
  if (!*torn)
    return fs::path{};
  std::error_code failed;
  fs::create_directories(folder, failed);
  fs::path copy;
  for (unsigned number = 1;; ++number) {
    copy = folder / (log.filename().string() + '.' + std::to_string(number));
    if (!fs::exists(copy, failed))
      break;
  }
  if (!fs::copy_file(log, copy, failed))
    return error{errc::storage_failed,
                 "the end of " + log.string()
                   + " cannot be read, and it cannot be copied to "
                   + copy.string() + ": " + failed.message()};
  return copy;
}

} // namespace cohort::runtime::journal
