#include "runtime/mutation/find_mutants.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/analysis/text.hpp"
#include "runtime/mutation/body_walk.hpp"
#include "runtime/mutation/mutators.hpp"
#include "runtime/toolchain/check_arguments.hpp"
#include "runtime/toolchain/symbols.hpp"
#include "runtime/toolchain/test_sources.hpp"
#include "runtime/workspace/edits.hpp"

namespace cohort::runtime::mutation {

namespace fs = std::filesystem;

namespace {

/// A file of the worktree.
struct file_facts {
  std::string name;               // Relative to the worktree; empty: outside.
  std::vector<text_range> macros; // Where they are used. Sorted.
  bool has_tests = false;
  std::optional<workspace::line_index> lines;
};

std::string name_inside(const fs::path& tree, const std::string& path) {
  auto root = tree.lexically_normal().string() + '/';
  return path.starts_with(root) ? path.substr(root.size()) : std::string{};
}

bool is_function(CXCursor node) {
  switch (node.kind) {
    case CXCursor_FunctionDecl:
    case CXCursor_CXXMethod:
    case CXCursor_Constructor:
    case CXCursor_Destructor:
    case CXCursor_ConversionFunction:
    case CXCursor_FunctionTemplate:
      return true;
    default:
      return false;
  }
}

bool is_scope(CXCursor node) {
  switch (node.kind) {
    case CXCursor_Namespace:
    case CXCursor_LinkageSpec:
    case CXCursor_UnexposedDecl:
    case CXCursor_StructDecl:
    case CXCursor_ClassDecl:
    case CXCursor_UnionDecl:
    case CXCursor_ClassTemplate:
    case CXCursor_ClassTemplatePartialSpecialization:
    case CXCursor_FriendDecl:
      return true;
    default:
      return false;
  }
}

/// What a unit tells about its files.
class unit_facts {
public:
  unit_facts(const syntax_tree& tree, const fs::path& root)
    : tree_{tree}, root_{root} {
    for (auto node : children_of(tree.root()))
      if (node.kind == CXCursor_MacroExpansion)
        add_macro(node);
  }

  /// The file with its lines, if it lies in the worktree.
  file_facts& of(CXFile file) {
    auto path = path_of(file);
    auto [found, is_new] = files_.try_emplace(path);
    auto& facts = found->second;
    if (is_new) {
      facts.name = name_inside(root_, path);
      facts.has_tests = toolchain::is_test_path(facts.name);
      if (!facts.name.empty())
        facts.lines.emplace(tree_.text_of(file));
    }
    return facts;
  }

private:
  void add_macro(CXCursor node) {
    auto range = range_of(node);
    if (range.file == nullptr)
      return;
    auto& facts = of(range.file);
    if (facts.name.empty())
      return;
    facts.macros.push_back(range);
    facts.has_tests
      = facts.has_tests
        || toolchain::defines_test(take_text(clang_getCursorSpelling(node)));
  }

