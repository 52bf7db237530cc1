#include "runtime/toolchain/paths.hpp"

#include <filesystem>

namespace cohort::runtime::toolchain {

namespace fs = std::filesystem;

std::string absolute(const std::string& directory, std::string_view path) {
  auto result = fs::path{path};
  if (result.is_relative())
    result = fs::path{directory} / result;
  auto text = result.lexically_normal().string();
  while (text.size() > 1 && text.back() == '/')
    text.pop_back();
  return text;
}

std::string relative_inside(const std::string& root, const std::string& path) {
  if (path.size() <= root.size() + 1 || path.compare(0, root.size(), root) != 0
      || path[root.size()] != '/')
    return "";
  return path.substr(root.size() + 1);
}

bool is_source(const project& project, const std::string& path) {
  auto root = project.source_root.string();
  auto build = project.build_dir.string();
  auto inside = [&](const std::string& folder) {
    return path == folder || !relative_inside(folder, path).empty();
  };
  if (!inside(root))
    return false;
  // A build in the source folder itself: everything is source.
  auto build_holds_root = build == root
                          || !relative_inside(build, root).empty();
  return build_holds_root || !inside(build);
}

std::string to_tree(const project& project, const fs::path& tree,
                    const std::string& path) {
  if (!is_source(project, path))
    return path;
  auto root = project.source_root.string();
  return path == root ? tree.string()
                      : (tree / relative_inside(root, path)).string();
}

} // namespace cohort::runtime::toolchain
