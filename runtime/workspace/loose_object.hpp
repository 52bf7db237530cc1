#pragma once

#include <filesystem>
#include <string>

#include "runtime/expected.hpp"

namespace cohort::runtime::workspace {

/// Whether the file of a store's object has what its name says, before libgit2
/// is let near it: version 1.5 writes past its buffer when the size in a
/// damaged file is too small. False: there is no such file; the object may be
/// in a pack, whose entries libgit2 checks.
///
/// Blocks. Memory: some buffers, whatever the object's size. Errors:
/// storage_failed, when it is damaged or cannot be read.
expected<bool> check_loose_object(const std::filesystem::path& store,
                                  const std::string& id);

} // namespace cohort::runtime::workspace
