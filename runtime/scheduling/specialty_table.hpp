#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "messages/v1/task.pb.h"

namespace cohort::runtime::scheduling {

namespace pb = messages::v1;

/// Small numbers for specialties: a built-in kind is its own number, a custom
/// one has a number as long as somebody uses it.
///
/// Costs: O(1); O(log names) for a custom one.
class specialty_table {
public:
  static constexpr uint32_t generalist = pb::SPECIALTY_KIND_GENERALIST;

  /// Returns the specialty's number; used once more until leave().
  /// REQUIRES: a kind that is known.
  uint32_t use(const pb::Specialty& specialty);
  void leave(uint32_t number);
  /// Numbers are below this.
  [[nodiscard]] uint32_t end() const {
    return first_custom + static_cast<uint32_t>(custom_.size());
  }

private:
  static constexpr uint32_t first_custom = pb::SpecialtyKind_ARRAYSIZE;

  struct custom_record {
    std::string name;
    uint64_t uses = 0;
  };

  std::vector<custom_record> custom_;
  std::vector<uint32_t> unused_;
  std::map<std::string, uint32_t> numbers_;
};

} // namespace cohort::runtime::scheduling
