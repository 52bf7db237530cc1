#include "runtime/mutation/body_walk.hpp"

#include <algorithm>
#include <utility>

#include "runtime/mutation/mutators.hpp"
#include "runtime/mutation/syntax_parts.hpp"

namespace cohort::runtime::mutation {

namespace {

/// A longer text is compiled where it stands, and not a second time beside it.
constexpr size_t alternative_bytes_max = 1000;

/// What is known about the place of an expression.
struct surroundings {
  bool is_constant = false; // The value may be needed when it is compiled.
  bool is_pointer = false;  // The expression becomes a pointer.
  bool is_choice = false;   // Of two values, with the comparison between them.
  CXType result{CXType_Invalid, {nullptr, nullptr}}; // Of the function.
};

bool is_expression(CXCursor node) {
  return clang_isExpression(node.kind) != 0;
}

bool is_comparison(std::string_view operation) {
  return operation == "==" || operation == "!=" || operation == "<"
         || operation == "<=" || operation == ">" || operation == ">=";
}

class body_walker {
public:
  body_walker(const syntax_tree& tree, const std::vector<text_range>& macros,
              const std::function<void(candidate)>& found)
    : tree_{tree}, macros_{macros}, found_{found} {
    // nop
  }

  void function(CXCursor node) {
    auto children = children_of(node);
    if (children.empty() || children.back().kind != CXCursor_CompoundStmt)
      return;
    auto body = children.back();
    auto head = range_of(node);
    head.end = range_of(body).begin;
    auto text = tree_.text_of(head);
    // libclang does not tell.
    if (has_word(text, "constexpr") || has_word(text, "consteval"))
      return;
    surroundings place;
    if (node.kind != CXCursor_LambdaExpr)
      place.result = clang_getCanonicalType(clang_getCursorResultType(node));
    visit(body, place);
  }

private:
  // -- the way through the tree

  void statement(CXCursor node, const surroundings& place) {
    if (is_expression(node))
      deletion(node);
    visit(node, place);
  }

  void visit(CXCursor node, const surroundings& place) {
    if (is_left_alone(node))
      return;
    switch (node.kind) {
      case CXCursor_CompoundStmt:
      case CXCursor_DefaultStmt:
        for (auto child : children_of(node))
          statement(child, place);
        return;
      case CXCursor_LabelStmt:
      case CXCursor_CaseStmt:
        return statement(children_of(node).back(), place);
      case CXCursor_IfStmt:
      case CXCursor_WhileStmt:
      case CXCursor_ForStmt:
      case CXCursor_DoStmt:
      case CXCursor_SwitchStmt:
      case CXCursor_CXXForRangeStmt:
        return branching(node, place);
      case CXCursor_ConditionalOperator:
        return choice(node, place);
      case CXCursor_ReturnStmt:
        return result(node, place);
      case CXCursor_VarDecl:
        return variable(node, place);
      case CXCursor_LambdaExpr:
        return function(node);
      case CXCursor_StructDecl:
      case CXCursor_ClassDecl:
      case CXCursor_UnionDecl:
        for (auto child : children_of(node))
          function(child);
        return;
      case CXCursor_BinaryOperator:
      case CXCursor_CompoundAssignOperator:
        operation(node, place);
        break;
      case CXCursor_UnaryOperator:
        increment(node, place);
        break;
      case CXCursor_IntegerLiteral:
      case CXCursor_FloatingLiteral:
        return number(node, place);
      case CXCursor_CXXBoolLiteralExpr:
        return truth(node, place);
      case CXCursor_UnexposedExpr: {
        auto text = tree_.text_of(range_of(node));
        if (text.starts_with("noexcept") || text.starts_with("requires"))
          return;
        break;
      }
      default:
        break;
    }
    below(node, place);
  }

  /// All parts of an expression, apart from those that make up a type.
  void below(CXCursor node, surroundings place) {
    place.is_choice = false;
    auto type = plain_type(node);
    place.is_pointer = (node.kind == CXCursor_UnexposedExpr && is_pointer(type))
                       || (is_cast(node)
                           && (is_pointer(type) || is_dependent(type)));
    auto children = children_of(node);
    if (is_cast(node) && !children.empty())
      return visit(children.back(), place);
    auto name = clang_getCursorLocation(node);
    auto member = range_of(clang_getRange(name, name)).begin;
    std::vector<text_range> types;
    for (auto child : children) {
      auto range = range_of(child);
      if (child.kind == CXCursor_TemplateRef)
        types.push_back(template_arguments(tree_, range));
      auto is_type = std::any_of(types.begin(), types.end(),
                                 [&](auto& one) { return one.holds(range); });
      auto is_behind = node.kind == CXCursor_MemberRefExpr
                       && range.begin >= member;
      if (!is_type && !is_behind)
        visit(child, place);
    }
  }

