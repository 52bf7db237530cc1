#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/expected.hpp"

namespace cohort::runtime::journal {

/// Takes whole tasks out of a journal, events and seals, in one transaction,
/// and gives the room back. What is left is whole: chains do not cross tasks.
/// REQUIRES: nobody else writes it. Cost: writes what is left once. Errors:
/// storage_failed; only the room may not have been given back then.
expected<void> remove_tasks(const std::filesystem::path& file,
                            const std::vector<std::string>& task_ids);

} // namespace cohort::runtime::journal
