#include <vector>

#include "runtime/workspace/snapshot_files.hpp"

namespace cohort::runtime::workspace {

namespace {

/// places[i]: the glob read so far matches the path's first i bytes.
using places = std::vector<char>;

/// `any` of them follow, but none that crosses a '/' unless `across`.
void repeat(places& now, const std::string& path, bool across) {
  for (size_t i = 0; i < path.size(); ++i)
    if (now[i] && (across || path[i] != '/'))
      now[i + 1] = 1;
}

/// Any number of whole folders follows, also none.
void skip_folders(places& now, const std::string& path) {
  auto reached = false;
  for (size_t i = 0; i < path.size(); ++i) {
    reached = reached || now[i];
    if (reached && path[i] == '/')
      now[i + 1] = 1;
  }
}

void one(places& now, const std::string& path, char wanted) {
  for (auto i = path.size(); i > 0; --i)
    now[i] = now[i - 1]
             && (wanted == '?' ? path[i - 1] != '/' : path[i - 1] == wanted);
  now[0] = 0;
}

} // namespace

// Linear in glob times path: no glob makes it backtrack.
bool matches_glob(const std::string& glob, const std::string& path) {
  places now(path.size() + 1, 0);
  now[0] = 1;
  for (size_t i = 0; i < glob.size(); ++i) {
    if (glob.compare(i, 3, "**/") == 0) {
      skip_folders(now, path);
      i += 2;
    } else if (glob.compare(i, 2, "**") == 0) {
      repeat(now, path, true);
      ++i;
    } else if (glob[i] == '*') {
      repeat(now, path, false);
    } else {
      one(now, path, glob[i]);
    }
  }
  return now[path.size()] != 0;
}

} // namespace cohort::runtime::workspace
