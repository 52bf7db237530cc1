#include "runtime/analysis/log_causes.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "runtime/analysis/disjoint_sets.hpp"
#include "runtime/analysis/evidence.hpp"
#include "runtime/analysis/log_signs.hpp"
#include "runtime/analysis/log_words.hpp"
#include "runtime/analysis/related_names.hpp"

namespace cohort::runtime::analysis {

namespace {

bool is_about_names(fault kind) {
  return kind == fault::missing || kind == fault::member
         || kind == fault::incomplete;
}

/// Whether one of two errors on a line says that a name is there, but not what
/// it is, while the other one's name is not there: these are two things.
bool are_of_two_kinds(fault x, fault y) {
  return (x == fault::incomplete && y == fault::missing)
         || (x == fault::missing && y == fault::incomplete);
}

struct text_hash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

/// What is found by a text. Looked up only.
template <class T>
using text_table
  = std::unordered_map<std::string, T, text_hash, std::equal_to<>>;

/// Follows the errors of a log in its order.
class log_follower {
public:
  explicit log_follower(const std::vector<log_entry>& entries)
    : entries_{entries}, causes_{entries.size()} {
    auto is_about_errors
      = std::any_of(entries.begin(), entries.end(),
                    [](auto& entry) { return is_error(entry.diagnostic); });
    signs_.resize(entries.size());
    for (size_t i = 0; i < entries.size(); ++i) {
      if (is_about_errors && !is_error(entries[i].diagnostic))
        continue;
      subjects_.push_back(static_cast<uint32_t>(i));
      signs_[i] = read_log_signs(entries[i]);
    }
  }

  std::vector<std::vector<size_t>> causes() && {
    for (auto index : subjects_)
      follow(index);
    std::map<uint32_t, std::vector<size_t>> members;
    for (auto index : subjects_)
      members[causes_.find(index)].push_back(index);
    std::vector<std::vector<size_t>> result;
    for (auto& [unused, indices] : members)
      result.push_back(std::move(indices));
    return result;
  }

private:
  /// The error behind each name.
  using name_table = text_table<uint32_t>;

  struct named_part {
    std::string part;
    uint32_t error;
  };

  struct file_state {
    name_table symbols; // What is missing or incomplete, the first error each;
    text_table<std::vector<named_part>> parts; // their telling parts, by what
                                               // these begin with;
    name_table incomplete;                     // and all parts of types.
    std::map<uint32_t, std::vector<uint32_t>> lines;
    name_table poisoned;            // Variables whose declaration failed.
    std::optional<uint32_t> last;   // That could mislead.
    std::optional<uint32_t> syntax; // The first one.
    std::optional<uint32_t> import; // The first one that failed.
  };

  void follow(uint32_t index) {
    auto& signs = signs_[index];
    auto& unit = entries_[index].unit;
    auto& file = files_[signs.place.file()];
    if (signs.kind != fault::link) {
      if (auto stopped = stopped_.find(unit);
          !unit.empty() && stopped != stopped_.end())
        causes_.join(index, stopped->second);
      join_line(index, file);
      join_names(index, file);
      join_syntax(index, file);
      join_import(index, file);
      join_statement(index, file);
      if (signs.is_foreign)
        join_key(index,
                 "foreign " + std::string{package_of(signs.place.file())});
    }
    for (auto& key : signs.keys)
      join_key(index, key);
    if (signs.kind == fault::stopper && !unit.empty())
      stopped_.try_emplace(unit, index);
    remember(index, file);
  }

  void join_key(uint32_t index, const std::string& key) {
    auto [first, is_new] = keys_.try_emplace(key, index);
    if (!is_new)
      causes_.join(index, first->second);
  }

  void join_line(uint32_t index, file_state& file) {
    auto line = signs_[index].place.line();
    if (line == 0)
      return;
    auto& others = file.lines[line];
    for (auto other : others)
      if (!are_of_two_kinds(signs_[index].kind, signs_[other].kind)) {
        causes_.join(index, other);
        break;
      }
    constexpr size_t others_max = 8;
    if (others.size() < others_max)
      others.push_back(index);
  }

