#include "runtime/workspace/text_diff.hpp"

#include "runtime/workspace/git.hpp"

namespace cohort::runtime::workspace {

expected<std::string> text_diff(const std::string& path,
                                std::string_view before,
                                std::string_view after) {
  git::set_up();
  auto failed = [&] {
    return git::last_error("cannot compare " + path, errc::invalid_request);
  };
  git_patch* raw = nullptr;
  if (git_patch_from_buffers(&raw, before.data(), before.size(), path.c_str(),
                             after.data(), after.size(), path.c_str(), nullptr)
      != 0)
    return failed();
  git::patch patch{raw};
  git_buf text = GIT_BUF_INIT;
  if (git_patch_to_buf(&text, patch.get()) != 0)
    return failed();
  std::string result{text.ptr, text.size};
  git_buf_dispose(&text);
  return result;
}

} // namespace cohort::runtime::workspace
