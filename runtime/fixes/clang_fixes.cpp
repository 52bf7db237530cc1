#include <limits>
#include <map>
#include <utility>

#include "runtime/fixes/clang_export.hpp"
#include "runtime/fixes/proposing.hpp"

namespace cohort::runtime::fixes {

namespace {

class clang_proposer {
public:
  clang_proposer(std::string producer, const file_lookup& files)
    : producer_{std::move(producer)}, files_{files} {
    // nop
  }

  void add(const export_diagnostic& what) {
    auto& own = what.own.replacements;
    std::vector<const export_message*> offers;
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

  void add(const std::vector<export_replacement>& replacements) {
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

  proposal& add_fix(const export_diagnostic& what, const export_message& offer,
                    bool on_note) {
    auto made = start(what.name + ": " + offer.text);
    made.fix.set_on_note(on_note);
    for (auto& one : offer.replacements)
      add_replacement(made, what.folder, one);
    return result_.emplace_back(std::move(made));
  }

  void add_replacement(proposal& to, const std::string& folder,
                       const export_replacement& one) const {
    auto name = full_name(one.file, folder);
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
  auto document = parse_clang_export(text, source);
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
