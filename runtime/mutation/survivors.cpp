#include "runtime/mutation/survivors.hpp"

#include <algorithm>
#include <string_view>

namespace cohort::runtime::mutation {

namespace {

/// The lines from that of `begin` to that of `end`, each with `sign` in front.
std::string marked_lines(std::string_view text, size_t begin, size_t end,
                         char sign) {
  begin = begin == 0 ? 0 : text.rfind('\n', begin - 1) + 1;
  end = std::min(text.find('\n', end), text.size());
  std::string result;
  while (begin <= end) {
    auto stop = std::min(text.find('\n', begin), end);
    result += sign;
    result.append(text.substr(begin, stop - begin)).push_back('\n');
    begin = stop + 1;
  }
  return result;
}

std::string diff_of(const pb::Mutant& mutant, const std::string& text) {
  auto begin = static_cast<size_t>(mutant.begin());
  auto end = static_cast<size_t>(mutant.end());
  if (begin > end || end > text.size())
    return {};
  auto mutated = text;
  mutated.replace(begin, end - begin, mutant.replacement());
  return marked_lines(text, begin, end, '-')
         + marked_lines(mutated, begin, begin + mutant.replacement().size(),
                        '+');
}

} // namespace

std::string render_survivors(const std::vector<pb::MutantVerdict>& verdicts,
                             const std::map<std::string, std::string>& texts) {
  std::vector<const pb::MutantVerdict*> order;
  for (auto& one : verdicts)
    if (one.outcome() == pb::MUTANT_OUTCOME_SURVIVED)
      order.push_back(&one);
  std::sort(order.begin(), order.end(), [](auto* a, auto* b) {
    return a->mutant().id() < b->mutant().id();
  });
  std::string result;
  for (auto* one : order) {
    auto& mutant = one->mutant();
    result += mutant.file() + ':' + std::to_string(mutant.line()) + ':'
              + std::to_string(mutant.byte_column()) + ": " + mutant.mutator()
              + '\n';
    auto text = texts.find(mutant.file());
    if (text != texts.end())
      result += diff_of(mutant, text->second);
    result += "  no test fails:";
    for (auto& test : one->tests())
      result += ' ' + test;
    result += "\n\n";
  }
  return result;
}

} // namespace cohort::runtime::mutation
