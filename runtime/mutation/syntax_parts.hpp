#pragma once

#include <string_view>
#include <vector>

#include "runtime/mutation/ast.hpp"

/// The parts of C and C++ that libclang leaves to its readers: what stands
/// where in a statement or an expression. Private to mutation/.
namespace cohort::runtime::mutation {

[[nodiscard]] bool has_word(std::string_view text, std::string_view word);

/// Kinds whose operands are not evaluated, or are no code of the function.
[[nodiscard]] bool is_left_alone(CXCursor node);

/// Only the last child of a cast is its operand: the others are its type.
[[nodiscard]] bool is_cast(CXCursor node);

/// Whether a variable's value may be needed when it is compiled.
[[nodiscard]] bool has_constant_value(CXCursor node, CXType type);

/// Without brackets and what the compiler adds.
[[nodiscard]] CXCursor inner(CXCursor node);

/// What stands in the brackets behind a template's name.
[[nodiscard]] text_range template_arguments(const syntax_tree& tree,
                                            text_range name);

/// The parts of a statement with a head in brackets. libclang leaves out what
/// is not there, so that the text must tell which is which.
struct statement_parts {
  std::vector<CXCursor> head;
  std::vector<CXCursor> bodies;
  CXCursor condition = clang_getNullCursor();
};

[[nodiscard]] statement_parts parts_of(const syntax_tree& tree, CXCursor node);

/// The operator between two operands.
struct operator_sign {
  text_range place;
  std::string_view text; // Empty: not found.
};

[[nodiscard]] operator_sign sign_of(const syntax_tree& tree, CXCursor node);

} // namespace cohort::runtime::mutation
