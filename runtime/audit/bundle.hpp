#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runtime/audit/packed_lines.hpp"
#include "runtime/expected.hpp"
#include "runtime/journal/ledger.hpp"

/// A task that has ended, in one file, for somebody who has neither the journal
/// nor the store.
///
/// Lines of JSON in a zstd frame, in this order; keys are sorted, bytes are in
/// base64, hashes in hexadecimal:
///
///   {"kind":"bundle","task":ID,"version":1}
///   {"body":BYTES,"hash":HASH,"kind":"event","sequence":N}    each event
///   {"hash":HASH,"key":HEX,"kind":"seal","sequence":N,"signature":HEX}
///   {"kind":"key","pem":TEXT}                          the public key
///   {"kind":"gates","reports":[...],"sequence":N}      what such an event says
///   {"base":TREE,"kind":"change","result":TREE}        unless nothing changed
///   {"content":BYTES,"kind":"folder"}   where the trees differ, of both
///   {"content":BYTES,"kind":"file","mode":N,"path":PATH}  or without content:
///                                                         a removed file
///   {"kind":"end"}
///
/// The folders prove the files without either tree: the result's id stands in
/// the last event, which is sealed.
namespace cohort::runtime::audit {

/// Errors: not_found; invalid_request, when the task has not ended, or has what
/// no bundle can hold; invalid_message, when its events are not what was
/// written; storage_failed.
expected<void>
write_bundle(journal::ledger& log, const std::filesystem::path& store,
             const journal::public_key& key, const std::string& task_id,
             const std::filesystem::path& file);

struct bundle_check {
  std::optional<journal::public_key> key; // None: the bundle's own.
  std::filesystem::path repository;       // Empty: not at hand.
  std::filesystem::path scratch;          // An empty folder, to be filled.
};

struct bundle_findings {
  std::string task_id;
  std::string key;                    // The seal's, in hexadecimal.
  std::vector<std::string> checked;   // What holds; sentences.
  std::vector<std::string> unchecked; // What could not be looked at, and why.
};

/// Checks everything that a bundle says. Cost: memory of one line.
/// Errors: invalid_message, naming the first thing that does not hold;
/// not_found, when the repository has not got what the task began with.
expected<bundle_findings> verify_bundle(const byte_source& source,
                                        const bundle_check& how);

} // namespace cohort::runtime::audit
