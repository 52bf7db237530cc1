#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the options of GCC and clang mean to a check. Pure.
namespace cohort::runtime::toolchain {

/// Where the compiler's own name stands in a command line: after launchers such
/// as "ccache" and "env A=b". REQUIRES: `arguments` is not empty.
size_t program_index(const std::vector<std::string>& arguments);

/// Whether a program is clang, by its name.
bool is_clang_program(std::string_view program);

/// Whether a unit is C, by its name.
bool is_c_unit(std::string_view unit);

/// The same compiler's driver for C: "g++" -> "gcc", "/opt/clang++-14" ->
/// "/opt/clang-14".
std::string c_driver(std::string program);

/// Whether the next argument is a part of this one.
bool takes_value(std::string_view option);

/// Whether an option has no place in a check: it asks for output, for make
/// rules, for another form of diagnostics, or turns all warnings into errors.
/// An option that `takes_value` goes with its value.
bool is_for_output(std::string_view option);

/// A path option and its path where both stand in one argument: "-Iinclude".
struct joined_path {
  std::string_view option;
  std::string_view path;
};

/// nullopt for anything else.
std::optional<joined_path> split_path_option(std::string_view argument);

/// Whether the value of this option is a path, given as the next argument.
bool is_path_option(std::string_view option);

/// Whether the option states the language's standard.
bool is_standard(std::string_view option);

/// Whether an option means the same to both families, so that the compiler
/// which the command was not written for gets it too.
bool is_portable(std::string_view option, bool to_clang);

/// Whether a positional argument is an input of the compiler or linker.
bool is_input_file(std::string_view argument);

} // namespace cohort::runtime::toolchain
