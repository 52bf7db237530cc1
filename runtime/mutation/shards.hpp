#pragma once

#include <string>
#include <vector>

#include "messages/v1/mutation.pb.h"

/// Splits the trials of a plan into units of work. Pure.
namespace cohort::runtime::mutation {

namespace pb = messages::v1;

struct shard {
  std::string tree; // That the unit's slot is brought to.
  pb::MutantsUnit unit;
  double predicted_seconds = 0; // Of all its trials; see make_shards.
};

/// The trial of each mutant that some test reaches, by id; its tests from the
/// fastest to the slowest. Of mutants that need a rebuild nobody knows what
/// reaches them: they get all tests.
[[nodiscard]] std::vector<pb::MutantsUnit::Trial>
trials_of(const pb::MutationPlan& plan);

/// At most `count` shards (with two kinds of mutants at least two), the longest
/// trial going to the shortest shard: Graham, "Bounds on multiprocessing timing
/// anomalies" (1969), where none is longer than 4/3 of what is possible.
/// A trial is thought to take what its tests do when each of them kills half of
/// what the ones before it have left, and `rebuild_seconds` if it is built
/// alone. Mutants that need a rebuild are in shards of their own, on the plain
/// tree: so whoever works on a shard needs one tree.
[[nodiscard]] std::vector<shard>
make_shards(const pb::MutationPlan& plan, const std::string& plain_tree,
            size_t count, double rebuild_seconds);

} // namespace cohort::runtime::mutation
