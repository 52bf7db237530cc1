#include "runtime/workspace/proposals.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <tuple>
#include <utility>

#include "runtime/workspace/edit_order.hpp"
#include "runtime/workspace/edit_table.hpp"
#include "runtime/workspace/edits.hpp"

namespace cohort::runtime::workspace {

namespace {

using optional_objection = std::optional<objection>;

objection misplaced(std::string text) {
  return {refusal::misplaced, std::move(text)};
}

std::string place_of(const pb::Edit& edit) {
  return "bytes " + std::to_string(edit.begin()) + " to "
         + std::to_string(edit.end()) + " of " + edit.file();
}

/// Sorts the edits, and drops what is said twice.
void normalise(pb::Fix& fix) {
  auto& edits = *fix.mutable_edits();
  std::sort(edits.begin(), edits.end(),
            [](auto& a, auto& b) { return before(a, b); });
  auto last = std::unique(edits.begin(), edits.end(), [](auto& a, auto& b) {
    return place_key(a) == place_key(b);
  });
  edits.erase(last, edits.end());
  auto& voters = *fix.mutable_voters();
  std::sort(voters.begin(), voters.end());
  voters.erase(std::unique(voters.begin(), voters.end()), voters.end());
}

/// What stands against a fix by itself.
class examiner {
public:
  explicit examiner(const target_lookup& targets) : targets_{targets} {
    // nop
  }

  optional_objection examine(const proposal& what) {
    if (what.refused)
      return what.refused;
    for (auto& edit : what.fix.edits()) {
      auto& file = find(edit.file());
      if (file.closed)
        return file.closed;
      if (auto base = what.bases.find(edit.file());
          base != what.bases.end() && base->second != file.digest)
        return objection{refusal::stale,
                         edit.file()
                           + " is not what the fix was made on; make it anew"};
      if (auto bad = examine_text(edit, file))
        return bad;
    }
    return examine_neighbours(what.fix);
  }

private:
  const target& find(const std::string& file) {
    auto [it, is_new] = known_.try_emplace(file);
    if (is_new)
      it->second = targets_(file);
    return it->second;
  }

  static optional_objection examine_text(const pb::Edit& edit,
                                         const target& file) {
    if (edit.begin() > edit.end() || edit.end() > file.size)
      return misplaced(place_of(edit) + " are not among its "
                       + std::to_string(file.size));
    if (edit.replacement().find('\0') != std::string::npos)
      return misplaced("a zero byte would go into " + edit.file()
                       + ", which is a text");
    return std::nullopt;
  }

  /// REQUIRES: sorted, so that only neighbours can conflict.
  static optional_objection examine_neighbours(const pb::Fix& fix) {
    for (int i = 1; i < fix.edits_size(); ++i) {
      auto& a = fix.edits(i - 1);
      auto& b = fix.edits(i);
      auto are_includes = is_include_line(a.replacement())
                          && is_include_line(b.replacement()) && is_insertion(a)
                          && is_insertion(b);
      if (a.file() == b.file() && conflicts(a, b) && !are_includes)
        return misplaced("it contradicts itself at " + place_of(b));
    }
    return std::nullopt;
  }

  const target_lookup& targets_;
  std::map<std::string, target> known_;
};

struct judged {
  pb::Fix fix;
  optional_objection against;
};

auto objection_key(const judged& what) {
  return what.against ? std::tuple{true, what.against->why,
                                   std::string_view{what.against->text}}
                      : std::tuple{false, refusal{}, std::string_view{}};
}

/// Those that are alike stand together.
bool judged_before(const judged& a, const judged& b) {
  if (!same_edits(a.fix, b.fix) || objection_key(a) == objection_key(b))
    return before(a.fix, b.fix);
  return objection_key(a) < objection_key(b);
}

/// Makes one of those that are alike. REQUIRES: sorted.
std::vector<judged> merge_alike(std::vector<judged> all) {
  std::vector<judged> result;
  for (auto& one : all) {
    if (result.empty() || !same_edits(result.back().fix, one.fix)
        || result.back().against != one.against)
      result.push_back(std::move(one));
    else
      result.back().fix.mutable_voters()->MergeFrom(one.fix.voters());
  }
  for (auto& one : result)
    normalise(one.fix);
  return result;
}

/// The places of all edits of one file, each counted once.
class crowd {
public:
  void add(const pb::Edit& edit) {
    if (is_insertion(edit)) {
      points_.push_back(edit.begin());
    } else {
      begins_.push_back(edit.begin());
      ends_.push_back(edit.end());
    }
  }

  void sort() {
    for (auto* places : {&points_, &begins_, &ends_})
      std::sort(places->begin(), places->end());
  }

  /// How many edits touch what `edit` does, itself among them.
  [[nodiscard]] size_t around(const pb::Edit& edit) const {
    auto begin = edit.begin();
    auto end = edit.end();
    if (is_insertion(edit))
      return below(begins_, begin) - below(ends_, begin + 1)
             + below(points_, begin + 1) - below(points_, begin);
    return below(begins_, end) - below(ends_, begin + 1) + below(points_, end)
           - below(points_, begin + 1);
  }

private:
  static size_t below(const std::vector<uint64_t>& places, uint64_t limit) {
    return static_cast<size_t>(
      std::lower_bound(places.begin(), places.end(), limit) - places.begin());
  }

