#include "runtime/fixes/clang_export.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <system_error>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "runtime/fixes/lines.hpp"
#include "runtime/fixes/proposing.hpp"

/// Read by events, so that nothing is built of what is not understood.
namespace cohort::runtime::fixes {

namespace {

/// Keys of maps, from the document's down; lists add nothing.
using yaml_path = std::vector<std::string>;

class fixes_handler final : public YAML::EventHandler {
public:
  clang_export document;
  int problem_line = 0; // 0: none.
  std::string problem;

  void OnDocumentStart(const YAML::Mark&) override {
    // nop
  }
  void OnDocumentEnd() override {
    // nop
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    on_value(mark, "");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fail(mark, "an alias, which no tool writes here");
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string& value) override {
    on_value(mark, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&,
                       YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(mark, false);
  }
  void OnSequenceEnd() override {
    close();
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, true);
    if (problem_line == 0)
      begin_item();
  }
  void OnMapEnd() override {
    close();
  }

private:
  struct level {
    bool is_map = false;
    bool has_key = false; // Of a map: the next is its value.
  };

  void fail(const YAML::Mark& mark, std::string text) {
    if (problem_line > 0)
      return;
    problem_line = mark.line + 1;
    problem = std::move(text);
  }

  void open(const YAML::Mark& mark, bool is_map) {
    if (!levels_.empty() && levels_.back().is_map && !levels_.back().has_key)
      fail(mark, "a key must be a word");
    levels_.push_back({is_map, false});
  }

  void close() {
    levels_.pop_back();
    end_value();
  }

  /// A value of the innermost map is complete.
  void end_value() {
    if (levels_.empty() || !levels_.back().has_key)
      return;
    levels_.back().has_key = false;
    path_.pop_back();
  }

  void on_value(const YAML::Mark& mark, const std::string& value) {
    if (!levels_.empty() && levels_.back().is_map && !levels_.back().has_key) {
      path_.push_back(value);
      levels_.back().has_key = true;
      return;
    }
    if (problem_line == 0)
      set(mark, value);
    end_value();
  }

  /// A map in one of the lists that count.
  void begin_item() {
    if (path_ == yaml_path{"Diagnostics"})
      document.diagnostics.emplace_back();
    else if (path_ == yaml_path{"Diagnostics", "Notes"}
             && !document.diagnostics.empty())
      document.diagnostics.back().notes.emplace_back();
    else if (!path_.empty() && path_.back() == "Replacements")
      if (auto* list = replacements(path_.size() - 1))
        list->emplace_back();
  }

  /// The message whose keys have a path of `depth` parts before them.
  export_message* message(size_t depth) {
    if (depth == 0 || depth > 2 || path_.front() != "Diagnostics"
        || document.diagnostics.empty())
      return nullptr;
    auto& last = document.diagnostics.back();
    if (depth == 1 || path_[1] == "DiagnosticMessage")
      return &last.own; // Before LLVM 9 a diagnostic was its message.
    if (path_[1] == "Notes" && !last.notes.empty())
      return &last.notes.back();
    return nullptr;
  }

  std::vector<export_replacement>* replacements(size_t depth) {
    if (depth == 0)
      return &document.replacements;
    auto* owner = message(depth);
    return owner ? &owner->replacements : nullptr;
  }

  void set(const YAML::Mark& mark, const std::string& value) {
    if (path_.empty())
      return;
    auto& key = path_.back();
    auto depth = path_.size() - 1;
    if (depth > 0 && path_[depth - 1] == "Replacements")
      return set_replacement(mark, depth - 1, key, value);
    if (depth == 0 && key == "MainSourceFile")
      document.main_file = value;
    else if (depth == 1 && key == "DiagnosticName" && message(1))
      document.diagnostics.back().name = value;
    else if (depth == 1 && key == "BuildDirectory" && message(1))
      document.diagnostics.back().folder = value;
    else if (depth == 1 && key == "Level" && message(1))
      document.diagnostics.back().level = value;
    else if (auto* owner = message(depth))
      set_message(mark, *owner, key, value);
  }

  void set_message(const YAML::Mark& mark, export_message& to,
                   const std::string& key, const std::string& value) {
    if (key == "Message")
      to.text = value;
    else if (key == "FilePath")
      to.file = value;
    else if (key == "FileOffset")
      to.offset = number(mark, key, value);
  }

  void set_replacement(const YAML::Mark& mark, size_t depth,
                       const std::string& key, const std::string& value) {
    auto* list = replacements(depth);
    if (!list || list->empty())
      return;
    auto& last = list->back();
    if (key == "FilePath")
      last.file = value;
    else if (key == "ReplacementText")
      last.text = value;
    else if (key == "Offset")
      last.offset = number(mark, key, value);
    else if (key == "Length")
      last.length = number(mark, key, value);
  }

  uint64_t number(const YAML::Mark& mark, const std::string& key,
                  const std::string& value) {
    uint64_t result = 0;
    auto [end, failed] = std::from_chars(value.data(),
                                         value.data() + value.size(), result);
    if (failed != std::errc{} || end != value.data() + value.size())
      fail(mark, key + " must be a number of bytes, not '" + value.substr(0, 40)
                   + '\'');
    return result;
  }

  std::vector<level> levels_;
  yaml_path path_;
};

/// Number of the first line with a byte that these files do not have, or 0:
/// yaml-cpp would take some of them for the end of the file.
size_t control_line(std::string_view text) {
  auto is_bad = [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t'
            && c != '\r')
           || c == '\x7f';
  };
  auto at = std::find_if(text.begin(), text.end(), is_bad);
  return at == text.end() ? 0 : line_number(text, at);
}

} // namespace

expected<clang_export> parse_clang_export(std::string_view text,
                                          const std::string& source) {
  if (auto line = control_line(text); line > 0)
    return bad_line(source, line, "is not a text file");
  fixes_handler handler;
  try {
    std::istringstream in{std::string{text}};
    YAML::Parser parser{in};
    parser.HandleNextDocument(handler);
    if (handler.problem_line == 0 && parser.HandleNextDocument(handler))
      return bad_line(source, 1,
                      "has several documents; give each a file of its own");
  } catch (const YAML::Exception& failed) {
    return bad_line(source, static_cast<size_t>(failed.mark.line + 1),
                    "is not YAML: " + failed.msg);
  }
  if (handler.problem_line > 0)
    return bad_line(source, static_cast<size_t>(handler.problem_line),
                    handler.problem);
  return std::move(handler.document);
}

std::string full_name(const std::string& file, const std::string& folder) {
  return file.empty() || file.front() == '/' || folder.empty()
           ? file
           : folder + '/' + file;
}

} // namespace cohort::runtime::fixes
