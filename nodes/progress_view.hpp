#pragma once

#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "messages/v1/progress.pb.h"

namespace cohort::nodes {

/// What the user sees on standard error while a task runs: a tree of subtasks
/// with a progress bar on a terminal, a line for each change elsewhere. No
/// colour and no bars without a terminal, with NO_COLOR, or with TERM=dumb.
class progress_view {
public:
  progress_view(std::FILE* out, bool quiet);
  ~progress_view();

  void show(const messages::v1::ProgressEvent& event);
  /// Takes the live part off the screen.
  void clear();

private:
  struct subtask {
    std::string state;
    std::string title;
  };

  void show_line(const messages::v1::ProgressEvent& event);
  void redraw();
  [[nodiscard]] std::vector<std::string> lines() const;

  std::FILE* out_;
  bool quiet_;
  bool live_;
  size_t drawn_ = 0; // Lines on the screen.
  std::chrono::steady_clock::time_point began_;
  std::chrono::system_clock::time_point began_at_; // The same moment.
  std::chrono::steady_clock::time_point phase_began_;
  std::string phase_;
  std::string detail_;
  uint32_t done_ = 0;
  uint32_t total_ = 0;
  std::map<std::string, subtask> subtasks_; // Of the round, by id.
};

} // namespace cohort::nodes