  /// By names of one interface, and by what an error is about.
  void join_names(uint32_t index, file_state& file) {
    auto& signs = signs_[index];
    if (signs.kind == fault::local)
      return;
    if (is_about_names(signs.kind) && !signs.symbol.empty()
        && file.symbols.try_emplace(signs.symbol, index).second)
      join_related(index, file);
    auto& entry = entries_[index];
    auto of_unit = entry.unit.empty() ? poisoned_.end()
                                      : poisoned_.find(entry.unit);
    auto in_unit = of_unit == poisoned_.end() ? nullptr : &of_unit->second;
    if (file.poisoned.empty() && !in_unit)
      return;
    for (std::string_view text :
         {std::string_view{signs.kind == fault::missing
                             ? signs.symbol
                             : entry.diagnostic.message()},
          std::string_view{entry.source_line}})
      for (auto name : identifiers(text)) {
        join_declaration(index, name, file.poisoned);
        if (in_unit && is_telling_name(name))
          join_declaration(index, name, *in_unit);
      }
  }

  /// A name that the file lacks for the first time. Types that are incomplete
  /// are one library's when their names share any part ("RSA", "RSA_METHOD").
  void join_related(uint32_t index, file_state& file) {
    name_parts parts{signs_[index].symbol};
    for (auto& part : parts.telling) {
      auto& alike = file.parts[part.substr(0, telling_letters)];
      for (auto& other : alike)
        if (tell_the_same(other.part, part))
          causes_.join(index, other.error);
      constexpr size_t alike_max = 64; // Each is compared with each.
      if (alike.size() < alike_max)
        alike.push_back({part, index});
    }
    if (signs_[index].kind == fault::incomplete)
      for (auto& part : parts.all)
        if (auto [first, is_new] = file.incomplete.try_emplace(part, index);
            !is_new)
          causes_.join(index, first->second);
  }

  void join_declaration(uint32_t index, std::string_view name,
                        const name_table& poisoned) {
    auto known = poisoned.find(name);
    if (known != poisoned.end()
        && !are_of_two_kinds(signs_[index].kind, signs_[known->second].kind))
      causes_.join(index, known->second);
  }

  void join_syntax(uint32_t index, file_state& file) {
    auto& signs = signs_[index];
    if (signs.kind == fault::local || !file.last)
      return;
    constexpr uint32_t near = 10; // Lines.
    auto& before = signs_[*file.last];
    auto is_near = signs.place.line() >= before.place.line()
                   && signs.place.line() - before.place.line() <= near;
    if (signs.kind == fault::syntax && file.syntax)
      causes_.join(index, *file.syntax);
    else if (is_near
             && (signs.kind == fault::syntax || before.kind == fault::syntax))
      causes_.join(index, *file.last);
  }

  /// What a failed import was to bring may be a trait, whose methods lack then.
  void join_import(uint32_t index, file_state& file) {
    auto& error = entries_[index].diagnostic;
    auto kind = signs_[index].kind;
    if (error.message().find("unresolved import") == 0)
      file.import = file.import.value_or(index);
    else if (file.import && (kind == fault::member || kind == fault::use))
      causes_.join(index, *file.import);
  }

  /// A wrong use right after another error, of the same thing.
  void join_statement(uint32_t index, file_state& file) {
    auto& signs = signs_[index];
    if (signs.kind != fault::use || !file.last)
      return;
    constexpr uint32_t near = 2; // Lines.
    constexpr size_t telling = 4;
    auto line = signs.place.line();
    auto before = signs_[*file.last].place.line();
    if (line < before || line - before > near)
      return;
    auto names = identifiers(entries_[*file.last].source_line);
    for (auto name : identifiers(entries_[index].source_line))
      if (name.size() >= telling
          && std::find(names.begin(), names.end(), name) != names.end())
        causes_.join(index, *file.last);
  }

  void remember(uint32_t index, file_state& file) {
    auto& signs = signs_[index];
    if (signs.kind == fault::local || signs.kind == fault::link)
      return;
    file.last = index;
    if (signs.kind == fault::syntax && !file.syntax)
      file.syntax = index;
    for (auto& name : signs.declares) {
      file.poisoned.try_emplace(name, index);
      poisoned_[entries_[index].unit].try_emplace(name, index);
    }
  }

  const std::vector<log_entry>& entries_;
  std::vector<log_signs> signs_;
  std::vector<uint32_t> subjects_;
  text_table<file_state> files_;
  text_table<name_table> poisoned_; // By unit.
  name_table keys_;
  name_table stopped_; // Units.
  disjoint_sets causes_;
};

} // namespace

std::vector<std::vector<size_t>>
causes_of_log(const std::vector<log_entry>& entries) {
  return log_follower{entries}.causes();
}

} // namespace cohort::runtime::analysis
