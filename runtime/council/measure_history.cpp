#include "runtime/council/measures.hpp"

namespace cohort::runtime::council {

namespace {

constexpr double ended_min = 4; // Fewer say nothing.
constexpr double failing = 0.6;

} // namespace

const pb::KindRecord* record_of(const pb::Specialty& specialty,
                                const std::string& error_type,
                                const pb::ReviewRequest& request) {
  const pb::KindRecord* of_any_type = nullptr;
  for (auto& record : request.record()) {
    if (record.specialty().kind() != specialty.kind()
        || record.specialty().custom_name() != specialty.custom_name())
      continue;
    if (record.error_type() == error_type)
      return &record;
    if (record.error_type().empty())
      of_any_type = &record;
  }
  return of_any_type;
}

double failure_probability(const pb::KindRecord& record) {
  auto failed = static_cast<double>(record.failed());
  return (failed + 1) / (static_cast<double>(record.succeeded()) + failed + 2);
}

bool mostly_fails(const pb::KindRecord& record) {
  return static_cast<double>(record.succeeded())
             + static_cast<double>(record.failed())
           >= ended_min
         && failure_probability(record) >= failing;
}

} // namespace cohort::runtime::council
