#pragma once

#include <memory>
#include <string>
#include <vector>

#include <caf/actor.hpp>

#include "tests/simulation/record.hpp"
#include "tests/simulation/scene.hpp"

namespace cohort::tests::simulation {

/// Whoever asks for tasks and watches them: comes again when told "busy", and
/// when the head died.
class audience {
public:
  audience(scene& where, const std::vector<std::string>& tasks);

  void submit(const std::string& task, const std::string& root);
  void ask_pool();

  [[nodiscard]] bool has_all_results() const;
  /// What it heard.
  void tell(record& happened) const;

private:
  struct heard;

  void subscribe();
  /// What an earlier head had written down, and nobody heard of.
  void read_journal();

  scene& where_;
  std::shared_ptr<heard> heard_;
  caf::actor actor_;
};

} // namespace cohort::tests::simulation
