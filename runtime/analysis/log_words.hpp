#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What the messages of compilers name, by how they put it. Quotes are plain.
///
/// Pure; linear in the text. Views are into what was given.
namespace cohort::runtime::analysis {

/// Whether a byte may stand in an identifier.
constexpr bool is_name_byte(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
         || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

/// The identifiers in a text, in order.
std::vector<std::string_view> identifiers(std::string_view text);

/// What stands between quotes (' or `), in order; at most a few.
std::vector<std::string_view> quoted_parts(std::string_view text);

/// "int A::f<T>(int) const" -> "A::f", "std::foo::bar" as it is.
std::string_view callee_of(std::string_view text);

/// "A::f" -> "f".
std::string_view without_scopes(std::string_view name);

/// "const struct S" -> "S".
std::string_view without_keywords(std::string_view type);

/// The name that is missing, with the scopes that were said.
std::string_view missing_name(std::string_view message,
                              const std::vector<std::string_view>& quoted);

/// The type that lacks a member; empty for namespaces and values, and where
/// none is said.
std::string_view owner_of(std::string_view message,
                          const std::vector<std::string_view>& quoted);

/// Whether it is a type that no workspace declares: "std::vector<T>", "int",
/// Rust's "Vec<T>".
bool is_library_type(std::string_view type);

/// "no member named 'stack' in namespace 'std'", "'std::stack' has not ..."
bool is_of_std(std::string_view message,
               const std::vector<std::string_view>& quoted);

/// A word of the language: "const", "int".
bool is_built_in(std::string_view word);

/// The type that is only declared. Of "field 'x' has incomplete type" it stands
/// before x on the line, if that is known.
std::string_view incomplete_type(std::string_view message,
                                 const std::vector<std::string_view>& quoted,
                                 std::string_view source_line);

/// "<cstdint>" of "'std::uint8_t' is defined in header '<cstdint>'", as C
/// spells it; empty when none is named.
std::string header_in(std::string_view text);

} // namespace cohort::runtime::analysis
