#pragma once

namespace cohort::runtime::learning {

struct learning_settings {
  bool enabled = true; // learning.enabled
};

} // namespace cohort::runtime::learning
