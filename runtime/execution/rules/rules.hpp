#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/execution/rules/error_site.hpp"
#include "runtime/execution/rules/proposal_list.hpp"
#include "runtime/toolchain/symbols.hpp"

/// The rules themselves. Each looks at one error and adds what it proposes.
///
/// Pure, but for what `file_source` and `symbol_source` read.
namespace cohort::runtime::execution {

/// Gives the text of a file that may be edited, or nullptr.
using file_source = std::function<const std::string*(const std::string&)>;

/// Gives the workspace's index, or nullptr when there is none.
using symbol_source = std::function<const toolchain::symbol_index*()>;

namespace rules {

// -- token_rules.cpp: one token is wrong or missing

/// A word one slip away from a keyword, used only once.
void keyword(const error_site& where, proposal_list& out);
/// `.` for `->` and the other way round.
void member_access(const error_site& where, proposal_list& out);
/// `std:string`.
void single_colon(const error_site& where, proposal_list& out);
/// A dependent type without it.
void missing_typename(const error_site& where, proposal_list& out);
/// One that is expected after a type.
void semicolon(const error_site& where, proposal_list& out);

// -- name_rules.cpp: a name is not what was meant

/// An undeclared name that the standard library has.
void standard_name(const error_site& where, proposal_list& out);
/// A use is right, and the declaration is misspelt.
void declaration(const error_site& where, proposal_list& out);
/// "did you mean", where a macro hides the place: what the compiler means,
/// where it proposes no edit because the place is an argument of a macro.
void spelling(const error_site& where, proposal_list& out);

// -- declaration_rules.cpp: a declaration is wrong or missing

/// A line that says again what the one before it says.
void duplicate(const error_site& where, proposal_list& out);
/// A member function that its callers need to be const, where it is declared.
void constant(const error_site& where, const file_source& files,
              proposal_list& out);
/// A function without a type: the types that functions of that name have
/// elsewhere, and what its body shows. Any other would compile as well, and is
/// not known.
void result_type(const error_site& where, const symbol_source& symbols,
                 proposal_list& out);
/// One using-declaration for a name that a source uses several times, and never
/// qualified.
void using_declaration(const error_site& where, proposal_list& out);

// -- override_rules.cpp: a member function is not what its base declares

/// The parameters, qualifiers or result of the function that it should
/// override, where the compiler names that one.
void overridden(const error_site& where, const file_source& files,
                proposal_list& out);
/// `override` in a class without bases goes. In one with bases the name may be
/// misspelt: those of member functions that are like it.
void needless_override(const error_site& where, const symbol_source& symbols,
                       proposal_list& out);
/// Why an edit that takes `override` away is refused: without it the function
/// compiles, and is called no more.
std::optional<std::string>
refuse_lost_override(const pb::Fix& fix, const pb::Edit& edit,
                     std::string_view content, const symbol_source& symbols);

// -- include_rule.cpp

/// An undeclared name that a header has.
void include(const error_site& where, const symbol_source& symbols,
             proposal_list& out);

} // namespace rules

} // namespace cohort::runtime::execution
