#include "runtime/chaos/injector.hpp"

#include <utility>

#include "runtime/chaos/programs.hpp"

namespace cohort::runtime::chaos {

namespace {

constexpr unsigned slowness = 10;

} // namespace

class injector::programs final : public process::runner {
public:
  programs(injector& owner, std::string worker, process::runner& real)
    : owner_{owner}, worker_{std::move(worker)}, real_{real} {
    // nop
  }

  void start(process::command what, std::stop_token stop,
             completion done) override {
    auto then = owner_.meet(worker_, what);
    real_.start(std::move(what), std::move(stop), std::move(done));
    if (then)
      then();
  }

private:
  injector& owner_;
  const std::string worker_;
  process::runner& real_;
};

class injector::disk final : public journal::event_log {
public:
  disk(injector& owner, std::shared_ptr<journal::event_log> real)
    : owner_{owner}, real_{std::move(real)} {
    // nop
  }

  expected<void> append(std::vector<journal::pb::Event>& events) override {
    if (owner_.next_write_fails())
      return error{
        errc::storage_failed,
        "the journal cannot be written: its disk is full, as --chaos "
        "wants it"};
    return real_->append(events);
  }

  expected<std::vector<journal::pb::Event>>
  read(const std::string& task_id) override {
    return real_->read(task_id);
  }

  expected<std::vector<std::string>> tasks() override {
    return real_->tasks();
  }

  expected<std::vector<journal::pb::Event>> unfinished() override {
    return real_->unfinished();
  }

  expected<uint64_t> next_epoch() override {
    return real_->next_epoch();
  }

private:
  injector& owner_;
  std::shared_ptr<journal::event_log> real_;
};

injector::injector(plan what, std::function<void(const std::string&)> tell)
  : plan_{std::move(what)}, tell_{std::move(tell)} {
  // nop
}

injector::~injector() = default;

process::runner& injector::programs_of(const std::string& worker,
                                       process::runner& real) {
  std::lock_guard guard{mutex_};
  auto& own = programs_[worker];
  if (!own)
    own = std::make_unique<programs>(*this, worker, real);
  return *own;
}

void injector::on_kill(const std::string& worker, std::function<void()> die) {
  std::lock_guard guard{mutex_};
  deaths_[worker] = std::move(die);
}

void injector::on_drop(std::function<void()> drop) {
  std::lock_guard guard{mutex_};
  drop_ = std::move(drop);
}

std::shared_ptr<journal::event_log>
injector::in_front_of(std::shared_ptr<journal::event_log> log) {
  return std::make_shared<disk>(*this, std::move(log));
}

std::function<void()> injector::meet(const std::string& worker,
                                     process::command& what) {
  std::lock_guard guard{mutex_};
  auto number = ++started_;
  auto program = what.argv.empty() ? "" : what.argv.front();
  auto tell = [&](fault which) {
    tell_(to_string(which) + ": " + worker + " with program "
          + std::to_string(number) + ", " + program);
  };
  if (plan_.holds(fault::slow_node, number))
    what = slowed(std::move(what), slowness);
  if (plan_.strikes(fault::hang_worker, number)) {
    tell(fault::hang_worker);
    what = hung(std::move(what));
  }
  if (plan_.strikes(fault::drop_link, number)) {
    tell(fault::drop_link);
    if (drop_)
      drop_();
  }
  if (!plan_.strikes(fault::kill_worker, number))
    return {};
  tell(fault::kill_worker);
  return deaths_[worker];
}

bool injector::next_write_fails() {
  std::lock_guard guard{mutex_};
  auto number = ++written_;
  if (plan_.strikes(fault::fail_disk, number))
    tell_(to_string(fault::fail_disk) + ": write " + std::to_string(number)
          + " of the journal, and all that follow");
  return plan_.holds(fault::fail_disk, number);
}

} // namespace cohort::runtime::chaos
