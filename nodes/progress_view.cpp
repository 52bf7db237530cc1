#include "nodes/progress_view.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <google/protobuf/util/time_util.h>

#include <sys/ioctl.h>
#include <unistd.h>

namespace cohort::nodes {

namespace {

namespace pb = messages::v1;
using clock = std::chrono::steady_clock;

constexpr size_t rows_max = 14; // Of subtasks; more are counted.

bool is_live(std::FILE* out) {
  auto* term = std::getenv("TERM");
  auto* no_color = std::getenv("NO_COLOR");
  return isatty(fileno(out)) != 0 && term && std::string_view{term} != "dumb"
         && (!no_color || *no_color == '\0');
}

size_t columns(std::FILE* out) {
  winsize size{};
  if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
    return size.ws_col;
  return 80;
}

std::string as_text(std::chrono::duration<double> span) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", std::max(0.0, span.count()));
  return text;
}

std::string seconds_since(clock::time_point from) {
  return as_text(clock::now() - from);
}

/// When it happened; events come in batches.
std::chrono::system_clock::time_point time_of(const pb::ProgressEvent& event) {
  using namespace std::chrono;
  auto since_epoch
    = google::protobuf::util::TimeUtil::TimestampToNanoseconds(event.time());
  return system_clock::time_point{
    duration_cast<system_clock::duration>(nanoseconds{since_epoch})};
}

std::string bar(uint32_t done, uint32_t total) {
  constexpr uint32_t width = 24;
  auto filled = total == 0 ? 0 : std::min(width, width * done / total);
  return '[' + std::string(filled, '#') + std::string(width - filled, '.')
         + "] " + std::to_string(done) + '/' + std::to_string(total);
}

/// Time left if the rest goes as the first part did.
std::string eta(clock::time_point from, uint32_t done, uint32_t total) {
  if (done == 0 || done >= total)
    return "";
  auto spent = std::chrono::duration<double>(clock::now() - from).count();
  char text[32];
  std::snprintf(text, sizeof text, ", about %.0f s left",
                spent / done * (total - done));
  return text;
}

} // namespace

progress_view::progress_view(std::FILE* out, bool quiet)
  : out_{out},
    quiet_{quiet},
    live_{!quiet && is_live(out)},
    began_{clock::now()},
    began_at_{std::chrono::system_clock::now()},
    phase_began_{began_} {
  // nop
}

progress_view::~progress_view() {
  clear();
}

void progress_view::show(const pb::ProgressEvent& event) {
  if (quiet_)
    return;
  switch (event.kind()) {
    case pb::PROGRESS_KIND_PHASE:
      phase_ = event.subject() == "round" ? "round " + event.state()
                                          : event.subject();
      detail_ = event.text();
      phase_began_ = clock::now();
      done_ = 0;
      total_ = event.total();
      if (event.subject() == "round")
        subtasks_.clear();
      break;
    case pb::PROGRESS_KIND_SUBTASK:
      subtasks_[event.subject()] = {event.state(), event.text()};
      done_ = event.done();
      total_ = event.total();
      break;
    case pb::PROGRESS_KIND_COUNT:
      if (phase_.find(event.subject()) == std::string::npos)
        detail_ = event.subject();
      done_ = event.done();
      total_ = event.total();
      break;
    default:
      break;
  }
  if (!live_)
    return show_line(event);
  if (event.kind() == pb::PROGRESS_KIND_MESSAGE) {
    clear();
    show_line(event);
  }
  redraw();
}

/// Counts are left out: one line for each check would drown the rest.
void progress_view::show_line(const pb::ProgressEvent& event) {
  auto time = event.has_time() ? as_text(time_of(event) - began_at_)
                               : seconds_since(began_);
  switch (event.kind()) {
    case pb::PROGRESS_KIND_PHASE:
      std::fprintf(out_, "[%8s] %s%s%s\n", time.c_str(), phase_.c_str(),
                   detail_.empty() ? "" : ": ", detail_.c_str());
      break;
    case pb::PROGRESS_KIND_SUBTASK:
      std::fprintf(out_, "[%8s]   %s %s: %s\n", time.c_str(),
                   event.subject().c_str(), event.state().c_str(),
                   event.text().c_str());
      break;
    case pb::PROGRESS_KIND_MESSAGE:
      std::fprintf(out_, "[%8s] %s %s: %s\n", time.c_str(),
                   event.subject().c_str(), event.state().c_str(),
                   event.text().c_str());
      break;
    default:
      break;
  }
  std::fflush(out_);
}

std::vector<std::string> progress_view::lines() const {
  std::vector<std::string> result;
  auto head = phase_ + (detail_.empty() ? "" : " (" + detail_ + ")");
  if (total_ > 0)
    head += "  " + bar(done_, total_) + eta(phase_began_, done_, total_);
  result.push_back(head + "  " + seconds_since(began_));
  size_t shown = 0;
  for (auto& [id, row] : subtasks_) {
    if (++shown > rows_max)
      break;
    auto branch = shown == std::min(rows_max, subtasks_.size()) ? "`- " : "|- ";
    result.push_back(std::string{"  "} + branch + id + ' ' + row.state + ": "
                     + row.title);
  }
  if (subtasks_.size() > rows_max)
    result.push_back("     ... " + std::to_string(subtasks_.size() - rows_max)
                     + " more");
  return result;
}

void progress_view::clear() {
  if (drawn_ == 0)
    return;
  std::fprintf(out_, "\x1b[%zuA\x1b[J", drawn_);
  std::fflush(out_);
  drawn_ = 0;
}

void progress_view::redraw() {
  auto width = columns(out_) - 1;
  auto text = drawn_ > 0 ? "\x1b[" + std::to_string(drawn_) + "A"
                         : std::string{};
  auto all = lines();
  for (auto& line : all)
    text += line.substr(0, width) + "\x1b[K\n";
  text += "\x1b[J";
  drawn_ = all.size();
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
}

} // namespace cohort::nodes
