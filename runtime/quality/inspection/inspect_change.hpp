#pragma once

#include <string>
#include <vector>

#include "messages/v1/analysis.pb.h"
#include "runtime/workspace/changes.hpp"

/// What a change does to its own proof, or to those who build it.
///
/// Pure; linear in the texts. Looks at the shape of a text alone: what a
/// program does when it runs is the sandbox's concern.
namespace cohort::runtime::quality {

namespace pb = messages::v1;

using workspace::file_versions;

/// Tests that say less than before. The files are looked at together, so that
/// what moves from one to another is not missed. Rules:
///   removed-assertion     more assertions are gone than came
///   changed-expectation   an assertion expects another number or text
///   removed-test          more tests are gone than came
///   skipped-test          a test is switched off, or may fail
///   unregistered-test     the build runs fewer of them
///   early-exit            a source ends its program where it did not before
std::vector<pb::Objection>
weakened_tests(const std::vector<file_versions>& change);

/// What opens a door. Rules:
///   secret                an added line holds a key
///   outside-program       a build file gets code from elsewhere, or runs a
///                         program while it is configured
///   silenced-compiler     a build file switches warnings or checks off
///   odd-file-name         a new file's name looks like an option, or holds
///                         control characters
std::vector<pb::Objection>
opened_doors(const std::vector<file_versions>& change);

/// Whether a rule is one of those of weakened_tests.
bool is_about_tests(const std::string& rule);

} // namespace cohort::runtime::quality
