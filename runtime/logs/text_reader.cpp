#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/analysis/workload.hpp"
#include "runtime/logs/headline.hpp"
#include "runtime/logs/line_parts.hpp"
#include "runtime/logs/readers.hpp"

namespace cohort::runtime::logs {

namespace {

/// "      |      ^~~~", "  ^"
bool is_caret_line(std::string_view line) {
  return line.find('^') != line.npos
         && line.find_first_not_of(" \t|^~-") == line.npos;
}

constexpr size_t source_bytes_max = 2000; // More is generated text.

std::string source_of(std::string_view text) {
  return analysis::valid_utf8(text.substr(0, source_bytes_max));
}

/// What is no error by itself but tells where a template was used.
bool tells_use(std::string_view message) {
  constexpr auto phrases = std::to_array<std::string_view>(
    {"requested here", "see reference to", "required from here",
     "in this macro invocation", "required by a bound"});
  return std::any_of(phrases.begin(), phrases.end(), [&](auto phrase) {
    return message.find(phrase) != message.npos;
  });
}

} // namespace

void text_reader::add_line(std::string_view line) {
  if (ends_link(line))
    ++links_;
  if (read_folder(line) || read_rust_place(line) || read_include_chain(line)
      || read_template_use(line) || read_quoted_source(line))
    return;
  chain_goes_on_ = false;
  if (auto found = read_linker_line(line)) {
    add(std::move(*found));
  } else if (auto said = read_headline(line)) {
    if (said->severity() == messages::v1::SEVERITY_NOTE)
      add_note(std::move(*said));
    else
      add(std::move(*said));
    awaits_text_ = last() && last()->diagnostic.tool() == "cmake"
                   && without_blanks(line).ends_with(':');
  } else if (!read_rest_of_message(line) && may_wrap_) {
    read_plain_source(line);
  }
}

/// "make[2]: Entering directory '/ci/p/src'", and ninja's. With several jobs
/// at once it is the last one that was entered.
bool text_reader::read_folder(std::string_view line) {
  constexpr size_t folders_max = 64;
  constexpr size_t bytes_max = 4096;
  auto text = without_blanks(line);
  auto colon = text.find(": ");
  auto is_said = colon != text.npos
                 && (text.starts_with("make") || text.starts_with("gmake")
                     || text.starts_with("ninja"));
  if (!is_said)
    return false;
  text.remove_prefix(colon + 2);
  auto enters = take_prefix(text, "Entering directory ");
  if (!enters && !take_prefix(text, "Leaving directory "))
    return false;
  if (text.size() < 3 || text.size() > bytes_max)
    return true;
  auto folder = analysis::valid_utf8(text.substr(1, text.size() - 2));
  if (!enters) {
    auto left = std::find(folders_.rbegin(), folders_.rend(), folder);
    if (left != folders_.rend())
      folders_.erase(left.base() - 1);
  } else if (folders_.size() < folders_max) {
    folders_.push_back(std::move(folder));
  }
  return true;
}

void text_reader::go_from_folder(messages::v1::Location& place) const {
  auto& file = place.file();
  auto is_whole = file.empty() || file[0] == '/' || file[0] == '\\'
                  || file.find(':') == 1;
  if (!folders_.empty() && !is_whole)
    place.set_file(
      (std::filesystem::path{folders_.back()} / file).lexically_normal());
}

/// What CMake says on the line after its headline, and javac's "symbol:".
bool text_reader::read_rest_of_message(std::string_view line) {
  auto text = without_blanks(line);
  if (text.empty() || !last())
    return false;
  auto& error = last()->diagnostic;
  if (error.tool() == "cmake" && std::exchange(awaits_text_, false)) {
    error.set_message(analysis::valid_utf8(text));
    return true;
  }
  if (!take_prefix(text, "symbol:") || error.message() != "cannot find symbol")
    return false;
  text = text.substr(text.find_last_of(' ') + 1);
  error.set_message("cannot find symbol: '" + analysis::valid_utf8(text)
                    + '\'');
  return true;
}

/// "In file included from a.h:3,", "                 from a.cc:1:"
bool text_reader::read_include_chain(std::string_view line) {
  auto text = without_blanks(line);
  auto is_first = take_prefix(text, "In file included from ");
  if (!is_first && !(chain_goes_on_ && take_prefix(text, "from ")))
    return false;
  while (text.ends_with(',') || text.ends_with(':'))
    text.remove_suffix(1);
  auto place = read_place(text);
  if (!place)
    return false;
  go_from_folder(*place);
  // GCC goes on with "from", outwards; clang begins anew, inwards.
  if (!is_first || !chain_goes_on_)
    unit_ = place->file();
  chain_goes_on_ = true;
  return true;
}

/// GCC's "a.cc:3:7:   required from here" before the error.
bool text_reader::read_template_use(std::string_view line) {
  auto at = line.find(":   required ");
  if (at == line.npos)
    return false;
  if (auto place = read_place(line.substr(0, at))) {
    go_from_folder(*place);
    used_at_ = std::move(*place);
  }
  return true;
}

/// "  --> src/a.rs:3:7" of what was announced on an earlier line.
bool text_reader::read_rust_place(std::string_view line) {
  auto text = without_blanks(line);
  if (!take_prefix(text, "--> "))
    return false;
  auto place = read_place(text);
  if (!place || !last() || !std::exchange(awaits_place_, false))
    return true;
  go_from_folder(*place);
  auto& error = last()->diagnostic;
  auto& open = error.notes().empty() ? error : *error.mutable_notes()->rbegin();
  if (!open.has_location())
    *open.mutable_location() = std::move(*place);
  if (&open == &error)
    last()->unit = error.location().file();
  return true;
}

/// "  12 |   source" of the last error.
bool text_reader::read_quoted_source(std::string_view line) {
  auto text = without_blanks(line);
  uint32_t number = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(),
                                       number);
  if (failed != std::errc{})
    return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (!take_prefix(text, "|"))
    return false;
  take_prefix(text, " "); // What follows has the file's own columns.
  if (last() && last()->source_line.empty()
      && last()->diagnostic.location().line() == number)
    last()->source_line = source_of(text);
  return true;
}

