#include <array>
#include <string_view>

#include "runtime/analysis/evidence.hpp"

namespace cohort::runtime::analysis {

namespace {

/// `pattern`: parts between `*` stand in the message in this order.
struct row {
  std::string_view pattern;
  std::string_view type;
};

/// The first row that matches wins, so the special stands before the general.
/// Wording: GCC first, then clang, where the two differ.
constexpr auto messages = std::to_array<row>({
  // What stops the compiler before it understands anything.
  {": No such file or directory", "missing_include"},
  {"' file not found", "missing_include"},
  {"must '#include", "missing_include"},
  {"must #include", "missing_include"},
  {"you need to include", "missing_include"},
  {"unterminated", "unterminated"},
  {"missing terminating", "unterminated"},
  {"#error", "preprocessor"},
  {"#else without #if", "preprocessor"},
  {"#endif without #if", "preprocessor"},
  {"#elif without #if", "preprocessor"},
  {"preprocessing directive", "preprocessor"},
  {"missing binary operator before token", "preprocessor"},
  {"in preprocessor expression", "preprocessor"},

  // The linker.
  {"undefined reference to", "linker_undefined"},
  {"undefined symbol", "linker_undefined"},
  {"multiple definition of", "linker_duplicate"},
  {"duplicate symbol", "linker_duplicate"},
  {"ld returned", "linker"},
  {"linker command failed", "linker"},
  {"cannot find -l", "linker"},
  {"unable to find library", "linker"},

  // printf and friends; before the counts of arguments.
  {"format '*' expects", "format_mismatch"},
  {"format specifies type", "format_mismatch"},
  {"for format", "format_mismatch"},
  {"conversions than data arguments", "format_mismatch"},
  {"conversion specifier", "format_mismatch"},
  {"not used by format string", "format_mismatch"},

  // Structure.
  {"expected '}'", "unclosed_brace"},
  {"at end of input", "unclosed_brace"},
  {"extraneous closing brace", "unclosed_brace"},
  {"expected declaration before '}'", "unclosed_brace"},
  {"function-definition is not allowed here", "unclosed_brace"},
  {"function definition is not allowed here", "unclosed_brace"},
  {"qualified-id in declaration before", "unclosed_brace"},
  {"unexpected", "expected_token"},
  {"expected ';'", "missing_semicolon"},
  {"expected ',' or ';'", "missing_semicolon"},
  {"missing ';'", "missing_semicolon"},
  {"need 'typename' before", "missing_typename"},
  {"missing 'typename' prior", "missing_typename"},
  {"did you forget 'typename'", "missing_typename"},
  {"parsed as a non-type", "missing_typename"},
  {"use 'template' keyword", "missing_typename"},
  {"with no type", "missing_return_type"},
  {"requires a type specifier for all declarations", "missing_return_type"},
  {"a type specifier is required for all declarations", "missing_return_type"},
  {"type specifier missing", "missing_return_type"},
  {"type defaults to 'int'", "missing_return_type"},
  {"return type defaults to", "missing_return_type"},

  {"no return statement", "missing_return"},
  {"control reaches end", "missing_return"},
  {"does not return a value", "missing_return"},

  // Names. A suggestion that only adds a qualifier says more than the rest.
  {"did you mean '*::", "missing_namespace"},
  {"is not a namespace-name", "missing_namespace"},
  {"expected namespace name", "missing_namespace"},
  {"no namespace named", "missing_namespace"},
  {"does not name a type", "unknown_type"},
  {"does not name a template type", "unknown_type"},
  {"unknown type name", "unknown_type"},
  {"has not been declared", "unknown_type"},
  {"no type named", "unknown_type"},
  {"no template named", "unknown_type"},
  {"no class named", "unknown_type"},
  {"is not a template", "unknown_type"},
  {"expected class name", "unknown_type"},
  {"expected class-name", "unknown_type"},
  {"is not a class", "unknown_type"},
  {"was not declared in this scope", "undeclared_name"},
  {"use of undeclared", "undeclared_name"},
  {"undeclared identifier", "undeclared_name"},
  {"undeclared (first use", "undeclared_name"},
  {"implicit declaration of function", "undeclared_name"},
  {"call to undeclared", "undeclared_name"},
  {"there are no arguments to", "undeclared_name"},
  {"used but not defined", "undeclared_name"},
  {"no declaration matches", "declaration_mismatch"},
  {"does not match any declaration", "declaration_mismatch"},
  {"does not match any template declaration", "declaration_mismatch"},
  {"which is of pointer type", "wrong_member_access"},
  {"base operand of '->'", "wrong_member_access"},
  {"member reference type", "wrong_member_access"},
  {"which is of non-class type", "no_member"},
  {"member reference base type", "no_member"},
  {"something not a structure or union", "no_member"},
  {"has no member named", "no_member"},
  {"no member named", "no_member"},
  {"is not a member of", "no_member"},
  {"does not have any field named", "no_member"},
  {"has no non-static data member named", "no_member"},
  {"does not name a non-static data member", "no_member"},
  {"does not refer to any member", "no_member"},
  {"is private within this context", "access"},
  {"is protected within this context", "access"},
  {"is a private member", "access"},
  {"is a protected member", "access"},
  {"use of deleted function", "deleted_function"},
  {"deleted constructor", "deleted_function"},
  {"call to deleted", "deleted_function"},
  {"call to implicitly-deleted", "deleted_function"},
  {"attempt to use a deleted function", "deleted_function"},

  // Classes.
  {"marked 'override'", "override_mismatch"},
  {"only virtual member functions can be marked", "override_mismatch"},
  {"marked 'final'", "override_mismatch"},
  {"overriding final function", "override_mismatch"},
  {"overrides a 'final' function", "override_mismatch"},
  {"conflicting return type specified for", "override_mismatch"},
  {"has a different return type", "override_mismatch"},
  {"looser exception specification", "override_mismatch"},
  {"exception specification of overriding", "override_mismatch"},
  {"of abstract type", "abstract_class"},
  {"abstract class", "abstract_class"},
  {"incomplete type", "incomplete_type"},
  {"implicit instantiation of undefined template", "incomplete_type"},

  // const.
  {"discards qualifier", "const_mismatch"},
  {"drops 'const' qualifier", "const_mismatch"},
  {"read-only", "const_mismatch"},
  {"const-qualified type", "const_mismatch"},
  {"within const member function", "const_mismatch"},
  {"is not marked const", "const_mismatch"},
  {"cannot bind non-const lvalue reference", "const_mismatch"},
  {"non-const lvalue reference to type * cannot bind", "const_mismatch"},

  // Templates; before the counts of arguments.
  {"wrong number of template arguments", "template_arguments"},
  {"few template arguments", "template_arguments"},
  {"many template arguments", "template_arguments"},
  {"mismatch at argument", "template_arguments"},
  {"template argument", "template_arguments"},
  {"deduce template parameter", "template_deduction"},
  {"deduction", "template_deduction"},
  {"constraints not satisfied", "template_constraint"},
  {"static assertion failed", "static_assertion"},
  {"static_assert failed", "static_assertion"},
  {"static_assert expression", "static_assertion"},

  // Calls.
  {"too few arguments", "wrong_argument_count"},
  {"too many arguments", "wrong_argument_count"},
  {"requires * argument*, but", "wrong_argument_count"},
  {"passed * arguments, but takes", "wrong_argument_count"},
  {"no matching", "no_matching_function"},
  {"no match for", "no_matching_function"},
  {"invalid operands", "no_matching_function"},
  {"no viable overloaded", "no_matching_function"},
  {"ambiguous overload", "ambiguous_call"},
  {"is ambiguous", "ambiguous_call"},

  // The same thing twice.
  {"redefinition", "redeclaration"},
  {"redeclaration", "redeclaration"},
  {"redeclared", "redeclaration"},
  {"redefined", "redeclaration"},
  {"conflicting declaration", "redeclaration"},
  {"conflicting types for", "redeclaration"},
  {"cannot be overloaded", "redeclaration"},
  {"ambiguating new declaration", "redeclaration"},
  {"different kind of symbol", "redeclaration"},
  {"duplicate member", "redeclaration"},
  {"duplicate case value", "redeclaration"},

  // Types.
  {"cannot convert", "type_mismatch"},
  {"could not convert", "type_mismatch"},
  {"invalid conversion", "type_mismatch"},
  {"no viable conversion", "type_mismatch"},
  {"no known conversion", "type_mismatch"},
  {"conversion from", "type_mismatch"},
  {"not convertible", "type_mismatch"},
  {"cannot initialize", "type_mismatch"},
  {"cannot be initialized", "type_mismatch"},
  {"incompatible", "type_mismatch"},
  {"cannot be narrowed", "type_mismatch"},
  {"cannot bind", "type_mismatch"},
  {"invalid cast", "type_mismatch"},
  {"invalid static_cast", "type_mismatch"},
  {"is not allowed*cast", "type_mismatch"},
  {"lvalue required", "type_mismatch"},
  {"not assignable", "type_mismatch"},
  {"from integer without a cast", "type_mismatch"},
  {"from pointer without a cast", "type_mismatch"},
  {"comparison between", "type_mismatch"},
  {"invalid type", "type_mismatch"},
  {"invalid argument type", "type_mismatch"},
  {"wrong type argument", "type_mismatch"},
  {"must return", "type_mismatch"},
  {"should return a value", "type_mismatch"},
  {"should not return a value", "type_mismatch"},
  {"return-statement with", "type_mismatch"},
  {"cannot be used as a function", "type_mismatch"},
  {"is not a function", "type_mismatch"},
  {"subscripted value is", "type_mismatch"},
  {"indirection requires pointer", "type_mismatch"},

  // What is left of syntax and templates.
  {"expected", "expected_token"},
  {"stray '", "expected_token"},
  {"extraneous", "expected_token"},
  {"extra qualification", "expected_token"},
  {"before '*' token", "expected_token"},
  {"template", "template"},
});

/// Consulted when no message matches: parts of the option.
constexpr auto options = std::to_array<row>({
  {"format", "format_mismatch"},
  {"implicit-function-declaration", "undeclared_name"},
  {"implicit-int", "missing_return_type"},
  {"return-type", "missing_return"},
  {"incompatible-pointer-types", "type_mismatch"},
  {"int-conversion", "type_mismatch"},
  {"conversion", "type_mismatch"},
  {"narrowing", "type_mismatch"},
  {"uninitialized", "uninitialized"},
  {"unused", "unused"},
  {"deprecated", "deprecated"},
});

bool matches(std::string_view pattern, std::string_view text) {
  for (;;) {
    auto star = pattern.find('*');
    auto part = pattern.substr(0, star);
    auto found = text.find(part);
    if (found == std::string_view::npos)
      return false;
    if (star == std::string_view::npos)
      return true;
    pattern.remove_prefix(star + 1);
    text.remove_prefix(found + part.size());
  }
}

/// A message is about its first line; templates print pages.
constexpr size_t bytes_max = 4096;

} // namespace

std::string_view error_type(std::string_view message, std::string_view option) {
  message = message.substr(0, bytes_max);
  for (auto& [pattern, type] : messages)
    if (matches(pattern, message))
      return type;
  option = option.substr(0, bytes_max);
  for (auto& [pattern, type] : options)
    if (matches(pattern, option))
      return type;
  return "other";
}

} // namespace cohort::runtime::analysis
