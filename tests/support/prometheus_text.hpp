#pragma once

#include <algorithm>
#include <sstream>
#include <string>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "runtime/telemetry/metrics_registry.hpp"

namespace cohort::tests {

/// A registry as Prometheus reads it; families and their members sorted.
inline std::string
prometheus_text(const runtime::telemetry::metrics_registry& metrics) {
  auto families = metrics.collectable()->Collect();
  std::sort(families.begin(), families.end(),
            [](auto& a, auto& b) { return a.name < b.name; });
  for (auto& family : families)
    std::sort(family.metric.begin(), family.metric.end(),
              [](auto& a, auto& b) { return a.label < b.label; });
  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, families);
  return out.str();
}

} // namespace cohort::tests
