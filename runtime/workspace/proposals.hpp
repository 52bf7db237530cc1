#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"

/// Fixes of many producers, and which of them can be applied together.
///
/// Pure: the same proposals in any order give the same choice. n log n in the
/// number and size of the edits, however many of them conflict.
/// Source: DECISIONS.md, "Which fixes are applied".
namespace cohort::runtime::workspace {

namespace pb = messages::v1;

/// Why a fix is not applied.
enum class refusal : uint8_t {
  outside_workspace, // A file lies outside, or a link leads there.
  outside_scope,     // A file may not be changed by this request.
  unusable_file,     // Not there, not a regular file, or not readable.
  stale,             // A file is not what the fix was made on.
  misplaced,         // The place or the text that it names is not in the file.
  ambiguous,         // More than one place, or more than one answer.
  overlap,           // A chosen fix changes the same bytes.
  same_place,        // A chosen fix inserts at the same place.
};

/// Returns the stable name, for instance "outside_scope".
[[nodiscard]] std::string to_string(refusal why);

/// A refusal, and the sentence to show.
struct objection {
  refusal why = refusal::misplaced;
  std::string text;

  friend bool operator==(const objection&, const objection&) = default;
};

/// What a producer wants: all edits of `fix`, in one or many files, or none.
/// Its voters are the producers, each of which may have made many fixes that
/// are meant to be applied together. Edits name files as `target_lookup` does,
/// and may hold any bytes.
struct proposal {
  pb::Fix fix;
  /// File -> digest of the bytes that the fix was made on (see file_digest);
  /// nothing for a file of which that is not known.
  std::map<std::string, std::string> bases;
  /// Its places are bare numbers: nothing but `bases` says that a file is
  /// still what they were counted in.
  bool is_by_place = false;
  /// What its reader has against it: it could not be placed.
  std::optional<objection> refused;
};

/// A file that fixes want to change.
struct target {
  std::optional<objection> closed; // Why nobody may change it.
  uint64_t size = 0;               // Bytes.
  std::string digest;              // Of its bytes; see file_digest.
};
using target_lookup = std::function<target(const std::string& file)>;

struct refused_fix {
  pb::Fix fix;
  objection why;
  std::optional<size_t> winner; // What it conflicts with: index in `chosen`.
};

struct choice {
  std::vector<pb::Fix> chosen; // By file and place; identical ones are one.
  std::vector<refused_fix> refused; // By file and place, too.
  /// What to do to each file: for `apply_edits`, by place.
  std::map<std::string, std::vector<pb::Edit>> edits;
};

/// Chooses. What is refused for its own sake (by its reader, its files, its
/// places) is refused first, and stands in nobody's way. Of the rest, identical
/// fixes become one with the votes of all; then a fix is chosen unless it
/// conflicts with one that was: those with more votes first, then an error's
/// own before a note's, then those with fewer edits of others in their way,
/// then by content. So nothing that is refused could be added to what is
/// chosen.
///
/// Two fixes conflict where they change the same bytes differently, where one
/// inserts inside of what the other replaces, and where both insert at the same
/// place, but for two cases: lines of #include there are all inserted, each
/// once; and the same text of one producer's one check is inserted once for
/// each of its fixes (the closing brackets of two statements, say).
[[nodiscard]] choice choose(const std::vector<proposal>& proposals,
                            const target_lookup& targets);

} // namespace cohort::runtime::workspace
