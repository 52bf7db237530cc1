#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "runtime/fixes/lines.hpp"
#include "runtime/fixes/proposing.hpp"

/// clang/Tooling/DiagnosticsYaml.h and ReplacementsYaml.h: the forms of LLVM 4
/// to 20. Read by events, so that nothing is built of what is not understood.
namespace cohort::runtime::fixes {

namespace {

struct yaml_replacement {
  std::string file;
  std::optional<uint64_t> offset;
  uint64_t length = 0;
  std::string text;
};

/// A diagnostic, or a note of one.
struct yaml_message {
  std::string text;
  std::vector<yaml_replacement> replacements;
};

struct yaml_diagnostic {
  std::string name;
  std::string folder; // What file names are relative to.
  yaml_message own;
  std::vector<yaml_message> notes;
};

struct yaml_document {
  std::string main_file;
  std::vector<yaml_diagnostic> diagnostics;
  std::vector<yaml_replacement> replacements; // The older form.
};

/// Keys of maps, from the document's down; lists add nothing.
using yaml_path = std::vector<std::string>;

class fixes_handler final : public YAML::EventHandler {
public:
  yaml_document document;
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
  yaml_message* message(size_t depth) {
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

  std::vector<yaml_replacement>* replacements(size_t depth) {
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
    else if (auto* owner = key == "Message" ? message(depth) : nullptr)
      owner->text = value;
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

expected<yaml_document> parse_clang_yaml(std::string_view text,
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

class clang_proposer {
public:
  clang_proposer(std::string producer, const file_lookup& files)
    : producer_{std::move(producer)}, files_{files} {
    // nop
  }

  void add(const yaml_diagnostic& what) {
    auto& own = what.own.replacements;
    std::vector<const yaml_message*> offers;
    for (auto& note : what.notes)
      if (!note.replacements.empty())
        offers.push_back(&note);
    if (!own.empty()) {
      add_fix(what, what.own, false);
      return;
    }
    for (auto* offer : offers) {
      auto& made = add_fix(what, *offer, true);
      if (offers.size() > 1)
        object(made, refusal::ambiguous,
               "it is one of " + std::to_string(offers.size())
                 + " alternatives that notes offer");
    }
  }

  void add(const std::vector<yaml_replacement>& replacements) {
    std::map<std::string_view, proposal> by_file;
    for (auto& one : replacements) {
      auto& made = by_file.try_emplace(one.file, start("")).first->second;
      add_replacement(made, "", one);
    }
    for (auto& [file, made] : by_file)
      result_.push_back(std::move(made));
  }

  std::vector<proposal> take() {
    return std::move(result_);
  }

private:
  [[nodiscard]] proposal start(std::string message) const {
    proposal result;
    result.is_by_place = true;
    result.fix.set_tool("clang-tidy");
    result.fix.add_voters(producer_);
    result.fix.set_message(std::move(message));
    return result;
  }

  proposal& add_fix(const yaml_diagnostic& what, const yaml_message& offer,
                    bool on_note) {
    auto made = start(what.name + ": " + offer.text);
    made.fix.set_on_note(on_note);
    for (auto& one : offer.replacements)
      add_replacement(made, what.folder, one);
    return result_.emplace_back(std::move(made));
  }

  void add_replacement(proposal& to, const std::string& folder,
                       const yaml_replacement& one) const {
    auto name = one.file.empty() || one.file.front() == '/' || folder.empty()
                  ? one.file
                  : folder + '/' + one.file;
    if (!one.offset || name.empty())
      object(to, refusal::misplaced,
             name.empty() ? "one of its replacements names no file"
                          : "one of its replacements has no Offset");
    // What is too large for a number is too large for the file, too.
    auto most = std::numeric_limits<uint64_t>::max();
    auto begin = one.offset.value_or(0);
    auto end = one.length > most - begin ? most : begin + one.length;
    add_edit(to, files_(name), begin, end, one.text);
  }

  std::string producer_;
  const file_lookup& files_;
  std::vector<proposal> result_;
};

} // namespace

read_result read_clang_fixes(std::string_view text, const std::string& source,
                             const file_lookup& files) {
  auto document = parse_clang_yaml(text, source);
  if (!document)
    return document.error();
  auto& main = document->main_file;
  clang_proposer proposer{
    "clang-tidy " + (main.empty() ? source : files(main).path), files};
  for (auto& diagnostic : document->diagnostics)
    proposer.add(diagnostic);
  proposer.add(document->replacements);
  return proposer.take();
}

} // namespace cohort::runtime::fixes