  void variable(CXCursor node, surroundings place) {
    auto name = clang_getCursorLocation(node);
    auto head = range_of(node);
    head.end = range_of(clang_getRange(name, name)).begin;
    auto text = tree_.text_of(head);
    if (has_word(text, "constexpr") || has_word(text, "constinit"))
      return;
    auto type = clang_getCursorType(node);
    place.is_constant = place.is_constant || has_constant_value(node, type);
    auto is_array = clang_getArrayElementType(type).kind != CXType_Invalid;
    for (auto child : children_of(node)) {
      auto is_bound = is_array
                      && (child.kind == CXCursor_IntegerLiteral
                          || child.kind == CXCursor_BinaryOperator
                          || child.kind == CXCursor_UnexposedExpr
                          || child.kind == CXCursor_ParenExpr);
      if (range_of(child).begin > head.end && !is_bound)
        visit(child, place);
    }
  }

  // -- statements

  void branching(CXCursor node, const surroundings& place) {
    auto all = parts_of(tree_, node);
    auto text = tree_.text_of(range_of(node));
    // The condition must be constant.
    auto is_constant = text.starts_with("if")
                       && has_word(text.substr(0, text.find('(')), "constexpr");
    if (!is_constant && is_expression(all.condition))
      negation(all.condition);
    if (!is_constant)
      for (auto child : all.head)
        visit(child, place);
    for (auto child : all.bodies)
      statement(child, place);
  }

  void choice(CXCursor node, const surroundings& place) {
    auto children = children_of(node);
    if (children.size() != 3)
      return; // GNU's `a ?: b`.
    negation(children[0]);
    auto compared = children_of(inner(children[0]));
    auto inside = place;
    inside.is_choice = compared.size() == 2
                       && same_pair(compared[0], compared[1], children[1],
                                    children[2]);
    visit(children[0], inside);
    visit(children[1], place);
    visit(children[2], place);
  }

  /// Whether `a < b ? a : b`, in any order.
  [[nodiscard]] bool same_pair(CXCursor a, CXCursor b, CXCursor c,
                               CXCursor d) const {
    auto text = [&](CXCursor node) { return tree_.text_of(range_of(node)); };
    return (text(a) == text(c) && text(b) == text(d))
           || (text(a) == text(d) && text(b) == text(c));
  }

  void result(CXCursor node, const surroundings& place) {
    for (auto child : children_of(node)) {
      auto plain = inner(child);
      auto type = plain_type(child);
      auto is_literal = plain.kind == CXCursor_IntegerLiteral
                        || plain.kind == CXCursor_FloatingLiteral
                        || plain.kind == CXCursor_CXXBoolLiteralExpr;
      if (is_arithmetic(place.result) && is_arithmetic(type) && !is_literal
          && !is_compared(plain)) {
        auto zero = '(' + take_text(clang_getTypeSpelling(type)) + ")0";
        auto text = '!' + bracketed(range_of(child));
        auto is_bool = type.kind == CXType_Bool;
        add("return", range_of(child), is_bool ? text : zero, range_of(child),
            is_bool ? "!!" : "");
      }
      visit(child, place);
    }
  }

  void deletion(CXCursor node) {
    auto plain = inner(node);
    auto assigns = plain.kind == CXCursor_CompoundAssignOperator
                   || plain.kind == CXCursor_UnaryOperator
                   || (plain.kind == CXCursor_BinaryOperator
                       && sign_of(tree_, plain).text == "=");
    auto calls = plain.kind == CXCursor_CallExpr;
    auto has_effect = [&](auto& self, CXCursor one) -> bool {
      if (one.kind == CXCursor_CallExpr || one.kind == CXCursor_UnaryOperator
          || one.kind == CXCursor_CompoundAssignOperator
          || one.kind == CXCursor_BinaryOperator
          || one.kind == CXCursor_CXXThrowExpr
          || one.kind == CXCursor_CXXDeleteExpr
          || one.kind == CXCursor_CXXNewExpr || one.kind == CXCursor_LambdaExpr
          || (one.kind == CXCursor_UnexposedExpr && children_of(one).empty()))
        return true;
      for (auto child : children_of(one))
        if (self(self, child))
          return true;
      return false;
    };
    auto is_equivalent = !assigns && !calls && !has_effect(has_effect, plain);
    if (assigns || calls || is_equivalent)
      add("statement", range_of(node), "", range_of(node), "(void)",
          is_equivalent);
  }

