#include "runtime/analysis/specialty.hpp"

#include <algorithm>
#include <array>

namespace cohort::runtime::analysis {

namespace {

const specialty_row* find_row(std::span<const specialty_row> rows,
                              std::string_view text) {
  auto found = std::lower_bound(rows.begin(), rows.end(), text,
                                [](auto& row, auto& wanted) {
                                  return row.text < wanted;
                                });
  return found != rows.end() && found->text == text ? &*found : nullptr;
}

} // namespace

pb::SpecialtyKind specialty_of(const std::vector<word>& words) {
  std::array<size_t, pb::SpecialtyKind_ARRAYSIZE> hits{};
  for (auto& word : words)
    if (auto* row = find_row(specialty_words(), word.lower))
      ++hits[static_cast<size_t>(row->kind)];
  auto result = pb::SPECIALTY_KIND_GENERALIST;
  size_t most = 0;
  for (auto kind : specialty_order())
    if (auto count = hits[static_cast<size_t>(kind)]; count > most) {
      most = count;
      result = kind;
    }
  return result;
}

pb::SpecialtyKind specialty_of_errors(std::string_view error_type) {
  auto* row = find_row(specialty_error_types(), error_type);
  return row ? row->kind : pb::SPECIALTY_KIND_COMPILATION_ERRORS;
}

std::string name_of(pb::SpecialtyKind kind) {
  constexpr std::string_view prefix = "SPECIALTY_KIND_";
  auto& name = pb::SpecialtyKind_Name(kind);
  if (!name.starts_with(prefix))
    return "unknown";
  auto result = name.substr(prefix.size());
  for (auto& c : result)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

} // namespace cohort::runtime::analysis