  const syntax_tree& tree_;
  const fs::path& root_;
  std::map<std::string, file_facts> files_;
};

/// Calls `use` with each function of the worktree that is no test's.
template <class Use>
void for_each_function(CXCursor scope, unit_facts& facts, const Use& use) {
  for (auto node : children_of(scope)) {
    auto range = range_of(node);
    if (range.file == nullptr || (!is_function(node) && !is_scope(node)))
      continue;
    auto& file = facts.of(range.file);
    if (file.name.empty() || file.has_tests)
      continue;
    if (is_scope(node))
      for_each_function(node, facts, use);
    else if (clang_isCursorDefinition(node) != 0)
      use(node, file, range.begin);
  }
}

bool is_changed(const pb::ChangedFile& file, uint32_t line) {
  return std::any_of(file.lines().begin(), file.lines().end(), [&](auto& run) {
    return run.first() <= line && line <= run.last();
  });
}

site make_site(const std::string& unit, const file_facts& file,
               std::string_view original, const candidate& from) {
  site result;
  auto& mutant = result.mutant;
  auto line = file.lines->line_of(from.edit.begin);
  auto start = file.lines->offset(line, 1);
  auto column = from.edit.begin - (start ? *start : 0) + 1;
  mutant.set_file(file.name);
  mutant.set_line(line);
  mutant.set_byte_column(static_cast<uint32_t>(column));
  mutant.set_mutator(std::string{from.mutator});
  mutant.set_original(analysis::valid_utf8(original));
  mutant.set_replacement(analysis::valid_utf8(from.replacement));
  mutant.set_begin(from.edit.begin);
  mutant.set_end(from.edit.end);
  mutant.set_needs_rebuild(from.alternative.empty());
  result.begin = from.expression.begin;
  result.end = from.expression.end;
  result.alternative = from.alternative;
  result.before = from.before;
  result.unit = unit;
  return result;
}

/// How clang reads a unit in the worktree.
std::vector<std::string> clang_arguments(const toolchain::project& project,
                                         const std::string& unit,
                                         const fs::path& tree) {
  auto* entry = toolchain::find_entry(project, unit);
  auto result = toolchain::check_arguments(project, *entry, "clang", tree);
  // Relative names are the build folder's.
  result.push_back("-working-directory="
                   + toolchain::check_directory(project, *entry, tree));
  return result;
}

/// Files that are to be seen, and were not.
std::set<std::string> wanted_files(const mutant_search& what,
                                   const std::vector<std::string>& files) {
  std::set<std::string> result;
  for (auto& file : what.changed)
    result.insert(file.file());
  if (what.changed.empty())
    for (auto& file : files)
      if (toolchain::has_symbols(file) && !toolchain::is_test_path(file))
        result.insert(file);
  return result;
}

} // namespace

mutant_finder::mutant_finder(mutant_search what) : what_{std::move(what)} {
  for (auto& file : what_.changed)
    changed_.emplace(file.file(), &file);
}

std::vector<std::string>
mutant_finder::read(const std::string& unit,
                    const std::vector<std::string>& arguments) {
  auto tree = syntax_tree::parse(what_.tree / unit, arguments, what_.unsaved);
  if (!tree) {
    found_.unread.emplace(unit, analysis::valid_utf8(tree.error().message));
    return {unit};
  }
  unit_facts facts{*tree, what_.tree};
  auto use = [&](CXCursor node, const file_facts& file, size_t begin) {
    auto wanted = changed_.find(file.name);
    if (!changed_.empty() && wanted == changed_.end())
      return;
    // Of a header, the first unit that reads it tells all.
    if (!seen_.emplace(file.name, begin, begin, "").second)
      return;
    walk_body(*tree, node, file.macros, [&](const candidate& from) {
      auto one = make_site(unit, file, tree->text_of(from.edit), from);
      auto& mutant = one.mutant;
      auto is_wanted = changed_.empty()
                       || is_changed(*wanted->second, mutant.line());
      auto is_new = is_wanted
                    && seen_
                         .emplace(file.name, mutant.begin(), mutant.end(),
                                  mutant.mutator() + mutant.replacement())
                         .second;
      if (is_new && from.is_equivalent)
        ++found_.equivalent;
      else if (is_new)
        found_.sites.push_back(std::move(one));
    });
  };
  for_each_function(tree->root(), facts, use);
  std::vector<std::string> result;
  for (auto& path : tree->files())
    if (auto name = name_inside(what_.tree, path); !name.empty())
      result.push_back(std::move(name));
  return result;
}

findings mutant_finder::take() {
  number(found_.sites);
  return std::move(found_);
}

findings
find_mutants(const toolchain::project& project, const mutant_search& what,
             const std::vector<std::string>& files, std::stop_token stop,
             const std::function<void()>& alive) {
  auto unseen = wanted_files(what, files);
  auto units = toolchain::units_of(project, {});
  std::stable_partition(units.begin(), units.end(), [](auto& unit) {
    return !toolchain::is_test_path(unit);
  });
  std::set<std::string> all{units.begin(), units.end()};
  auto has_unseen_header = [&] {
    return std::any_of(unseen.begin(), unseen.end(),
                       [&](auto& file) { return all.count(file) == 0; });
  };
  mutant_finder finder{what};
  for (auto& unit : units) {
    if (stop.stop_requested())
      break;
    if (unseen.count(unit) == 0 && !has_unseen_header())
      continue;
    for (auto& file :
         finder.read(unit, clang_arguments(project, unit, what.tree)))
      unseen.erase(file);
    alive();
  }
  return finder.take();
}

bool compiles(const toolchain::project& project, const fs::path& tree,
              std::map<std::string, std::string> plain, const site& one) {
  auto& mutant = one.mutant;
  plain[(tree / mutant.file()).string()].replace(
    mutant.begin(), mutant.end() - mutant.begin(), mutant.replacement());
  return syntax_tree::parse(tree / one.unit,
                            clang_arguments(project, one.unit, tree), plain)
    .has_value();
}

} // namespace cohort::runtime::mutation
