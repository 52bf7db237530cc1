#include <algorithm>
#include <string>
#include <vector>

#include "tests/fuzz/fixes_input.hpp"

using namespace cohort::tests;
using workspace::proposal;

namespace {

/// All that is said about a choice.
std::string describe_choice(const workspace::choice& what) {
  std::string result;
  for (auto& fix : what.chosen)
    result += fix.SerializeAsString() + '\n';
  for (auto& [fix, why, winner] : what.refused)
    result += fix.SerializeAsString() + why.text
              + (winner ? std::to_string(*winner) : "") + '\n';
  for (auto& [file, edits] : what.edits)
    for (auto& one : edits)
      result += one.SerializeAsString() + '\n';
  return result;
}

/// Lines as `read_edits` reads them; each run of lines up to an empty one is a
/// fix, of one of three producers by turns.
std::vector<proposal> read_proposals(std::string_view text) {
  constexpr size_t fixes_max = 32;
  std::vector<proposal> result;
  while (!text.empty() && result.size() < fixes_max) {
    auto end = std::min(text.find("\n\n"), text.size());
    auto& one = result.emplace_back();
    one.fix.add_voters("producer " + std::to_string(result.size() % 3));
    for (auto& edit : read_edits(text.substr(0, end), 8))
      *one.fix.add_edits() = edit;
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return result;
}

} // namespace

/// A file, then proposals: see `read_proposals`.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto text = input_text(data, size);
  one_file_workspace files{take_part(text)};
  auto proposals = read_proposals(text);
  auto choice = workspace::choose(proposals, files.targets());
  check_choice(files, choice);
  std::reverse(proposals.begin(), proposals.end());
  require(describe_choice(workspace::choose(proposals, files.targets()))
            == describe_choice(choice),
          "the order of arrival does not matter");
  for (auto& refused : choice.refused) {
    // At one place it may be with several that it does not fit.
    if (refused.why.why != workspace::refusal::overlap)
      continue;
    proposal loser{refused.fix, {}, false, {}};
    proposal winner{choice.chosen[*refused.winner], {}, false, {}};
    require(workspace::choose({loser, winner}, files.targets()).chosen.size()
              == 1,
            "what overlaps cannot be applied together");
  }
  return 0;
}