  void negation(CXCursor node) {
    auto plain = inner(node);
    if (is_compared(plain) || plain.kind == CXCursor_IntegerLiteral
        || plain.kind == CXCursor_CXXBoolLiteralExpr)
      return; // The same as another mutant.
    add("condition", range_of(node), '!' + bracketed(range_of(node)),
        range_of(node), "!!");
  }

  // -- expressions

  [[nodiscard]] bool is_compared(CXCursor plain) const {
    return plain.kind == CXCursor_BinaryOperator
           && is_comparison(sign_of(tree_, plain).text);
  }

  void operation(CXCursor node, const surroundings& place) {
    auto found = sign_of(tree_, node);
    auto operands = children_of(node);
    for (auto& [mutator, replacement] : changes_of(found.text)) {
      auto dependent = is_dependent(plain_type(operands[0]))
                       || is_dependent(plain_type(operands[1]));
      auto pointers = is_pointer(plain_type(operands[0]))
                      && is_pointer(plain_type(operands[1]));
      // A type need not have the other operator; it has no sum of pointers.
      if ((dependent && mutator != "logical" && mutator != "relational")
          || (pointers && mutator == "arithmetic"))
        continue;
      auto left = tree_.text_of(range_of(operands[0]));
      auto right = tree_.text_of(range_of(operands[1]));
      auto is_same = is_neutral(found.text, right)
                     || (mutator == "logical" && left == right)
                     || (mutator == "boundary" && place.is_choice);
      add(mutator, found.place, std::string{replacement}, range_of(node), "",
          is_same, place.is_constant);
    }
  }

  void increment(CXCursor node, const surroundings& place) {
    auto range = range_of(node);
    auto text = tree_.text_of(range);
    if (is_dependent(plain_type(node)))
      return;
    for (auto [from, to] : {std::pair{"++", "--"}, std::pair{"--", "++"}}) {
      auto edit = range;
      if (text.starts_with(from))
        edit.end = edit.begin + 2;
      else if (text.ends_with(from))
        edit.begin = edit.end - 2;
      else
        continue;
      return add("increment", edit, to, range, "", false, place.is_constant);
    }
  }

  void number(CXCursor node, const surroundings& place) {
    auto range = range_of(node);
    auto other = other_number(tree_.text_of(range));
    if (other && !place.is_pointer)
      add("constant", range, *other, range, "", false, place.is_constant);
  }

  void truth(CXCursor node, const surroundings& place) {
    auto range = range_of(node);
    auto text = tree_.text_of(range);
    if (text == "true" || text == "false")
      add("constant", range, text == "true" ? "false" : "true", range, "",
          false, place.is_constant);
  }

  [[nodiscard]] std::string bracketed(const text_range& range) const {
    auto text = tree_.one_line(range, range.end, range.end, "");
    return '(' + (text.empty() ? std::string{tree_.text_of(range)} : text)
           + ')';
  }

  /// Whether the text is the program's own, and not a macro's.
  [[nodiscard]] bool is_plain(const text_range& range) const {
    if (range.file == nullptr || range.begin >= range.end)
      return false;
    return std::none_of(macros_.begin(), macros_.end(), [&](auto& macro) {
      auto is_inside = range.begin <= macro.begin && macro.end <= range.end
                       && (range.begin != macro.begin
                           || range.end != macro.end);
      auto is_apart = macro.end <= range.begin || macro.begin > range.end;
      return !is_inside && !is_apart;
    });
  }

  void add(std::string_view mutator, const text_range& edit,
           std::string replacement, const text_range& expression,
           std::string_view before, bool is_equivalent = false,
           bool is_constant = false) {
    if (!is_plain(expression) || !is_plain(edit))
      return;
    auto alternative = mutator == "statement" ? std::string{"(void)0"}
                       : is_constant          ? std::string{}
                                     : tree_.one_line(expression, edit.begin,
                                                      edit.end, replacement);
    if (alternative.size() > alternative_bytes_max)
      alternative.clear();
    found_({mutator, edit, std::move(replacement), expression,
            std::move(alternative), before, is_equivalent});
  }

  const syntax_tree& tree_;
  const std::vector<text_range>& macros_;
  const std::function<void(candidate)>& found_;
};

} // namespace

void walk_body(const syntax_tree& tree, CXCursor function,
               const std::vector<text_range>& macros,
               const std::function<void(candidate)>& found) {
  body_walker{tree, macros, found}.function(function);
}

} // namespace cohort::runtime::mutation
