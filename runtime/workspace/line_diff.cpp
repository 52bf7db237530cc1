#include "runtime/workspace/line_diff.hpp"

#include "runtime/workspace/edits.hpp"
#include "runtime/workspace/git.hpp"

namespace cohort::runtime::workspace {

namespace {

/// Byte offsets of lines; past the last line is the end.
class line_offsets {
public:
  explicit line_offsets(std::string_view text) : text_{text}, index_{text} {
    // nop
  }

  /// `line` counts from 1.
  size_t operator()(int line) const {
    auto offset = index_.offset(static_cast<uint32_t>(line), 1);
    return offset ? *offset : text_.size();
  }

private:
  std::string_view text_;
  line_index index_;
};

struct hunk_sink {
  const std::string& file;
  std::string_view after;
  line_offsets old_lines;
  line_offsets new_lines;
  std::vector<pb::Edit> edits;
};

int add_hunk(const git_diff_delta*, const git_diff_hunk* hunk, void* payload) {
  auto& sink = *static_cast<hunk_sink*>(payload);
  // Of an empty side git names the line before it.
  auto old_begin = hunk->old_start + (hunk->old_lines == 0 ? 1 : 0);
  auto new_begin = hunk->new_start + (hunk->new_lines == 0 ? 1 : 0);
  auto& edit = sink.edits.emplace_back();
  edit.set_file(sink.file);
  edit.set_begin(sink.old_lines(old_begin));
  edit.set_end(sink.old_lines(old_begin + hunk->old_lines));
  auto from = sink.new_lines(new_begin);
  auto to = sink.new_lines(new_begin + hunk->new_lines);
  edit.set_replacement(std::string{sink.after.substr(from, to - from)});
  return 0;
}

} // namespace

expected<std::vector<pb::Edit>> line_diff(const std::string& file,
                                          std::string_view before,
                                          std::string_view after) {
  git::set_up();
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.context_lines = 0;
  options.flags = GIT_DIFF_FORCE_TEXT;
  hunk_sink sink{file, after, line_offsets{before}, line_offsets{after}, {}};
  if (git_diff_buffers(before.data(), before.size(), nullptr, after.data(),
                       after.size(), nullptr, &options, nullptr, nullptr,
                       add_hunk, nullptr, &sink)
      != 0)
    return git::last_error("cannot compare two texts of " + file);
  return std::move(sink.edits);
}

} // namespace cohort::runtime::workspace
