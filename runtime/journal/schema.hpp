#pragma once

#include <cstdint>

#include "runtime/expected.hpp"
#include "runtime/journal/database.hpp"
#include "runtime/journal/seal.hpp"

/// The tables of a journal, in all versions that there were.
namespace cohort::runtime::journal {

inline constexpr int64_t application_id = 0x434f4854; // "COHT"
inline constexpr int64_t schema_version = 2;

/// Makes the tables, or makes those of an older version this one's, in one
/// transaction: a journal is whole or as it was. What an older version did not
/// chain is chained, and the tasks that have ended are sealed. Cost: reads and
/// writes every event of an older version once. Errors: storage_failed.
expected<void> bring_up_to_date(database& db, const signing_key& key);

/// Within a transaction.
bool store_seal(sqlite::statement& insert, const seal& what);
inline constexpr auto insert_seal
  = "INSERT OR REPLACE INTO seals (task_id, sequence, hash, key, signature) "
    "VALUES (?1, ?2, ?3, ?4, ?5)";

} // namespace cohort::runtime::journal
