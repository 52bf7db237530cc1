#pragma once

#include <string>
#include <string_view>

/// What makes a task's events a chain: each carries the SHA-256 of the hash
/// before it and of its own bytes, so that no event can be changed, taken out
/// or put in without all later hashes changing as well.
///
/// Pure. An event's bytes name its task and its number, so that events cannot
/// be exchanged between tasks either.
namespace cohort::runtime::journal {

/// 32 bytes, as they are.
using digest = std::string;

inline constexpr size_t digest_bytes = 32;

/// What a task's first event is chained to: zeros.
[[nodiscard]] digest chain_start();

/// The hash of the event that is `body` behind one whose hash is `before`.
[[nodiscard]] digest chain(const digest& before, std::string_view body);

/// Two lower-case digits a byte.
[[nodiscard]] std::string to_hex(std::string_view bytes);

} // namespace cohort::runtime::journal
