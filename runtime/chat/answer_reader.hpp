#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cohort::runtime::chat {

/// Reads the body of a chat completion, whole (JSON) or as it comes
/// (server-sent events), whichever the first bytes say. Any bytes are fine.
///
/// Pure; linear in the bytes.
class answer_reader {
public:
  /// More than `bytes_max` of words is not kept.
  explicit answer_reader(uint64_t bytes_max) : bytes_max_{bytes_max} {
    // nop
  }

  /// Takes the next bytes. Returns false once there is no use in more.
  bool feed(std::string_view bytes);

  /// No more bytes come.
  void end();

  [[nodiscard]] const std::string& text() const {
    return text_;
  }
  /// It was understood, and said that it ended by itself.
  [[nodiscard]] bool is_whole() const {
    return finished_ && !is_too_large_;
  }
  /// At least one piece of an answer was understood.
  [[nodiscard]] bool is_answer() const {
    return understood_;
  }
  [[nodiscard]] std::optional<uint64_t> tokens_in() const {
    return tokens_in_;
  }
  [[nodiscard]] std::optional<uint64_t> tokens_out() const {
    return tokens_out_;
  }

private:
  void take_lines();
  void take_line(std::string_view line);
  void take_object(std::string_view json);

  uint64_t bytes_max_;
  std::string pending_; // Not yet a line, or not yet the whole object.
  size_t searched_ = 0; // Of it, for the end of a line.
  uint64_t taken_ = 0;
  std::string text_;
  bool understood_ = false;
  bool finished_ = false;
  bool is_too_large_ = false;
  std::optional<uint64_t> tokens_in_;
  std::optional<uint64_t> tokens_out_;
};

} // namespace cohort::runtime::chat
