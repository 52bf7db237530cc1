#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "runtime/journal/event_log.hpp"
#include "runtime/journal/rules.hpp"

namespace cohort::runtime::journal {

namespace {

class memory_log final : public event_log {
public:
  expected<void> append(std::vector<pb::Event>& events) override {
    if (auto fine = check_events(events); !fine)
      return fine;
    if (auto fine = check_none_is_behind_an_end(events); !fine)
      return fine;
    for (auto& event : events) {
      auto& list = events_[event.task_id()];
      if (list.empty())
        order_.push_back(event.task_id());
      event.set_sequence(list.size() + 1);
      list.push_back(event);
    }
    return {};
  }

  expected<std::vector<pb::Event>> read(const std::string& task_id) override {
    auto found = events_.find(task_id);
    return found == events_.end() ? std::vector<pb::Event>{} : found->second;
  }

  expected<std::vector<std::string>> tasks() override {
    return order_;
  }

  expected<std::vector<pb::Event>> unfinished() override {
    std::vector<pb::Event> result;
    for (auto& id : order_) {
      auto& list = events_[id];
      if (std::none_of(list.begin(), list.end(),
                       [](auto& event) { return event.has_finished(); }))
        result.push_back(list.front());
    }
    return result;
  }

  expected<uint64_t> next_epoch() override {
    return ++epoch_;
  }

private:
  [[nodiscard]] expected<void>
  check_none_is_behind_an_end(const std::vector<pb::Event>& events) const {
    std::set<std::string> ended;
    for (auto& event : events) {
      auto& id = event.task_id();
      auto known = events_.find(id);
      if (ended.contains(id)
          || (known != events_.end() && known->second.back().has_finished()))
        return behind_the_end(id);
      if (event.has_finished())
        ended.insert(id);
    }
    return {};
  }

  std::map<std::string, std::vector<pb::Event>> events_;
  std::vector<std::string> order_;
  uint64_t epoch_ = 0;
};

} // namespace

std::unique_ptr<event_log> make_memory_log() {
  return std::make_unique<memory_log>();
}

} // namespace cohort::runtime::journal
