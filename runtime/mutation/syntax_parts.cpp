#include "runtime/mutation/syntax_parts.hpp"

#include <algorithm>
#include <utility>

namespace cohort::runtime::mutation {

bool has_word(std::string_view text, std::string_view word) {
  auto is_part = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
           || (c >= 'A' && c <= 'Z') || c == '_';
  };
  for (auto at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    auto end = at + word.size();
    if ((at == 0 || !is_part(text[at - 1]))
        && (end == text.size() || !is_part(text[end])))
      return true;
  }
  return false;
}

bool is_left_alone(CXCursor node) {
  switch (node.kind) {
    case CXCursor_UnaryExpr: // sizeof, alignof.
    case CXCursor_CXXTypeidExpr:
    case CXCursor_SizeOfPackExpr:
    case CXCursor_GenericSelectionExpr:
    case CXCursor_DeclRefExpr:
    case CXCursor_AsmStmt:
    case CXCursor_MSAsmStmt:
    case CXCursor_ParmDecl:
    case CXCursor_StaticAssert:
    case CXCursor_EnumDecl:
    case CXCursor_TypedefDecl:
    case CXCursor_TypeAliasDecl:
    case CXCursor_TypeAliasTemplateDecl:
      return true;
    default:
      return clang_isAttribute(node.kind) != 0
             || clang_isReference(node.kind) != 0;
  }
}

bool is_cast(CXCursor node) {
  switch (node.kind) {
    case CXCursor_CStyleCastExpr:
    case CXCursor_CXXStaticCastExpr:
    case CXCursor_CXXDynamicCastExpr:
    case CXCursor_CXXReinterpretCastExpr:
    case CXCursor_CXXConstCastExpr:
      return true;
    default:
      return false;
  }
}

bool has_constant_value(CXCursor node, CXType type) {
  auto kind = clang_getCanonicalType(type).kind;
  auto is_whole = (kind >= CXType_Bool && kind <= CXType_Int128)
                  || kind == CXType_Enum;
  if (!is_whole || clang_isConstQualifiedType(type) == 0)
    return false;
  auto value = clang_Cursor_Evaluate(node);
  if (value == nullptr)
    return false;
  auto is_known = clang_EvalResult_getKind(value) != CXEval_UnExposed;
  clang_EvalResult_dispose(value);
  return is_known;
}

CXCursor inner(CXCursor node) {
  while (node.kind == CXCursor_ParenExpr
         || node.kind == CXCursor_UnexposedExpr) {
    auto children = children_of(node);
    if (children.size() != 1)
      break;
    node = children.front();
  }
  return node;
}

text_range template_arguments(const syntax_tree& tree, text_range name) {
  auto text = tree.text_of(name.file);
  auto at = text.find_first_not_of(" \t\r\n", name.end);
  name.begin = name.end;
  if (at == std::string_view::npos || text[at] != '<')
    return name;
  auto angles = 0;
  auto brackets = 0;
  for (; at < text.size() && text[at] != ';' && text[at] != '{'; ++at) {
    brackets += (text[at] == '(') - (text[at] == ')');
    if (brackets == 0)
      angles += (text[at] == '<') - (text[at] == '>');
    if (angles == 0)
      break;
  }
  name.end = at;
  return name;
}

statement_parts parts_of(const syntax_tree& tree, CXCursor node) {
  statement_parts result;
  auto children = children_of(node);
  auto whole = range_of(node);
  auto is_head = node.kind != CXCursor_DoStmt;
  size_t seen = 0;
  for (size_t i = 0; i < children.size(); ++i) {
    auto range = range_of(children[i]);
    if (range.begin < std::exchange(seen, std::max(seen, range.end)))
      continue; // A use of the variable that a condition declares.
    (is_head ? result.head : result.bodies).push_back(children[i]);
    auto in_front = tree.text_of({whole.file, whole.begin, range.begin});
    if (node.kind == CXCursor_ForStmt && is_head
        && std::count(in_front.begin(), in_front.end(), ';') == 1)
      result.condition = children[i];
    auto end = i + 1 < children.size() ? range_of(children[i + 1]).begin
                                       : whole.end;
    auto behind = tree.text_of({whole.file, range.end, end});
    is_head = is_head && behind.find(')') == std::string_view::npos;
  }
  if (node.kind == CXCursor_DoStmt && !result.bodies.empty()) {
    result.condition = result.bodies.back();
    result.head.push_back(result.condition);
    result.bodies.pop_back();
  }
  if ((node.kind == CXCursor_IfStmt || node.kind == CXCursor_WhileStmt)
      && !result.head.empty())
    result.condition = result.head.back();
  return result;
}

operator_sign sign_of(const syntax_tree& tree, CXCursor node) {
  auto operands = children_of(node);
  if (operands.size() != 2)
    return {};
  auto left = range_of(operands[0]);
  auto right = range_of(operands[1]);
  operator_sign result{{left.file, left.end, right.begin}, {}};
  auto gap = tree.text_of(result.place);
  constexpr std::string_view signs = "=!<>+-*/%&|^";
  auto at = gap.find_first_of(signs);
  if (at == std::string_view::npos)
    return {};
  auto end = std::min(gap.find_first_not_of(signs, at), gap.size());
  auto rest = gap.substr(end);
  // A comment, which holds signs as well.
  if (gap.find("/*") != std::string_view::npos
      || gap.find("//") != std::string_view::npos
      || rest.find_first_not_of(" \t\r\n") != std::string_view::npos)
    return {};
  result.place.begin += at;
  result.place.end = result.place.begin + (end - at);
  result.text = gap.substr(at, end - at);
  return result;
}

} // namespace cohort::runtime::mutation
