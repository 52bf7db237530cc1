#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "messages/v1/council.pb.h"
#include "runtime/council/ablation/draw.hpp"

/// A made-up workspace: what a head sees of it, and the truth.
///
/// Pure; knows nothing of judges. Sources include headers, some of which
/// include others; both may have errors; work is in seconds.
namespace cohort::runtime::council::ablation {

namespace pb = messages::v1;

struct broken_file {
  std::string name;
  bool is_header = false;
  double expected_work = 0; // As evidence suggests.
  double work = 0;          // Of one worker, in truth.
  std::string error_type;
  std::vector<uint32_t> diagnostics; // Of the evidence.
  std::vector<std::string> units;    // That read it.
};

/// What is true of a kind of workers, and what is remembered of them.
struct worker_kind {
  pb::SpecialtyKind specialty = pb::SPECIALTY_KIND_UNSPECIFIED;
  double failure = 0; // Of one attempt.
};

struct world {
  pb::Evidence evidence;
  std::vector<broken_file> broken; // Headers first.
  std::vector<worker_kind> kinds;  // The generalist first.
  std::vector<pb::KindRecord> record;
  unsigned workers = 1;
  double dispatch_seconds = 0; // Of a subtask, on its worker.
  double merge_seconds = 0;    // Of a subtask, at the head, one by one.
  double check_seconds = 0;    // Of all units, on one worker.
};

struct world_shape {
  size_t sources_min = 8;
  size_t sources_max = 60;
  double broken_share = 0.6;
  double work_min = 0.3; // Of a broken source.
  double work_max = 12;
};

world make_world(draw& random, const world_shape& shape);

/// How a kind of workers does, and a record of `tries` of it.
void set_kind(world& where, pb::SpecialtyKind specialty, double failure,
              size_t tries, draw& random);

} // namespace cohort::runtime::council::ablation
