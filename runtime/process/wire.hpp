#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

/// What runner and launcher say to each other over a SOCK_SEQPACKET pair. Both
/// ends are one binary on one host, so that the structs travel as they are.
///
/// The launcher speaks first: one `hello`. Then packets of the runner begin
/// with a `kind`; packets of the launcher are arrays of `ended`.
namespace cohort::runtime::process::wire {

/// The launcher is ready; or it is not, and ends.
struct hello {
  uint32_t magic = 0;
  int32_t setup_errno = 0; // Not 0: why it cannot work.
};

inline constexpr uint32_t hello_magic = 0x636f6831;

enum class kind : uint64_t {
  start = 1,
  kill = 2,
};

/// Start a program. Three strings lists follow: argv, environment
/// ("NAME=value") and the working directory, each string ended by NUL. They
/// stand in the packet behind the header, or, where they are longer than
/// `inline_text_max`, in a memory file. SCM_RIGHTS carries, in this order:
/// standard output, standard error, then the input file if `has_input`, then
/// the memory file.
struct start {
  wire::kind kind = kind::start;
  uint64_t id = 0;
  uint64_t memory_limit_bytes = 0; // 0: none; so are the next two.
  uint64_t file_limit_bytes = 0;
  uint64_t process_limit = 0;
  uint64_t text_bytes = 0;
  uint32_t argc = 0;
  uint32_t envc = 0;
  uint32_t has_input = 0;
  uint32_t text_in_file = 0;
};

inline constexpr size_t inline_text_max = 16 * 1024;
inline constexpr size_t start_descriptors_max = 4;
inline constexpr size_t start_packet_max = sizeof(start) + inline_text_max;

/// Kill all that `id` started. Unknown ids have ended; they are passed over.
struct kill {
  wire::kind kind = kind::kill;
  uint64_t id = 0;
};

/// Which step of a start failed.
enum class step : uint32_t {
  none = 0, // It runs.
  clone = 1,
  descriptors = 2,
  folder = 3,
  exec = 4,
};

/// Sent once for each start, when its whole tree is dead.
struct ended {
  uint64_t id = 0;
  uint64_t cpu_us = 0; // User and system time of all that was reaped.
  int32_t wait_status = 0;
  int32_t start_errno = 0;
  step failed = step::none;
  uint32_t reserved = 0;
};

inline constexpr size_t ended_per_packet_max = 256;

static_assert(std::has_unique_object_representations_v<start>);
static_assert(std::has_unique_object_representations_v<kill>);
static_assert(std::has_unique_object_representations_v<ended>);

} // namespace cohort::runtime::process::wire
