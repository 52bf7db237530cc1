#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/mutation/ast.hpp"

/// Finds what can be mutated in the body of a function. Private to mutation/.
namespace cohort::runtime::mutation {

/// A mutant, as places of a file.
struct candidate {
  std::string_view mutator;
  text_range edit; // What `replacement` stands for.
  std::string replacement;
  text_range expression;   // What is chosen at run time, and...
  std::string alternative; // ...its other form; empty: needs a rebuild.
  std::string_view before; // See site.
  bool is_equivalent = false;
};

/// Calls `found` for each mutant of `function`, a definition; outer ones
/// before those inside of them. `macros` are the places of its file where
/// macros are used, sorted.
void walk_body(const syntax_tree& tree, CXCursor function,
               const std::vector<text_range>& macros,
               const std::function<void(candidate)>& found);

} // namespace cohort::runtime::mutation