  std::vector<uint64_t> points_;
  std::vector<uint64_t> begins_;
  std::vector<uint64_t> ends_;
};

/// For each fix: how many edits of others are in its way.
std::vector<size_t> count_obstacles(const std::vector<judged>& fixes) {
  std::vector<const pb::Edit*> edits;
  for (auto& one : fixes)
    for (auto& edit : one.fix.edits())
      edits.push_back(&edit);
  std::sort(edits.begin(), edits.end(),
            [](auto* a, auto* b) { return before(*a, *b); });
  edits.erase(std::unique(edits.begin(), edits.end(),
                          [](auto* a, auto* b) {
                            return place_key(*a) == place_key(*b);
                          }),
              edits.end());
  std::map<std::string_view, crowd> crowds;
  for (auto* edit : edits)
    crowds[edit->file()].add(*edit);
  for (auto& [file, all] : crowds)
    all.sort();
  std::vector<size_t> result;
  for (auto& one : fixes) {
    size_t sum = 0;
    for (auto& edit : one.fix.edits())
      sum += crowds[edit.file()].around(edit) - 1;
    result.push_back(sum);
  }
  return result;
}

/// Indices of `fixes`, in the order in which they are looked at.
std::vector<size_t> rank(const std::vector<judged>& fixes) {
  auto obstacles = count_obstacles(fixes);
  std::vector<size_t> result(fixes.size());
  std::iota(result.begin(), result.end(), size_t{0});
  std::stable_sort(result.begin(), result.end(), [&](auto a, auto b) {
    auto key = [&](auto i) {
      auto& fix = fixes[i].fix;
      return std::tuple{-fix.voters_size(), fix.on_note(), obstacles[i]};
    };
    return key(a) < key(b);
  });
  return result;
}

/// Its producers, each with the check that it made for it: two checks that
/// insert the same text may well mean it once.
std::vector<std::string> checks_of(const pb::Fix& fix) {
  auto check = fix.message().substr(0, fix.message().find(':'));
  std::vector<std::string> result;
  for (auto& voter : fix.voters())
    result.push_back(voter + '\n' + check);
  std::sort(result.begin(), result.end());
  return result;
}

/// Chooses one fix after the other.
class chooser {
public:
  /// What `fix` conflicts with; nothing when it was added, as number `owner`.
  std::optional<collision> try_add(const pb::Fix& fix, size_t owner) {
    auto voters = checks_of(fix);
    for (auto& edit : fix.edits())
      if (auto hit = tables_[edit.file()].find_collision(edit, voters))
        return hit;
    for (auto& edit : fix.edits())
      tables_[edit.file()].add(edit, voters, owner);
    return std::nullopt;
  }

  [[nodiscard]] std::map<std::string, std::vector<pb::Edit>> edits() const {
    std::map<std::string, std::vector<pb::Edit>> result;
    for (auto& [file, table] : tables_)
      if (auto all = table.edits(); !all.empty())
        result.emplace(file, std::move(all));
    return result;
  }

private:
  std::map<std::string, edit_table> tables_;
};

} // namespace

std::string to_string(refusal why) {
  switch (why) {
    case refusal::outside_workspace:
      return "outside_workspace";
    case refusal::outside_scope:
      return "outside_scope";
    case refusal::unusable_file:
      return "unusable_file";
    case refusal::stale:
      return "stale";
    case refusal::misplaced:
      return "misplaced";
    case refusal::ambiguous:
      return "ambiguous";
    case refusal::overlap:
      return "overlap";
    case refusal::same_place:
      return "same_place";
  }
  return "unknown";
}

choice choose(const std::vector<proposal>& proposals,
              const target_lookup& targets) {
  examiner alone{targets};
  std::vector<judged> all;
  for (auto& one : proposals) {
    auto what = one;
    normalise(what.fix);
    auto against = alone.examine(what);
    if (against || what.fix.edits_size() > 0)
      all.push_back({std::move(what.fix), std::move(against)});
  }
  std::sort(all.begin(), all.end(), judged_before);
  all = merge_alike(std::move(all));
  choice result;
  auto usable = std::stable_partition(all.begin(), all.end(),
                                      [](auto& one) { return !one.against; });
  for (auto it = usable; it != all.end(); ++it)
    result.refused.push_back({std::move(it->fix), *it->against, std::nullopt});
  all.erase(usable, all.end());

  chooser chosen;
  std::vector<std::optional<collision>> collisions(all.size());
  for (auto i : rank(all))
    collisions[i] = chosen.try_add(all[i].fix, i);
  // The indices of what was chosen, now that it is known.
  std::vector<size_t> places(all.size());
  for (size_t i = 0; i < all.size(); ++i)
    if (!collisions[i]) {
      places[i] = result.chosen.size();
      result.chosen.push_back(std::move(all[i].fix));
    }
  for (size_t i = 0; i < all.size(); ++i)
    if (auto& hit = collisions[i])
      result.refused.push_back(
        {std::move(all[i].fix),
         {hit->why, hit->why == refusal::overlap
                      ? "another fix changes the same bytes"
                      : "another fix inserts at the same place"},
         places[hit->owner]});
  std::stable_sort(result.refused.begin(), result.refused.end(),
                   [](auto& a, auto& b) { return before(a.fix, b.fix); });
  result.edits = chosen.edits();
  return result;
}

} // namespace cohort::runtime::workspace
