#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "messages/v1/council.pb.h"

/// Whether plan, evidence and record bear out what a judge objects.
///
/// Pure. An objection that they do not bear out may be a lie, or a judge's
/// secret; alone it is not believed (see consensus.hpp).
namespace cohort::runtime::council {

namespace pb = messages::v1;

class grounds {
public:
  explicit grounds(const pb::ReviewRequest& request);

  /// What it finds is true of a subtask that it names, or of the two.
  [[nodiscard]] bool bear_out(const pb::Finding& finding) const;

  /// How grave what it finds is by what was measured, however grave its judge
  /// calls it. In [0, 1]; 0 for what is not borne out, and for kinds that no
  /// severity is measured of.
  [[nodiscard]] double severity_of(const pb::Finding& finding) const;

  /// There is something that the amendment would mend.
  [[nodiscard]] bool bear_out(const pb::Amendment& amendment) const;

  /// One of its findings, or of its amendments.
  [[nodiscard]] bool bear_out(const pb::Verdict& verdict) const;

private:
  /// 0 where there is none.
  [[nodiscard]] double clash(const std::string& x, const std::string& y) const;

  bool is_oversized_ = false;
  bool is_uneven_ = false;
  std::map<std::pair<std::string, std::string>, double> clashes_; // Of ids.
  std::set<std::string> heavy_;
  std::set<std::string> small_;
  std::map<std::string, double> needless_; // Write build files without errors.
  std::set<std::string> failing_;          // Their kind mostly fails.
};

} // namespace cohort::runtime::council
