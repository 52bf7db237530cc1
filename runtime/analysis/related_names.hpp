#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What names tell of where they come from.
///
/// Pure; linear in the name.
namespace cohort::runtime::analysis {

/// The parts of a name in lower case, and the whole of it: "avcodec", "context"
/// and "avcodeccontext" of "AVCodecContext". Of a long name, those that it
/// begins with.
struct name_parts {
  explicit name_parts(std::string_view name);

  std::vector<std::string> all;     // Of three letters or more.
  std::vector<std::string> telling; // Of four or more, and not "create".
};

/// Whether parts of two names tell the same: one begins with the other.
/// REQUIRES: both are telling.
bool tell_the_same(std::string_view x, std::string_view y);

/// How far parts that tell the same are equal at least.
constexpr size_t telling_letters = 4;

/// Whether two names come from one interface: parts of them tell the same
/// ("proc_create", "remove_proc_entry"; "AVCodecContext", "avcodec_open").
bool are_related(const name_parts& x, const name_parts& y);

/// Whether a name says what it is about in other files, too; "s", "ret" and
/// "data" are many variables' names, "T" many templates'.
bool is_telling_name(std::string_view name);

/// The header of C's library that declares a name; empty for other names.
std::string_view c_header_of(std::string_view name);

} // namespace cohort::runtime::analysis