/// The lines between an error and its caret: the last one is the source, those
/// before it are the rest of a message that was broken into lines.
void text_reader::read_plain_source(std::string_view line) {
  constexpr size_t lines_max = 4;
  if (!is_caret_line(line)) {
    after_error_.push_back(source_of(line));
    may_wrap_ = after_error_.size() < lines_max;
    return;
  }
  may_wrap_ = false;
  if (after_error_.empty() || !last()->source_line.empty())
    return;
  last()->source_line = std::move(after_error_.back());
  after_error_.pop_back();
  for (auto& more : after_error_)
    last()->diagnostic.mutable_message()->append(
      ' ' + std::string{without_blanks(more)});
}

void text_reader::add(messages::v1::Diagnostic diagnostic) {
  auto& tool = diagnostic.tool();
  auto is_of_unit = tool != "ld" && tool != "make" && tool != "cmake";
  if (is_of_unit && diagnostic.has_location())
    go_from_folder(*diagnostic.mutable_location());
  auto& file = diagnostic.location().file();
  if (is_of_unit && !file.empty() && !analysis::has_header_name(file))
    unit_ = file;
  auto& entry = entries_.emplace_back();
  if (is_of_unit)
    entry.unit = unit_;
  entry.used_at = std::exchange(used_at_, {});
  entry.link = links_;
  awaits_place_ = !diagnostic.has_location();
  may_wrap_ = true;
  after_error_.clear();
  entry.diagnostic = std::move(diagnostic);
}

log_entries text_reader::take() && {
  // What the linker said is the cause of what rustc says of the link.
  for (size_t i = 0; i + 1 < entries_.size(); ++i)
    if (auto& next = entries_[i + 1]; announces_link(entries_[i].diagnostic)
                                      && next.diagnostic.tool() == "ld"
                                      && next.link == entries_[i].link)
      std::swap(entries_[i], next);
  return std::move(entries_);
}

void text_reader::add_note(messages::v1::Diagnostic note) {
  may_wrap_ = false;
  constexpr int notes_max = 32; // Candidates of an overload can be hundreds.
  if (!last() || last()->diagnostic.notes_size() >= notes_max)
    return;
  if (note.has_location())
    go_from_folder(*note.mutable_location());
  if (tells_use(note.message()) && note.has_location())
    last()->used_at = note.location();
  awaits_place_ = !note.has_location();
  *last()->diagnostic.add_notes() = std::move(note);
}

} // namespace cohort::runtime::logs
