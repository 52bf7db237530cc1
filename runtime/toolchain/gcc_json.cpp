#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "runtime/analysis/text.hpp"
#include "runtime/toolchain/diagnostics.hpp"
#include "runtime/toolchain/fix_builder.hpp"

/// GCC's JSON: documented in "Options to Control Diagnostic Messages
/// Formatting" of the GCC 12 manual.
namespace cohort::runtime::toolchain {

namespace {

using nlohmann::json;

/// Diagnostics of a deeper nesting are not GCC's.
constexpr size_t nesting_max = 64;

const json* find(const json& object, const char* key, json::value_t type) {
  auto found = object.find(key);
  return found != object.end() && found->type() == type ? &*found : nullptr;
}

std::string text_of(const json& object, const char* key) {
  auto* found = find(object, key, json::value_t::string);
  return found ? found->get<std::string>() : std::string{};
}

uint32_t number_of(const json& object, const char* key) {
  auto* found = find(object, key, json::value_t::number_unsigned);
  return found ? static_cast<uint32_t>(
           std::min<uint64_t>(found->get<uint64_t>(), UINT32_MAX))
               : 0;
}

pb::Severity severity_of(const std::string& kind) {
  if (kind == "error" || kind == "sorry, unimplemented")
    return pb::SEVERITY_ERROR;
  if (kind == "fatal error")
    return pb::SEVERITY_FATAL;
  return kind == "note" ? pb::SEVERITY_NOTE : pb::SEVERITY_WARNING;
}

struct place {
  std::string file;
  uint32_t line = 0;
  uint32_t byte_column = 0;
};

class gcc_reader {
public:
  explicit gcc_reader(const file_reader& files) : fixes_{files} {
    // nop
  }

  /// `is_mended`: bytes that are not UTF-8 were replaced in it.
  void add(const json& value, bool is_mended, parsed_diagnostics& out) {
    is_mended_ = is_mended;
    if (text_of(value, "kind") == "internal compiler error") {
      out.crash = "internal compiler error: " + text_of(value, "message");
      return;
    }
    auto diagnostic = read(value);
    // Some notes stand beside the error that they belong to.
    if (diagnostic.severity() == pb::SEVERITY_NOTE
        && !out.diagnostics.empty()) {
      add_note(value, std::move(diagnostic), out.diagnostics.back());
      return;
    }
    add_fix(value, diagnostic.message(), false, diagnostic);
    if (auto* children = find(value, "children", json::value_t::array))
      for (auto& child : *children)
        if (child.is_object())
          add_note(child, read(child), diagnostic);
    out.diagnostics.push_back(std::move(diagnostic));
  }

private:
  place read_place(const json& point) {
    place result{text_of(point, "file"), number_of(point, "line"),
                 number_of(point, "byte-column")};
    if (result.byte_column == 0) // GCC 9 knew no other.
      result.byte_column = number_of(point, "column");
    if (result.line == 1 && result.byte_column > 0
        && fixes_.has_bom(result.file))
      // GCC does not count a byte order mark.
      result.byte_column += std::min(3U, UINT32_MAX - result.byte_column);
    return result;
  }

  pb::Diagnostic read(const json& value) {
    pb::Diagnostic result;
    result.set_tool("gcc");
    result.set_severity(severity_of(text_of(value, "kind")));
    result.set_message(plain_quotes(text_of(value, "message")));
    result.set_option(text_of(value, "option"));
    auto* locations = find(value, "locations", json::value_t::array);
    if (!locations || locations->empty() || !locations->front().is_object())
      return result;
    if (auto* caret = find(locations->front(), "caret",
                           json::value_t::object)) {
      auto at = read_place(*caret);
      result.mutable_location()->set_file(std::move(at.file));
      result.mutable_location()->set_line(at.line);
      result.mutable_location()->set_byte_column(at.byte_column);
    }
    return result;
  }

  void add_note(const json& value, pb::Diagnostic note, pb::Diagnostic& error) {
    add_fix(value, note.message(), true, error);
    *error.add_notes() = std::move(note);
  }

  /// All fix-its of one diagnostic are one set: all or none.
  void add_fix(const json& value, const std::string& message, bool on_note,
               pb::Diagnostic& error) {
    auto* fixits = find(value, "fixits", json::value_t::array);
    if (!fixits || fixits->empty())
      return;
    pb::Fix fix;
    for (auto& fixit : *fixits) {
      if (!fixit.is_object())
        return;
      auto* start = find(fixit, "start", json::value_t::object);
      auto* next = find(fixit, "next", json::value_t::object);
      auto* text = find(fixit, "string", json::value_t::string);
      if (!start || !next || !text)
        return;
      auto begin = read_place(*start);
      auto end = read_place(*next);
      auto edit = fixes_.edit(begin.file, begin.line, begin.byte_column,
                              end.line, end.byte_column,
                              text->get<std::string>());
      if (!edit || begin.file != end.file
          || (is_mended_ && edit->replacement().find('?') != std::string::npos))
        return;
      *fix.add_edits() = std::move(*edit);
    }
    add_complete_fix(std::move(fix), message, on_note, error);
  }

  fix_builder fixes_;
  bool is_mended_ = false;
};

/// Takes one array off the front of `text` and calls `use` with the text of
/// each whole object that it holds directly. The array is one line or, since
/// GCC 14, many, all but the first indented. One that is cut off ends where a
/// string would hold a line's end, or where another array begins. Returns
/// whether all was understood. REQUIRES: `text` starts with "[".
template <class Use>
bool take_array(std::string_view& text, Use use) {
  auto array = std::exchange(text, {});
  size_t depth = 0;
  size_t deepest = 0;
  size_t begin = 0;
  bool in_string = false;
  bool is_understood = true;
  for (size_t i = 0; i < array.size(); ++i) {
    auto c = array[i];
    if (c == '\n' && (in_string || array.substr(i + 1, 1) == "[")) {
      text = array.substr(i);
      return false;
    }
    if (in_string) {
      if (c == '\\')
        i += i + 1 < array.size() && array[i + 1] != '\n' ? 1 : 0;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth == 2) {
        begin = i;
        deepest = depth;
      }
      deepest = std::max(deepest, depth);
    } else if (c == ']' || c == '}') {
      if (--depth == 1)
        is_understood &= deepest <= nesting_max
                         && use(array.substr(begin, i + 1 - begin));
      if (depth == 0) {
        text = array.substr(i + 1);
        return is_understood;
      }
    }
  }
  return false;
}

} // namespace

parsed_diagnostics read_gcc_json(std::string_view text,
                                 const file_reader& files) {
  parsed_diagnostics result;
  gcc_reader reader{files};
  auto use = [&](std::string_view object) {
    auto value = json::parse(object, nullptr, false);
    auto is_mended = value.is_discarded();
    // Messages may quote source text in any encoding.
    if (is_mended)
      value = json::parse(analysis::valid_utf8(object), nullptr, false);
    if (value.is_object())
      reader.add(value, is_mended, result);
    return value.is_object();
  };
  bool has_array = text.empty();
  while (!text.empty()) {
    auto is_array = text.starts_with("[{") || text.starts_with("[]");
    auto is_understood = text.front() == '\n'
                         || (is_array && take_array(text, use));
    if (!is_understood)
      ++result.ignored_lines;
    has_array |= is_array && is_understood;
    if (!text.empty())
      text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  result.understood = has_array || !result.diagnostics.empty();
  return result;
}

} // namespace cohort::runtime::toolchain
