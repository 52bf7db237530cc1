#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/expected.hpp"

/// Lines of text in one zstd frame, written and read one at a time, and each in
/// blocks of its own: what is damaged is found where it stands. A frame that
/// zstd skips holds the SHA-256 of the first, for bits that change no line.
namespace cohort::runtime::audit {

inline constexpr size_t line_bytes_max = 96U << 20;
inline constexpr uint64_t packed_bytes_max = 4ULL << 30; // Unpacked.

/// Threads: one at a time. Errors: storage_failed. The file has its name only
/// once it is whole.
class line_writer {
public:
  static expected<line_writer> open(const std::filesystem::path& file);
  line_writer(line_writer&&) noexcept;
  line_writer& operator=(line_writer&&) noexcept;
  ~line_writer();

  /// Without its end.
  expected<void> write(std::string_view line);
  expected<void> finish();

private:
  struct impl;
  explicit line_writer(std::unique_ptr<impl> ptr);
  std::unique_ptr<impl> impl_;
};

/// What stands behind a frame of packed lines.
[[nodiscard]] std::string trailer_of(std::string_view frame);

/// Gives `next` piece after piece of a packed text; an empty one ends it.
using byte_source = std::function<expected<std::string>()>;

/// The file in pieces. Errors: not_found, storage_failed.
expected<byte_source> read_in_pieces(const std::filesystem::path& file);

/// Unpacks, and gives the lines without their ends. Memory is that of one line:
/// a longer one, and a text of more than `packed_bytes_max`, are refused before
/// they are held. Errors: invalid_message for bytes that are no such text, or
/// are cut off or damaged, behind the lines that were taken; those of the
/// source and of `take`, which end it, the latter with the line's number.
expected<void>
unpack_lines(const byte_source& source,
             const std::function<expected<void>(std::string_view)>& take);

} // namespace cohort::runtime::audit
